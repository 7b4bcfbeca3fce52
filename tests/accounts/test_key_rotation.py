"""A new RSE_SECRET_KEY: what the one before sealed or signed still opens, and can be brought under the new one."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import oidc_views
from rse.accounts.models import AuditEntry, Provider
from rse.accounts.sealing import CannotOpen, seal, unseal
from rse.core import clock, db
from rse.notifications import letters

OLD, NEW = "old-secret-0123456789-abcdefghijklmnop", "new-secret-0123456789-abcdefghijklmnop"
Make = Callable[..., Flask]


def connected(sealed_under: str) -> None:
    session = db.begin_write()
    for slug in ("corp", "keyless"):
        row = Provider(
            slug=slug, kind="oidc", name=slug, entity_id=f"https://{slug}.example", created_at=clock.now()
        )
        row.client_secret = seal("geheim", sealed_under) if slug == "corp" else ""
        session.add(row)
    db.commit()


def kept() -> str:
    db.rollback()
    return str(db.session().scalar(select(Provider.client_secret).where(Provider.slug == "corp")))


def test_the_key_before_opens_until_everything_is_under_the_new_one(make_app: Make) -> None:
    with make_app(secret_key=OLD).app_context():
        connected(OLD)
        with make_app(secret_key=OLD).test_request_context():
            way_out = letters.way_out(7, "digest").rpartition("/")[2]
    rotating = make_app(secret_key=NEW, secret_key_old=f"{OLD} another-{OLD}")
    with rotating.test_request_context():
        here = oidc_views.here()
        assert unseal(kept(), here.secret_key, old=here.old_keys) == "geheim"
        assert letters.read_way_out(way_out) == (7, "digest")
        assert letters.way_out(7, "digest").rpartition("/")[2] != way_out
    done = rotating.test_cli_runner().invoke(args=["secrets", "renew"])
    assert (done.exit_code, done.output) == (0, "1 sealed anew corp\n")
    assert rotating.test_cli_runner().invoke(args=["secrets", "renew"]).output == "0 sealed anew\n"
    with make_app(secret_key=NEW).test_request_context():
        assert unseal(kept(), NEW) == "geheim"
        assert letters.read_way_out(way_out) is None  # the old key is forgotten with its setting
        assert "secrets.renewed" in set(db.session().scalars(select(AuditEntry.action)))


def test_a_secret_that_no_key_opens_is_named(make_app: Make) -> None:
    app = make_app(secret_key=NEW, secret_key_old="wrong")
    with app.app_context():
        connected(OLD)
    done = app.test_cli_runner().invoke(args=["secrets", "renew"])
    assert done.exit_code == 1
    assert "corp" in done.output
    with app.app_context(), pytest.raises(CannotOpen):
        unseal(kept(), NEW)
