"""Who is shut out by SCIM loses the open page: through the process that serves it, and through another one."""

import json
from pathlib import Path
from urllib.request import Request, urlopen

from flask import Flask

from rse.accounts import sessions
from rse.core import db
from rse.core.model import decode_id
from tests.chat.servers import Client, Server, clients
from tests.provisioning.scim import Provider, make_token, owner, payload

LATE = 5.0  # seconds that a loaded machine may take; alone it is under one


def signed_in(public_id: str) -> str:
    db.rollback()
    token = sessions.begin(db.begin_write(), decode_id(public_id))
    db.commit()
    return token


def test_sockets_of_who_is_shut_out_are_cut(tmp_path: Path, app: Flask) -> None:
    token = make_token(owner(app))
    okta = Provider(app, token)
    one, two, three = (okta.create(f"{name}@example.com")["id"] for name in ("one", "two", "three"))
    with Server(tmp_path) as server, clients() as opened:
        opened += [Client(server.url, cookie=signed_in(i), origin=server.url) for i in (one, two, three)]
        assert okta.ask("PATCH", f"/Users/{one}", payload("okta_deactivate")).status_code == 200
        assert opened[0].wait_until_cut() < LATE
        body = json.dumps(payload("entra_disable")).encode()
        request = Request(f"{server.url}/scim/v2/Users/{two}", body, okta.headers, method="PATCH")
        with urlopen(request, timeout=10) as answer:
            assert json.load(answer)["active"] is False
        assert opened[1].wait_until_cut() < LATE
        assert not opened[2].cut
