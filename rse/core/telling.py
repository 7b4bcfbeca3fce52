"""One message to many sockets: written once, with what only some of them count.

A message for a room, and a second packet for each of its people to count it by, cost twice as much as the
message. Those who count it get the count inside; so there are two packets, however many sockets hear them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as Frame
from socketio.packet import EVENT

from rse.core.sockets import Sockets

TELL = "rse:tell"  # between processes: each knows which of its sockets belong to those who count
SEND = "_send_eio_packet"  # the name of the server's way


class Telling:
    """The way from a message to the sockets of this process, and to the other processes."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self._server: Any = None
        self._shared = False

    def bind(self, server: Any, *, shared: bool) -> None:
        """Use this server; `shared` when other processes serve the same people.

        What goes to many is put straight into the queue of each: the server's own way asks for the socket
        again, looks at its last ping and writes to the log, for each of them.
        """
        self._server, self._shared = server, shared
        held = server.eio.sockets

        def put(eio_sid: str, packet: Any) -> None:
            socket = held.get(eio_sid)
            if socket is not None and not socket.closed:
                socket.queue.put(packet)

        vars(server)[SEND] = put

    def tell(
        self,
        event: str,
        payload: Mapping[str, Any],
        rooms: Collection[str],
        counted: Collection[int],
        counts: Mapping[str, Any],
    ) -> None:
        """Emit once to everyone in these rooms, after the commit; with `counts` to people who count it."""
        said: dict[str, Any] = {
            "event": event,
            "payload": payload,
            "rooms": list(rooms),
            "counted": list(counted),
        }
        said["counts"] = counts
        if self._shared:
            self._server.manager.emit(TELL, said, namespace="/")
        else:
            self.here(**said)

    def here(self, event: str, payload: Any, rooms: Any, counted: Any, counts: Any) -> None:
        """Emit to the sockets of this process."""
        people, get = set(counted), self._sockets.get
        send = getattr(self._server, SEND)  # looked up each time: tests listen there
        plain = self._packet(event, payload)
        counting = self._packet(event, {**payload, "counts": counts}) if people else plain
        for sid, eio_sid in self._server.manager.get_participants("/", rooms):
            one = get(sid)
            send(eio_sid, counting if one is not None and one.person_id in people else plain)

    def missed(self) -> None:
        """Let every socket of this process ask for what it may have missed: spread, about 150 a second."""
        within = 2 + len(self._sockets.all()) / 150
        self._server.emit("missed", {"within": within}, namespace="/", ignore_queue=True)

    def _packet(self, event: str, payload: Any) -> Frame:
        made = self._server.packet_class(EVENT, namespace="/", data=[event, payload])
        return Frame(MESSAGE, made.encode())
