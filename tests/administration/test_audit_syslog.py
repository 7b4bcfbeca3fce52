"""New lines of the audit log reach a syslog server as RFC 5424, in order, and again after a failure."""

import json
import re
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from rse.accounts import audit
from rse.administration.tasks import audit_to_syslog
from rse.core import db
from rse.settings import BadSettings

RFC5424 = re.compile(
    r"<109>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z localhost rse - ([\w.-]{1,32}) - \ufeff(.*)"
)


def note(*actions: str) -> None:
    session = db.begin_write()
    for action in actions:
        audit.record(session, action, words="é")
    db.commit()


def read(messages: list[bytes]) -> list[str]:
    found = []
    for one in messages:
        match = RFC5424.fullmatch(one.decode())
        assert match
        assert json.loads(match[2])["action"] == match[1]
        found.append(match[1])
    return found


def test_over_udp(make_app: Callable[..., Flask]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        app = make_app(audit_syslog=f"127.0.0.1:{server.getsockname()[1]}")
        with app.app_context():
            note("signin", "roles")
            audit_to_syslog()
            note("token.create")
            audit_to_syslog()
        assert read([server.recv(65_000) for _ in range(3)]) == ["signin", "roles", "token.create"]


def test_over_tcp_and_again_after_a_failure(make_app: Callable[..., Flask]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    app = make_app(audit_syslog=f"tcp://127.0.0.1:{port}")
    with app.app_context():
        note("signin", "roles")
        audit_to_syslog()  # nobody listens: noted in the log, tried again
        db.rollback()
        got: list[bytes] = []
        with socket.create_server(("127.0.0.1", port)) as server:
            taking = threading.Thread(target=take, args=(server, got))
            taking.start()
            audit_to_syslog()
            taking.join(5)
        assert read(got) == ["signin", "roles"]


def take(server: socket.socket, got: list[bytes]) -> None:
    stream, _address = server.accept()
    with stream:
        data = b""
        while part := stream.recv(65_000):
            data += part
    while data:
        size, _space, data = data.partition(b" ")
        got.append(data[: int(size)])
        data = data[int(size) :]


def test_nothing_is_sent_without_the_setting(app: Flask) -> None:
    note("signin")
    audit_to_syslog()


@pytest.mark.parametrize("value", ["http://log:514", "udp://", "tcp://log:514/path"])
def test_bad_setting_stops_the_start(make_app: Callable[..., Any], value: str) -> None:
    with pytest.raises(BadSettings, match="AUDIT_SYSLOG"):
        make_app(audit_syslog=value)
