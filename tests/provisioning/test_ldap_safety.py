"""A directory that is wrong, half there, gone or strange harms nobody; a rehearsal leaves nothing."""

import gc
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import clock, db
from rse.core.events import StoredEvent
from rse.people.models import Department, Profile
from rse.provisioning import ldap_sync
from rse.provisioning.ldap import DirectoryServer, Found, Unreachable
from rse.provisioning.ldap_rows import Schema
from rse.provisioning.models import ExternalId, ProvisioningRun
from rse.provisioning.tasks import read_changes, read_directory
from rse.provisioning.transactions import writing
from rse.settings import BadSettings, load
from tests import servers
from tests.provisioning.ldap_server import (
    PEOPLE,
    Company,
    known,
    last_run,
    manager,
    person,
    profile,
    sync,
    uids,
)

App = Callable[..., Flask]
TWELVE = [f"p{n:02}.one" for n in range(12)]


def reasons() -> dict[str, str]:
    return {problem["where"]: problem["reason"] for problem in last_run().problems}


def test_bad_entries_are_reported_by_their_name_and_the_others_come_in(
    company: Company, connected: App
) -> None:
    good = company.person("ada.king")
    bare = company.person("no.mail", mail="")
    odd = company.person("od d")
    long = company.person("long.title", title="x" * 201)
    twice = company.person("two.mail", mail="ada.king@x.example", ou="Z")
    lost = company.person("lost.boss", manager="uid=nobody,dc=example,dc=com")
    app = connected(ldap_page=100)
    sync(app)
    assert uids() == ["ada.king", "lost.boss"]
    found = reasons()
    assert set(found) == {bare, odd, long, twice, lost}
    assert "missing" in found[bare]
    assert "cannot be a login" in found[odd]
    assert "longer than" in found[long]
    assert good in found[twice]
    assert "not known" in found[lost]
    company.set(bare, mail="no.mail@x.example")
    company.set(lost, manager=good)
    sync(app)
    assert uids() == ["ada.king", "lost.boss", "no.mail"]
    assert manager("lost.boss") == "ada.king"


def test_pages_go_beyond_what_the_server_gives_at_once(company: Company, connected: App) -> None:
    for uid in TWELVE:
        company.person(uid)
    reader = {"ldap_bind_dn": "cn=reader,dc=example,dc=com", "ldap_bind_password": "r"}
    sync(connected(**reader, ldap_page=5))
    assert uids() == TWELVE


def test_a_size_limit_of_the_server_never_looks_like_people_who_left(
    company: Company, connected: App
) -> None:
    for uid in TWELVE:
        company.person(uid)
    sync(connected())
    reader = {"ldap_bind_dn": "cn=reader,dc=example,dc=com", "ldap_bind_password": "r"}
    output = sync(connected(**reader, ldap_page=500), "--force", ok=False)
    assert "cannot be read" in output
    assert uids() == TWELVE
    assert last_run().state == "failed"


def test_changes_alone_are_read_after_a_good_run(company: Company, connected: App) -> None:
    dns = [company.person(uid) for uid in TWELVE]
    app = connected(ldap_schedule=True)
    sync(app)
    with writing() as session:  # as if the good run had been an hour and more from now
        session.get_one(ProvisioningRun, last_run().id).mark = "29990101000000"
    assert "0 unchanged" in sync(app, "--changes"), "nothing has changed since then"
    with writing() as session:
        for run in session.scalars(select(ProvisioningRun)):
            run.mark = run.mark and "20200101000000"
    company.set(dns[3], title="Boss")
    company.delete(dns[4])
    output = sync(app, "--changes")
    assert "1 updated, 10 unchanged, 0 deactivated" in output, "who is missing is found by full runs"
    assert (known(TWELVE[3]).title, last_run().kind) == ("Boss", "changes")
    company.set(dns[5], title="Chief")
    read_changes()
    assert known(TWELVE[5]).title == "Chief"
    read_directory()
    assert known(TWELVE[4]).status == "deactivated"


def test_without_a_good_run_changes_are_everything(company: Company, connected: App) -> None:
    company.person("ada.king")
    sync(connected(), "--changes")
    assert (uids(), last_run().state) == (["ada.king"], "done")


def test_who_leaves_is_shut_out_and_comes_back_as_the_same_person(company: Company, connected: App) -> None:
    dns = [company.person(uid) for uid in TWELVE]
    app = connected()
    sync(app)
    before = known(TWELVE[0]).id
    company.add("ou=gone,dc=example,dc=com", "organizationalUnit", ou="gone")
    aside = company.rename(dns[0], TWELVE[0], below="ou=gone,dc=example,dc=com")
    assert f"- {TWELVE[0]}" in sync(app)
    assert known(TWELVE[0]).status == "deactivated"
    assert profile(TWELVE[0]).end_date is not None
    assert "0 deactivated" in sync(app)
    company.rename(aside, TWELVE[0], below=PEOPLE)
    assert f"+ {TWELVE[0]}" in sync(app)
    assert (known(TWELVE[0]).id, known(TWELVE[0]).status) == (before, "active")


