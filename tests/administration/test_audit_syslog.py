"""New lines of the audit log reach a syslog server as RFC 5424, in order, and again after a failure."""

import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from rse.accounts import audit
from rse.administration.tasks import audit_to_syslog
from rse.core import db
from rse.settings import BadSettings
from tests import servers

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


def test_over_tls_to_the_server_of_the_certificate_only(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    servers.certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    with socket.create_server(("localhost", 0)) as server:
        address, ca = f"tls://localhost:{server.getsockname()[1]}", str(tmp_path / "ca.pem")
        got: list[bytes] = []
        taking = threading.Thread(target=take_once, args=(server, context, got))
        taking.start()
        for ca_file in ("", ca):  # an authority that nobody knows is not believed, and nothing is lost by it
            with make_app(audit_syslog=address, audit_syslog_ca_file=ca_file).app_context():
                if not ca_file:
                    note("signin", "roles")
                audit_to_syslog()
                db.rollback()
        taking.join(5)
    assert read(got) == ["signin", "roles"]


def take_once(server: socket.socket, context: ssl.SSLContext, got: list[bytes]) -> None:
    """Take connections until one of them is trusted by who makes it."""
    while not got:
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            take(server, got, context)


def take(server: socket.socket, got: list[bytes], context: ssl.SSLContext | None = None) -> None:
    plain, _address = server.accept()
    with context.wrap_socket(plain, server_side=True) if context else plain as stream:
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


@pytest.mark.parametrize("value", ["http://log:514", "udp://", "tcp://log:514/path", "tls://"])
def test_bad_setting_stops_the_start(make_app: Callable[..., Any], value: str) -> None:
    with pytest.raises(BadSettings, match="AUDIT_SYSLOG"):
        make_app(audit_syslog=value)
