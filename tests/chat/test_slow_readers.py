"""What waits for one socket has a bound: first what is worth nothing later is left out, then the socket is shut."""

import queue
import socket
import threading
from types import SimpleNamespace

import pytest
from engineio.packet import MESSAGE, Packet

from rse.core.waiting import DROP_ABOVE, SHUT_ABOVE, Waiting
from rse.core.websocket import Rest, WholeSocket, framed


def packet(event: str) -> SimpleNamespace:
    return SimpleNamespace(data=f'2["{event}",{{}}]')


@pytest.fixture
def waiting() -> Waiting:
    return Waiting(queue.Queue(), queue.Empty)


def test_typing_and_presence_are_left_out_where_much_waits(waiting: Waiting) -> None:
    for _ in range(DROP_ABOVE):
        waiting.put(packet("typing"))
    assert waiting.qsize() == DROP_ABOVE
    for event in ("typing", "presence", "message:new", "counts", "typing"):
        waiting.put(packet(event))
    assert waiting.qsize() == DROP_ABOVE + 2


def test_the_connection_is_shut_and_nothing_is_kept_where_far_too_much_waits(waiting: Waiting) -> None:
    shut: list[bool] = []
    waiting.shut = lambda: shut.append(True)
    for _ in range(SHUT_ABOVE):
        waiting.put(packet("message:new"))
    assert (waiting.qsize(), shut) == (SHUT_ABOVE, [])
    waiting.put(packet("message:new"))
    assert (waiting.qsize(), shut) == (1, [True])  # the word that ends the writer
    assert waiting.get() is None
    waiting.task_done()
    waiting.join()  # nobody who waits for it to be empty waits for ever


def test_the_writer_takes_one_after_the_other_so_that_what_waits_is_counted(waiting: Waiting) -> None:
    waiting.put(packet("message:new"))
    waiting.put(packet("message:edited"))
    assert waiting.get(timeout=1).data.startswith('2["message:new"')
    with pytest.raises(queue.Empty):
        waiting.get(block=False)
    assert waiting.qsize() == 1


def test_what_is_left_of_a_frame_goes_out_before_anything_else() -> None:
    """An answer to a ping, say: in the middle of a frame it would spoil all that follows."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        whole, text = WholeSocket(ours), "x" * 3_000_000
        left = whole.offer(Packet(MESSAGE, text))
        assert isinstance(left, Rest)
        waiting = Packet(MESSAGE, "next")
        assert whole.offer(waiting) is waiting
        frame, pong = framed("4" + text), bytes((0x8A, 0))
        heard = bytearray()
        reader = threading.Thread(target=lambda: read_all(theirs, heard, len(frame) + len(pong)))
        reader.start()
        whole.send(pong)
        reader.join(20)
        assert heard == frame + pong


def read_all(connection: socket.socket, into: bytearray, size: int) -> None:
    while len(into) < size:
        into += connection.recv(1 << 20)