def test_the_last_administrator_stays_whatever_the_directory_says(company: Company, connected: App) -> None:
    dns = [company.person(uid) for uid in TWELVE]
    app = connected()
    sync(app)
    app.test_cli_runner().invoke(args=["admin", "grant", f"{TWELVE[0]}@x.example", "admin"])
    company.delete(dns[0])
    company.delete(dns[1])
    assert "last administrator" in sync(app, "--force")
    assert uids() == [TWELVE[0], *TWELVE[2:]]


def test_more_than_a_tenth_missing_stops_the_run(company: Company, connected: App) -> None:
    dns = [company.person(uid) for uid in TWELVE]
    app = connected()
    sync(app)
    company.delete(dns[0])
    company.delete(dns[1])
    company.set(dns[2], title="New")
    output = sync(app, ok=False)
    assert "2 of 12" in output
    assert (uids(), known(TWELVE[2]).title) == (TWELVE, ""), "nothing was changed, not even the rest"
    assert last_run().state == "stopped"
    assert "2 deactivated" in sync(app, "--force")
    assert uids() == TWELVE[2:]


def test_a_directory_that_names_nobody_changes_nothing(company: Company, connected: App) -> None:
    dn = company.person("ada.king")
    app = connected()
    sync(app)
    company.delete(dn)
    assert "names nobody" in sync(app, "--force", ok=False)
    assert uids() == ["ada.king"]


def test_a_rehearsal_tells_everything_and_leaves_nothing(company: Company, connected: App) -> None:
    dns = [company.person(uid, ou="Group") for uid in TWELVE]
    app = connected()
    sync(app)
    company.set(dns[0], title="Boss", ou="Elsewhere")
    company.delete(dns[1])
    company.person("new.one", manager=dns[0])
    tables = (ExternalId, ProvisioningRun, AuditEntry, StoredEvent, Department, Profile)
    before = [[str(row) for row in db.session().execute(select(t.__table__))] for t in tables]
    output = sync(app, "--dry-run")
    assert "+ new.one" in output
    assert f"~ {TWELVE[0]}  " in output
    assert "title: – → Boss" in output
    assert "department: Group → Elsewhere" in output
    assert f"- {TWELVE[1]}" in output
    assert [[str(row) for row in db.session().execute(select(t.__table__))] for t in tables] == before
    assert uids() == TWELVE
    assert "1 created, 1 updated, 10 unchanged, 1 deactivated" in sync(app)


