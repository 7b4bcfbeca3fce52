"""A real OpenLDAP brings people in, by a key that never changes; again, it changes nothing."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from rse.core import db
from rse.core.events import StoredEvent
from tests.provisioning.ldap_server import (
    PEOPLE,
    Company,
    department,
    known,
    last_run,
    manager,
    profile,
    sync,
    uids,
)

App = Callable[..., Flask]


def three(company: Company) -> tuple[str, str, str]:
    ada = company.person("ada.king", ou="Group", title="Director", l="Lyon", telephoneNumber="+33 1 23")
    ben = company.person("ben.roy", ou="Group / Lab", manager=ada)
    cleo = company.person(
        "cleo.bel", ou="Group / Lab", manager=ben.replace("uid=", "UID=").replace(",", ", ")
    )
    return ada, ben, cleo


def test_people_come_in_with_department_site_phone_and_manager(company: Company, connected: App) -> None:
    three(company)
    output = sync(connected())
    assert "3 created" in output
    ada = known("ada.king")
    assert (ada.display_name, ada.title, ada.site, ada.email) == (
        "Ada King", "Director", "Lyon", "ada.king@x.example",
    )  # fmt: skip
    assert profile("ada.king").phone == "+33 1 23"
    assert profile("ada.king").locked["phone"] == "ldap"
    assert [department(uid) for uid in ("ada.king", "ben.roy")] == ["Group", "Group / Lab"]
    assert [manager(uid) for uid in ("ada.king", "ben.roy", "cleo.bel")] == ["", "ada.king", "ben.roy"]
    run = last_run()
    assert (run.state, run.kind, run.counts["created"]) == ("done", "full", 3)
    assert [change["uid"] for change in run.changes] == ["ada.king", "ben.roy", "cleo.bel"]


def test_again_it_changes_nothing(company: Company, connected: App) -> None:
    three(company)
    app = connected()
    sync(app)
    events = db.session().scalar(select(func.count()).select_from(StoredEvent))
    assert "0 created, 0 updated, 3 unchanged" in sync(app)
    assert db.session().scalar(select(func.count()).select_from(StoredEvent)) == events
    assert last_run().changes == []


def test_a_new_login_and_address_are_the_same_person(company: Company, connected: App) -> None:
    ada, _ben, _cleo = three(company)
    app = connected()
    sync(app)
    before = known("ada.king").id
    moved = company.rename(ada, "ada.lovelace")
    company.set(moved, mail="ada.lovelace@x.example", sn="Lovelace")
    output = sync(app)
    assert "uid: ada.king → ada.lovelace" in output
    assert uids() == ["ada.lovelace", "ben.roy", "cleo.bel"]
    ada_now = known("ada.lovelace")
    assert (ada_now.id, ada_now.email, ada_now.display_name) == (
        before,
        "ada.lovelace@x.example",
        "Ada Lovelace",
    )
    assert manager("ben.roy") == "ada.lovelace", "OpenLDAP keeps the old name of the manager: nothing is lost"


def test_two_people_exchange_their_logins_and_a_third_takes_one(company: Company, connected: App) -> None:
    ada, ben, cleo = three(company)
    app = connected()
    sync(app)
    ids = [known(uid).id for uid in ("ada.king", "ben.roy", "cleo.bel")]
    aside = company.rename(ada, "aside")
    new_ben = company.rename(ben, "ada.king")
    new_ada = company.rename(aside, "ben.roy")
    company.set(new_ada, mail="ben.roy@x.example")
    company.set(new_ben, mail="ada.king@x.example")
    company.rename(cleo, "cleo.new")
    company.person("cleo.bel", mail="other@x.example")
    sync(app)
    assert [known(uid).id for uid in ("ben.roy", "ada.king", "cleo.new")] == ids
    assert known("cleo.bel").id not in ids
    assert known("ben.roy").email == "ben.roy@x.example"
    assert uids() == ["ada.king", "ben.roy", "cleo.bel", "cleo.new"]


def test_departments_may_be_the_branches_that_people_are_in(company: Company, connected: App) -> None:
    lab = company.add(f"ou=Lab,{PEOPLE}", "organizationalUnit", ou="Lab")
    team = company.add(f"ou=R\\, D,{lab}", "organizationalUnit", ou="R, D")
    ada = company.person("ada.king", below=team)
    company.person("ben.roy")
    app = connected(ldap_department="dn")
    sync(app)
    assert [department(uid) for uid in ("ada.king", "ben.roy")] == ["Lab / R, D", ""]
    before = known("ada.king").id
    company.rename(ada, "ada.king", below=lab)
    assert "department: Lab / R, D → Lab" in sync(app)
    assert (known("ada.king").id, department("ada.king")) == (before, "Lab")


def test_a_circle_of_managers_is_reported_and_leaves_no_circle(company: Company, connected: App) -> None:
    ada, ben, _cleo = three(company)
    company.set(ada, manager=ben)
    app = connected()
    output = sync(app)
    assert "circle" in output
    assert {manager("ada.king"), manager("ben.roy")} in ({"", "ada.king"}, {"", "ben.roy"})
    assert last_run().problems[0]["where"] in {ada, ben}
    assert sync(app).count("circle") == 1, "it is reported as long as it stands"


def test_attributes_have_the_names_that_the_administrator_gives(company: Company, connected: App) -> None:
    company.person("ada.king", employeeType="guest", roomNumber="B 12", preferredLanguage="fr")
    names = {"kind": "employeeType", "site": "street|roomNumber", "languages": "preferredLanguage"}
    sync(connected(ldap_attributes=names))
    assert (known("ada.king").kind, known("ada.king").site) == ("guest", "B 12")
    assert profile("ada.king").languages == ["fr"]


def test_a_person_of_a_file_is_joined_by_login(company: Company, connected: App, tmp_path: Path) -> None:
    app = connected()
    file = tmp_path / "people.csv"
    file.write_text("uid,email,given_name,family_name\nada.king,old@x.example,Ada,King\n")
    assert app.test_cli_runner().invoke(args=["import", "directory", str(file)]).exit_code == 0
    before = known("ada.king").id
    company.person("ada.king")
    assert "email: old@x.example → ada.king@x.example" in sync(app)
    assert known("ada.king").id == before
