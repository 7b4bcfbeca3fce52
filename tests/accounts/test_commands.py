"""Administration of accounts on the command line; each change stands in a sealed audit log."""

from collections.abc import Callable

from sqlalchemy import select, update

from rse.accounts import audit
from rse.accounts.models import ApiToken, AuditEntry
from rse.core import db
from tests import tamper
from tests.accounts.steps import Door

Doors = Callable[..., Door]
EMAIL = "ada@example.org"


def test_deactivating_ends_sessions_and_tokens(door: Doors) -> None:
    here = door()
    browser = here.browser()
    here.come_in(browser)
    token = here.run("token", "create", EMAIL).output.strip()
    assert here.run("person", "deactivate", EMAIL).exit_code == 0
    assert here.person().status == "deactivated"
    assert (here.sessions(), here.rows(select(ApiToken))) == ([], [])
    assert browser.get("/settings/sessions").status_code == 303
    assert (
        here.browser().get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}"}).status_code
        == 200
    )
    assert here.run("person", "deactivate", EMAIL).exit_code == 0
    assert len(here.audit("person.deactivate")) == 1


def test_roles_are_given_and_taken(door: Doors) -> None:
    here = door()
    here.come_in()
    assert here.run("admin", "grant", EMAIL, "moderator").exit_code == 0
    assert here.person().roles == {"moderator"}
    assert here.run("admin", "grant", EMAIL, "moderator").exit_code == 0
    assert here.run("admin", "revoke", EMAIL, "moderator").exit_code == 0
    assert here.person().roles == frozenset()
    assert here.run("admin", "grant", EMAIL, "king").exit_code != 0
    assert len(here.audit("roles")) == 2


def test_token_is_printed_alone_and_kept_hashed(door: Doors) -> None:
    here = door()
    here.come_in()
    made = here.run("token", "create", EMAIL, "--scope", "write", "--name", "tests", "--days", "3")
    token = made.stdout.strip()
    assert token.startswith("rse_")
    assert made.stdout == token + "\n"
    (row,) = here.rows(select(ApiToken))
    assert token not in row.token_hash
    assert (row.scope, row.name) == ("write", "tests")
    assert row.expires_at is not None
    (noted,) = here.audit("token.create")
    assert token not in str(noted)


def test_unknown_person_is_an_error_in_one_line(door: Doors) -> None:
    done = door().run("token", "create", "nobody@example.org")
    assert done.exit_code == 1
    assert done.stderr == "Error: nobody has the address nobody@example.org\n"


def test_audit_log_shows_what_was_changed(door: Doors) -> None:
    here = door()
    for _ in range(3):
        here.come_in()
    with here.app.app_context():
        assert list(audit.broken(db.session())) == []
        third = db.session().scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all()[2]
        tamper.unguard(db.begin_write())
        db.begin_write().execute(update(AuditEntry).where(AuditEntry.id == third).values(details="{}"))
        db.commit()
        assert list(audit.broken(db.session())) == [third]


def test_configuration_check_sees_the_provider(door: Doors) -> None:
    assert door().run("check").exit_code == 0
    done = door(saml_metadata="/nowhere/idp.xml").run("check")
    assert done.exit_code == 1
    assert "saml_provider" in done.stderr