def test_a_server_that_dies_while_it_answers_changes_nothing(connected: App) -> None:
    with servers.slapd() as own:
        company = Company(own)
        company.begin()
        for uid in TWELVE:
            company.person(uid)
        app = connected(ldap_url=own.tls_url, ldap_ca_file=str(own.ca_file))
        sync(app)
        company.set(f"uid={TWELVE[0]},{PEOPLE}", title="Boss")
        company.connection.unbind()
        server = DirectoryServer(
            own.tls_url, PEOPLE, own.admin, own.password, ca_file=str(own.ca_file), page=3
        )

        class Dying:
            def entries(self, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
                for number, found in enumerate(server.entries(wanted, attributes)):
                    if number == 4:
                        own.stop()
                    yield found

        with pytest.raises(Unreachable):
            ldap_sync.run(Dying(), Schema(base=PEOPLE), ldap_sync.Options(force=True), writing)
    assert (uids(), known(TWELVE[0]).title) == (TWELVE, "")


def test_a_run_that_was_killed_between_two_batches_is_completed_by_the_next(
    company: Company, connected: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = company.person("a.boss")
    for uid in TWELVE:
        company.person(uid, manager=boss)
    app = connected()
    monkeypatch.setattr("rse.provisioning.directory.BATCH", 5)
    with monkeypatch.context() as broken:
        broken.setattr(
            "rse.provisioning.lines.Lines.apply", lambda *a: (_ for _ in ()).throw(OSError("killed"))
        )
        app.test_cli_runner().invoke(args=["import", "ldap"])
    assert len(uids()) == 13
    sync(app)
    assert (len(uids()), {manager(uid) for uid in TWELVE}) == (13, {"a.boss"})


def test_a_rebuilt_directory_gives_nobody_a_second_account(company: Company, connected: App) -> None:
    for uid in TWELVE:
        company.person(uid)
    app = connected()
    sync(app)
    ids = {uid: known(uid).id for uid in TWELVE}
    company.begin()
    for uid in TWELVE:
        company.person(uid)
    assert "12 of 12" in sync(app, ok=False)
    assert "0 created" in sync(app, "--rejoin")
    assert {uid: known(uid).id for uid in TWELVE} == ids
    assert "12 unchanged" in sync(app)


def test_a_login_given_to_somebody_else_is_not_the_account_of_who_had_it(
    company: Company, connected: App
) -> None:
    for uid in TWELVE:
        company.person(uid)
    app = connected()
    sync(app)
    before = known(TWELVE[0]).id
    company.delete(f"uid={TWELVE[0]},{PEOPLE}")
    again = company.person(TWELVE[0], mail="somebody@x.example", sn="Else")
    sync(app)
    found = known(TWELVE[0])
    assert (found.id, found.status, found.email) == (before, "deactivated", f"{TWELVE[0]}@x.example")
    assert "belongs to another person" in reasons()[again]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # ldap3 leaves its socket open
def test_the_certificate_of_the_server_must_be_good(company: Company, connected: App) -> None:
    company.person("ada.king")
    assert "cannot be read" in sync(connected(ldap_ca_file=""), ok=False)
    wrong_name = company.server.tls_url.replace("localhost", "127.0.0.1")
    assert "cannot be read" in sync(connected(ldap_url=wrong_name), ok=False)
    gc.collect()
    assert "1 created" in sync(connected(ldap_url=company.server.url, ldap_starttls=True))


def test_a_wrong_password_or_base_is_said(company: Company, connected: App) -> None:
    assert "InvalidCredentials" in sync(connected(ldap_bind_password="wrong"), ok=False)
    assert "wrong" not in last_run().error.replace("wrong field", "")
    assert "NoSuchObject" in sync(connected(ldap_base="ou=nowhere,dc=example,dc=com"), ok=False)
    assert "RSE_LDAP_URL" in sync(connected(ldap_url=""), ok=False)
    assert "unknown field" in sync(connected(ldap_attributes={"shoe": "size"}), ok=False)


@pytest.mark.parametrize("url", ["ldap://dc.example.com", "http://dc.example.com", "ldaps://"])
def test_production_reads_no_directory_in_the_clear(url: str) -> None:
    values = {"env": "production", "secret_key": "0123456789abcdef" * 3, "base_url": "https://x.example"}
    with pytest.raises(BadSettings, match="ldap"):
        load(values | {"ldap_url": url})
    load(values | {"ldap_url": "ldap://dc.example.com", "ldap_starttls": True})


def active_directory(uid: str, number: int, control: bytes = b"512", **more: bytes) -> Found:
    values = {
        "objectguid": [bytes(range(16))[:15] + bytes([number])],
        "samaccountname": [uid.encode()],
        "mail": [f"{uid}@x.example".encode()],
        "givenname": [uid.encode()],
        "sn": [b"X"],
        "whenchanged": [b"20261121120000.0Z"],
        "useraccountcontrol": [control],
    }
    return Found(f"CN={uid},OU=Sales,DC=x,DC=example", values | {k: [v] for k, v in more.items()})


def test_a_disabled_account_of_active_directory_is_shut_out_by_changes_too(app: Flask) -> None:
    class Fake:
        found: tuple[Found, ...] = ()
        asked = ""

        def entries(self, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
            self.asked = wanted
            yield from self.found

    fake, schema = Fake(), Schema("active_directory", base="DC=x,DC=example", department="dn")
    fake.found = tuple(active_directory(f"u{n}", n) for n in range(11))
    report = ldap_sync.run(fake, schema, ldap_sync.Options(), writing)
    assert (report.counts["created"], report.mark) == (11, "20261121120000")
    keys = db.session().scalars(select(ExternalId.key)).all()
    assert "03020100-0504-0706-0809-0a0b0c0d0e00" in keys, "objectGUID is little-endian in its first parts"
    with writing() as session:
        run = ProvisioningRun(source="ldap", kind="full", state="done", mark=report.mark)
        run.started_at = run.seen_at = clock.now()
        session.add(run)
    fake.found = (active_directory("u3", 3, b"514"), active_directory("u4", 4, title=b"Boss"))
    report = ldap_sync.run(fake, schema, ldap_sync.Options(full=False), writing)
    assert fake.asked == (
        "(&(&(objectCategory=person)(objectClass=user))(whenChanged>=20261121110000.0Z))"
    )  # an hour before the mark
    assert (known("u3").status, known("u4").title, person("u5") is not None) == ("deactivated", "Boss", True)
