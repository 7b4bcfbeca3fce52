"""A company in a real directory, changed between runs as an administrator would."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from ldap3 import MODIFY_REPLACE, Connection, Server
from ldap3.core.exceptions import LDAPNoSuchObjectResult

from rse.accounts.models import Person
from rse.core import db
from rse.people.models import Department, Profile
from rse.provisioning import runs
from rse.provisioning.models import ProvisioningRun
from tests.servers import Slapd

PEOPLE = "ou=people,dc=example,dc=com"


class Company:
    """The directory, and the application that reads it."""

    def __init__(self, server: Slapd) -> None:
        self.server = server
        self.connection = Connection(
            Server(server.url, get_info="NONE"),
            server.admin,
            server.password,
            auto_bind=True,
            raise_exceptions=True,
        )

    def begin(self) -> None:
        """An empty company, whatever was there."""
        self.clear(self.server.base)
        self.add(self.server.base, ["dcObject", "organization"], o="Example", dc="example")
        self.add(PEOPLE, "organizationalUnit", ou="people")
        self.add(
            f"cn=reader,{self.server.base}", ["person", "simpleSecurityObject"], sn="r", userPassword="r"
        )

    def clear(self, base: str) -> None:
        try:
            self.connection.search(base, "(objectClass=*)", attributes=[])
        except LDAPNoSuchObjectResult:
            return
        for entry in sorted(self.connection.response, key=lambda e: -len(e["dn"].split(","))):
            self.connection.delete(entry["dn"])

    def add(self, dn: str, classes: Any, **attributes: Any) -> str:
        self.connection.add(dn, classes, {name: value for name, value in attributes.items() if value})
        return dn

    def person(self, uid: str, *, below: str = PEOPLE, **attributes: Any) -> str:
        given, _, family = uid.partition(".")
        values = {
            "cn": uid,
            "givenName": given.title(),
            "sn": family.title() or uid,
            "mail": f"{uid}@x.example",
        }
        return self.add(f"uid={uid},{below}", "inetOrgPerson", uid=uid, **(values | attributes))

    def set(self, dn: str, **attributes: Any) -> None:
        change = {
            name: [(MODIFY_REPLACE, [v] if isinstance(v, str) else v)] for name, v in attributes.items()
        }
        self.connection.modify(dn, change)

    def rename(self, dn: str, uid: str, below: str | None = None) -> str:
        self.connection.modify_dn(dn, f"uid={uid}", new_superior=below)
        return f"uid={uid},{below or dn.partition(',')[2]}"

    def delete(self, dn: str) -> None:
        self.connection.delete(dn)

    def settings(self, **more: Any) -> dict[str, Any]:
        return {
            "ldap_url": self.server.tls_url,
            "ldap_ca_file": str(self.server.ca_file),
            "ldap_bind_dn": self.server.admin,
            "ldap_bind_password": self.server.password,
            "ldap_base": PEOPLE,
            "ldap_page": 2,
            "default_locale": "en",
        } | more


def sync(app: Flask, *options: str, ok: bool = True) -> str:
    """Run the command; give what it printed."""
    result = app.test_cli_runner().invoke(args=["import", "ldap", *options])
    assert (result.exit_code == 0) is ok, result.output
    db.rollback()
    return str(result.output)


def person(uid: str) -> Person | None:
    db.rollback()
    return db.session().query(Person).filter(Person.uid == uid).one_or_none()


def known(uid: str) -> Person:
    found = person(uid)
    assert found is not None, f"{uid} is not there; there are {uids()}"
    return found


def profile(uid: str) -> Profile:
    return db.session().get_one(Profile, known(uid).id)


def department(uid: str) -> str:
    found = profile(uid).department_id
    return db.session().get_one(Department, found).path if found else ""


def manager(uid: str) -> str:
    found = profile(uid).manager_id
    return db.session().get_one(Person, found).uid if found else ""


def uids(status: str = "active") -> list[str]:
    db.rollback()
    rows: Iterable[Any] = db.session().query(Person.uid).filter(Person.status == status)
    return sorted(row[0] for row in rows)


def last_run() -> ProvisioningRun:
    db.rollback()
    return runs.latest(db.session(), "ldap")[0]
