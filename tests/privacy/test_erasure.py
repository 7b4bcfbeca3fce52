"""Erasing a person: nothing of theirs is left in any table, what they wrote stands without a name, once and for good."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from rse.accounts.models import AuditEntry, Person
from rse.chat.models import Message
from rse.core import db, jobs
from rse.core.model import Base, encode_id
from rse.core.web import registry
from rse.demo import cli
from rse.feed.models import Comment, Post
from rse.privacy import service
from tests import factories

Life = Callable[[str, str], dict[str, str]]
Browse = Callable[[str], factories.Client]

# Columns that may go on naming the account, which says nothing of anybody any more; and why.
STAYS = {
    "post.author_id": "answers of others keep their sense",
    "comment.author_id": "answers of others keep their sense",
    "message.author_id": "an empty place in the conversation",
    "notification.by_id": "what others were told of them names a row that has no name any more",
    "page.created_by": "the pages of a group are the work of all of it",
    "page.edited_by": "the pages of a group are the work of all of it",
    "page_version.author_id": "who else changed what keeps its sense",
    "acceptance.person_id": "the answer that was chosen stays the answer",
    "department_membership.person_id": "counts of departments in the past",
    "idea_step.by_id": "what was decided about an idea of somebody else",
    "idea_campaign.sponsor_id": "the question that others answer",
    "grant_request.reader_id": "the proof that reads take two",
    "grant_request.approver_id": "the proof that reads take two",
    "report_voice.person_id": "how many have reported, without their words",
    "report.author_id": "what was decided, without the copy",
    "report.decided_by": "what was decided",
    "conversation.created_by": "conversations of the others",
    "provisioning_run.actor_id": "who started a run of the directory",
}
# Tables where texts of others may name a person, or that only hold numbers; and why.
OTHERS_WROTE = {
    "post": "what others wrote, and what the person wrote for others",
    "comment": "what others wrote, and what the person wrote for others",
    "message": "what others wrote",
    "revision": "what others wrote",
    "draft": "what others wrote",
    "audit": "append-only: numbers, and what the law asks to keep",
    "conversation_event": "numbers",
    "event": "numbers",
    "indicator_signal": "numbers",
}


@pytest.fixture
def demo(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The demo company: somebody in it has left something in nearly every table."""
    monkeypatch.setattr(cli, "catch_up", lambda: None)
    done = app.test_cli_runner().invoke(args=["demo", "load"])
    assert done.exception is None, done.output
    db.rollback()
    return app


def person(uid: str) -> Person:
    found: Person = db.db.session().scalars(select(Person).where(Person.uid == uid)).one()
    return found


def naming(person_id: int) -> dict[str, int]:
    """Count the rows of every column that points at a person, {table.column: rows}."""
    session, found = db.db.session(), {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == "person.id" for key in column.foreign_keys):
                number = session.scalar(select(func.count()).select_from(table).where(column == person_id))
                found[f"{table.name}.{column.name}"] = number or 0
    return found


def saying(words: tuple[str, ...]) -> dict[str, list[str]]:
    """Give the rows of every table in which one of some words stands, {table: rows as texts}."""
    session, found = db.db.session(), {}
    for table in Base.metadata.sorted_tables:
        rows = [str(tuple(row)).casefold() for row in session.execute(select(table))]
        said = [row for row in rows if any(word.casefold() in row for word in words)]
        if said:
            found[table.name] = said
    return found


def test_nothing_of_a_person_is_left_in_any_table(demo: Flask) -> None:
    for uid in ("amelie.rousseau", "sofia.marchetti", "thomas.nguyen"):
        check_erasure(person(uid))


def check_erasure(someone: Person) -> None:
    words = (someone.uid, someone.email, someone.display_name, someone.family_name)
    person_id, before = someone.id, naming(someone.id)
    assert sum(number > 0 for number in before.values()) > 12, before  # there is something to erase
    written = {name: before[name] for name in ("post.author_id", "comment.author_id")}
    session = db.begin_write()
    service.erase(session, session.get_one(Person, person_id), registry().all("exports"), actor_id=None)
    db.commit()
    left = {name: number for name, number in naming(person_id).items() if number}
    assert left.keys() - STAYS.keys() == set()
    assert {name: left.get(name, 0) for name in written} == written
    assert saying(words).keys() - OTHERS_WROTE.keys() == set()
    bodies = select(func.count()).where(Message.author_id == person_id, Message.body != "")
    assert db.db.session().scalar(bodies) == 0


def test_every_exception_names_a_column_and_a_table_that_exist() -> None:
    tables = Base.metadata.tables
    assert [name for name in STAYS if name.split(".")[1] not in tables[name.split(".")[0]].columns] == []
    assert set(OTHERS_WROTE) - set(tables) == set()


