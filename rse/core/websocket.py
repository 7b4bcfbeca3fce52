"""The WebSocket transport, mended: simple-websocket 1.1 sends partially to slow readers (its issue 45).

A frame goes out whole, one at a time, within a deadline; a reader that is slower loses the connection and
catches up later. Compression is never agreed on: it costs 90 kB a socket.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import simple_websocket
from engineio.async_drivers import gevent as drivers

from rse.core.turns import Turnstile
from rse.core.waiting import Waiting

SEND_SECONDS = 10.0
SHORT, MIDDLE = 126, 1 << 16  # sizes from which a frame writes its own in two bytes, and in eight
TEXT = 0x81  # a frame that is a whole text, from a server: not masked (RFC 6455, 5.2)
_leaving = Turnstile(8)
SOCKETS = ("gunicorn.socket", "werkzeug.socket")  # where servers put the connection


class Rest:
    """Tells the writer that the kernel took a part of a frame, and that the connection keeps the other."""

    def encode(self) -> Rest:
        """Give itself, as packets give their text."""
        return self


def framed(text: str) -> bytes:
    """Write a text as a frame (RFC 6455, 5.2)."""
    data = text.encode()
    size = len(data)
    if size < SHORT:
        return bytes((TEXT, size)) + data
    if size < MIDDLE:
        return bytes((TEXT, SHORT)) + size.to_bytes(2, "big") + data
    return bytes((TEXT, SHORT + 1)) + size.to_bytes(8, "big") + data


class WholeSocket:
    """A connection whose `send` means all of it, or an error after which the connection is shut."""

    def __init__(self, connection: Any, seconds: float = SEND_SECONDS) -> None:
        self._connection = connection
        self._seconds = seconds
        self._sending = threading.Lock()
        self._rest = b""  # of a frame that has begun: it goes out before anything else

    def send(self, data: bytes) -> int:
        """Send everything, alone. Raises OSError when the reader takes too long or has gone."""
        with self._sending:
            rest, self._rest = self._rest, b""
            try:
                self._send_all(memoryview(rest))
                self._send_all(memoryview(data))
            except OSError:
                self.shut()
                raise
        return len(data)

    def offer(self, packet: Any) -> Any:
        """Write a packet as far as the kernel takes it at once; gives what the writer has to send, or None.

        Its frame is kept with it: one packet goes to a whole room. Only where one thread serves all
        connections, so that nobody writes between the look at the lock and the end of this.
        """
        if self._rest or self._sending.locked():
            return packet
        frame = getattr(packet, "frame", None)
        if frame is None:
            text = packet.encode()
            if not isinstance(text, str):
                return packet
            frame = packet.frame = framed(text)
        try:
            sent = _send_some(self._connection, frame)
        except (BlockingIOError, InterruptedError):
            return packet
        except OSError:
            self.shut()
            return None
        self._rest = frame[sent:]
        return Rest() if self._rest else None

    def _send_all(self, data: memoryview) -> None:
        deadline = 0.0
        while data:
            try:
                data = data[_send_some(self._connection, data) :]
            except (BlockingIOError, InterruptedError):
                deadline = deadline or time.monotonic() + self._seconds
                self._wait(deadline)

    def _wait(self, deadline: float) -> None:
        """Wait until the reader has taken something. Raises TimeoutError at the deadline."""
        poll = select.poll()
        poll.register(self._connection.fileno(), select.POLLOUT)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError("the reader is too slow")

    def shut(self) -> None:
        """End the connection both ways: whoever waits for input wakes up."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _send_some(connection: Any, data: memoryview | bytes) -> int:
    """Send what the kernel takes without waiting. Raises BlockingIOError when it takes nothing."""
    plain = getattr(connection, "_sock", None)  # gevent's own wrapper would wait without an end
    return int((plain or connection).send(data, socket.MSG_DONTWAIT))


class WebSocket:
    """What Engine.IO calls for a connection that becomes a WebSocket, and then reads and writes."""

    def __init__(self, handler: Callable[[WebSocket], Any], **options: Any) -> None:
        self._handler = handler
        self._at_once = options.pop("at_once", False)
        self._options = options
        self._whole: WholeSocket | None = None
        self._ws: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Serve the connection until it ends; then tell the server that there is nothing to answer."""
        mended = {key: value for key, value in environ.items() if key != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
        for key in SOCKETS:
            if key in mended:
                mended[key] = whole = WholeSocket(mended[key])
                self._whole = whole
                self._bound(whole)
        self._ws = simple_websocket.Server(mended, **self._options)
        answer = self._handler(self)
        if self._ws.mode == "gunicorn":
            raise StopIteration
        if self._ws.mode == "werkzeug":
            raise ConnectionError
        return answer

    def _bound(self, whole: WholeSocket) -> None:
        """Let the queue of this connection shut it when too much waits."""
        socket = getattr(self._handler, "__self__", None)  # Engine.IO's, whose method serves the connection
        if socket is not None:
            socket.queue.shut = whole.shut
            socket.queue.direct = whole.offer if self._at_once else None

    def send(self, message: str | bytes | Rest) -> None:
        """Send a message whole. Raises OSError when that is not possible any more."""
        try:
            if isinstance(message, Rest) and self._whole is not None:
                self._whole.send(b"")
            else:
                self._ws.send(message)
        except simple_websocket.ConnectionClosed as error:
            raise OSError from error

    def wait(self) -> Any:
        """Give the next message, None at the end; a broken frame is an end too."""
        try:
            return self._ws.receive()
        except (simple_websocket.ConnectionClosed, OSError, UnicodeDecodeError):
            _leaving.pass_through()
            return None

    def close(self) -> None:
        """End the connection, politely if it still stands."""
        with contextlib.suppress(OSError, simple_websocket.ConnectionClosed):
            self._ws.close()


def mend(server: Any, max_size: int) -> None:
    """Let an Engine.IO server use it. `max_size`: the largest message that is read, in bytes."""
    classes: dict[str, Any] = {}
    at_once = server.async_mode == "gevent"
    if at_once:
        classes = vars(drivers.WebSocketWSGI(None, None))["server_args"]

    def make(handler: Any, _server: Any) -> WebSocket:
        return WebSocket(handler, max_message_size=max_size, at_once=at_once, **classes)

    attributes = vars(server)  # the driver's table has no other door
    usual = attributes["_async"]

    def queue() -> Waiting:
        return Waiting(usual["queue"](), usual["queue_empty"])

    attributes["_async"] = {**usual, "websocket": make, "queue": queue}