def test_the_command_asks_erases_and_leaves_a_line(app: Flask, cast: dict[str, int], life: Life) -> None:
    life("amelie", "karim")
    runner = app.test_cli_runner()
    asked = runner.invoke(args=["person", "erase", "amelie.rousseau@demo.example"], input="n\n")
    assert asked.exit_code == 1
    assert person("amelie.rousseau").status == "active"
    done = runner.invoke(args=["person", "erase", "amelie.rousseau@demo.example", "--yes"])
    assert done.exit_code == 0, done.output
    db.rollback()
    gone = db.db.session().get_one(Person, cast["amelie"])
    assert (gone.display_name, gone.status, gone.title, gone.photo) == (
        "Compte effacé",
        "deactivated",
        "",
        None,
    )
    lines = db.db.session().scalars(
        select(AuditEntry.action).where(AuditEntry.target == f"person:{cast['amelie']}")
    )
    assert {"person.deactivate", "group.leave", "person.erase"} <= set(lines)
    again = runner.invoke(args=["person", "erase", gone.email, "--yes"])
    assert again.exit_code == 1
    assert "nobody" in runner.invoke(args=["person", "erase", "amelie.rousseau@demo.example", "--yes"]).output


def test_what_they_wrote_stands_without_a_name_and_others_keep_theirs(
    any_app: Flask,
) -> None:
    session = db.db.session()
    people = factories.make_cast(session)
    session.commit()
    ids = {name: one.id for name, one in people.items()}
    mine, theirs = (factories.browser_of(any_app, ids[name]) for name in ("amelie", "karim"))
    post = mine.post("/api/v1/posts", json={"kind": "message", "body": "Le banc est prêt"}).json["id"]
    theirs.post(f"/api/v1/posts/{post}/comments", json={"body": "Merci @amelie.rousseau"})
    mine.put(f"/api/v1/posts/{post}/reactions/thanks")
    group = mine.post(
        "/api/v1/groups",
        json={"name": "Essais", "visibility": "open", "description": "", "purpose": "social"},
    ).json["slug"]
    theirs.put(f"/api/v1/groups/{group}/membership")
    assert theirs.get(f"/api/v1/groups/{group}").json["member_count"] == 2
    jobs.drain()
    done = any_app.test_cli_runner().invoke(args=["person", "erase", "amelie.rousseau", "--yes"])
    assert done.exit_code == 0, done.output
    jobs.drain()
    shown = theirs.get(f"/api/v1/posts/{post}").json
    assert shown["author"]["display_name"] == "Compte effacé"
    assert (shown["body"], shown["comment_count"], shown["reactions"]) == ("Le banc est prêt", 1, {})
    assert theirs.get(f"/api/v1/groups/{group}").json["member_count"] == 1
    page = theirs.get(f"/posts/{post}").text
    assert "Compte effacé" in page
    assert mine.get("/api/v1/me").status_code == 401
    assert theirs.get(f"/api/v1/people/{encode_id(ids['amelie'])}").json["email"].endswith("@erased.invalid")
    assert theirs.get("/api/v1/people?q=amelie").json["items"] == []


def test_an_administrator_confirms_by_writing_the_login(cast: dict[str, int], browser_as: Browse) -> None:
    admin, path = browser_as("ines"), f"/admin/people/{encode_id(cast['amelie'])}"
    assert "Effacer…" in admin.get(path).text
    asked = admin.get(f"{path}/erase")
    assert "amelie.rousseau" in asked.text
    for wrong in ("", "karim.benali"):
        refused = admin.post(f"{path}/erase", data={"login": wrong})
        assert refused.status_code == 422
    assert person("amelie.rousseau").status == "active"
    assert admin.post(f"{path}/erase", data={"login": "Amelie.Rousseau"}).status_code == 303
    db.rollback()
    entry = db.db.session().scalars(select(AuditEntry).where(AuditEntry.action == "person.erase")).one()
    assert (entry.actor_id, entry.target) == (cast["ines"], f"person:{cast['amelie']}")
    page = admin.get(path).text
    assert "a été effacée" in page
    assert "Effacer…" not in page
    assert "Réactiver" not in page
    assert admin.get(f"{path}/erase").status_code == 404
    assert admin.post(f"{path}/reactivate").status_code == 403


def test_nobody_else_erases_and_no_administrator_themselves(cast: dict[str, int], browser_as: Browse) -> None:
    path = f"/admin/people/{encode_id(cast['karim'])}/erase"
    for name in ("amelie", "thomas", "james"):
        assert browser_as(name).get(path).status_code == 404
        assert browser_as(name).post(path, data={"login": "karim.benali"}).status_code == 404
    own = f"/admin/people/{encode_id(cast['ines'])}/erase"
    assert browser_as("ines").post(own, data={"login": "ines.lambert"}).status_code == 404
    assert {one.status for one in db.db.session().scalars(select(Person))} == {"active"}


def test_counts_of_what_stays_are_shown(life: Life, cast: dict[str, int], browser_as: Browse) -> None:
    life("amelie", "karim")
    session: Any = db.db.session()
    assert session.scalar(select(func.count()).select_from(Post).where(Post.author_id == cast["amelie"])) == 1
    assert (
        session.scalar(select(func.count()).select_from(Comment).where(Comment.author_id == cast["amelie"]))
        == 1
    )
    page = browser_as("ines").get(f"/admin/people/{encode_id(cast['amelie'])}/erase").text
    assert "1 publication, 1 commentaire" in " ".join(page.replace("</li>", "").split())
