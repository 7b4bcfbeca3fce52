"""Who reads what a file hangs on reads the file; nobody else learns that it exists."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rse.chat.models import Message
from rse.core import db
from rse.core.model import decode_id, encode_id
from rse.feed.models import Comment, Post
from rse.groups import service
from tests import factories
from tests.files.conftest import PDF, picture, publish, send, sent

Browse = Callable[[str], factories.Client]
EVERYBODY = ("amelie", "karim", "sofia", "claire", "thomas", "ines", "james")


def reads(browser: factories.Client, file: Any) -> bool:
    """Whether a person gets a file, the same by every address; refused means not found."""
    codes = {
        browser.get(path).status_code
        for path in (file["url"], f"{file['url']}?size=480", f"/api/v1/files/{file['id']}")
    }
    assert codes in ({200}, {404}), codes
    return codes == {200}


def test_until_it_hangs_on_something_only_its_sender_sees_it(browse: Browse) -> None:
    made = sent(browse("amelie"))
    assert reads(browse("amelie"), made)
    assert not any(reads(browse(name), made) for name in EVERYBODY if name != "amelie")
    for name in ("karim", "ines"):
        assert browse(name).patch(f"/api/v1/files/{made['id']}", json={"alt": "x"}).status_code == 404
        assert browse(name).delete(f"/api/v1/files/{made['id']}").status_code == 404


def test_nobody_attaches_the_file_of_another_or_one_twice(browse: Browse) -> None:
    made = sent(browse("amelie"))
    stolen = browse("karim").post("/api/v1/posts", json={"body": "à moi", "attachments": [made["id"]]})
    assert stolen.status_code == 422
    assert "attachments" in stolen.json["errors"]
    post = publish(browse("amelie"), "le plan", attachments=[made["id"]])
    assert [file["name"] for file in post["attachments"]] == ["plan.pdf"]
    again = browse("amelie").post("/api/v1/posts", json={"body": "encore", "attachments": [made["id"]]})
    assert again.status_code == 422
    assert db.session().query(Post).count() == 1
    many = [sent(browse("amelie"), PDF + bytes([n]))["id"] for n in range(11)]
    assert (
        browse("amelie").post("/api/v1/posts", json={"body": "onze", "attachments": many}).status_code == 422
    )


def test_a_secret_group_shows_its_files_to_its_members_alone(
    browse: Browse, make_group: Callable[..., str]
) -> None:
    slug = make_group("Rachat", "amelie", "karim", visibility="secret")
    made = sent(browse("amelie"))
    publish(browse("amelie"), "le dossier", group=slug, attachments=[made["id"]])
    assert [name for name in EVERYBODY if reads(browse(name), made)] == ["amelie", "karim"]
    browse("karim").delete(f"/api/v1/groups/{slug}/membership")
    assert [name for name in EVERYBODY if reads(browse(name), made)] == ["amelie"]


def test_what_has_no_author_takes_no_files(browse: Browse) -> None:
    made = sent(browse("amelie"))
    refused = browse("amelie").post(
        "/api/v1/posts",
        json={"kind": "idea", "body": "sans nom", "anonymous": True, "attachments": [made["id"]]},
    )
    assert refused.status_code == 422
    assert "attachments" in refused.json["errors"]
    assert db.session().query(Post).count() == 0


def test_a_message_with_a_file_needs_no_text(browse: Browse, people: dict[str, int]) -> None:
    talk = begin(browse("amelie"), "karim", people)
    made = sent(browse("amelie"), picture(), "vue.png", alt="La vue")
    path = f"/api/v1/conversations/{talk}/messages"
    assert browse("amelie").post(path, json={"body": " "}).status_code == 422
    message = browse("amelie").post(path, json={"attachments": [made["id"]]}).json
    assert message["attachments"][0]["alt"] == "La vue"
    assert [name for name in EVERYBODY if reads(browse(name), made)] == ["amelie", "karim"]
    page = browse("karim").get(f"/messages/{talk}").get_data(as_text=True)
    assert f'src="{made["url"]}?size=1280"' in page
    listed = browse("karim").get(path).json["items"][0]["attachments"]
    assert [file["id"] for file in listed] == [made["id"]]
    browse("amelie").delete(f"/api/v1/messages/{message['id']}")
    assert not any(reads(browse(name), made) for name in EVERYBODY)


def begin(browser: factories.Client, other: str, people: dict[str, int]) -> str:
    found: str = browser.post("/api/v1/conversations", json={"member_ids": [encode_id(people[other])]}).json[
        "id"
    ]
    return found


@pytest.fixture
def world(app: Flask, cast: dict[str, int], browser_as: Browse) -> dict[str, Any]:
    """Groups of each kind and a talk, with a browser of everybody."""
    session = db.begin_write()
    groups = {}
    for visibility in ("open", "closed", "secret"):
        group = service.insert(session, name=f"Groupe {visibility}", visibility=visibility)
        for at, name in enumerate(("amelie", "karim", *(("james",) if visibility != "open" else ()))):
            service.enter(session, group, cast[name], "member" if at else "owner")
        groups[visibility] = group.slug
    db.commit()
    browsers = {name: browser_as(name) for name in EVERYBODY}
    talk = begin(browsers["amelie"], "sofia", cast)
    return {"groups": groups, "browsers": browsers, "talk": talk, "cast": cast}


PLACES = st.sampled_from(["company", "open", "closed", "secret", "talk", "discussion"])
STEPS = st.sampled_from(["none", "leave", "delete", "close", "enter"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=PLACES, comment=st.booleans(), step=STEPS)
def test_a_file_is_read_exactly_by_who_reads_what_it_hangs_on(
    world: dict[str, Any], place: str, comment: bool, step: str
) -> None:
    browsers, groups = world["browsers"], world["groups"]
    author = browsers["amelie"]
    made = sent(author, PDF)
    if place in {"talk", "discussion"}:
        talk = (
            world["talk"]
            if place == "talk"
            else author.get(f"/api/v1/groups/{groups['closed']}/conversation").json["id"]
        )
        held = author.post(
            f"/api/v1/conversations/{talk}/messages", json={"body": "x", "attachments": [made["id"]]}
        ).json
        path = f"/api/v1/messages/{held['id']}"
    else:
        group = None if place == "company" else groups[place]
        post = publish(author, "x", group=group, attachments=[] if comment else [made["id"]])
        path = f"/api/v1/posts/{post['id']}"
        if comment:
            said = author.post(f"{path}/comments", json={"body": "y", "attachments": [made["id"]]}).json
    slug = groups.get(place, groups["closed"])
    if step == "leave":
        browsers["karim"].delete(f"/api/v1/groups/{slug}/membership")
    elif step == "enter":
        browsers["sofia"].put(f"/api/v1/groups/{slug}/membership")
    elif step == "delete":
        author.delete(f"/api/v1/comments/{said['id']}" if comment and "posts" in path else path)
    elif step == "close":
        author.patch(f"/api/v1/groups/{groups['open']}", json={"visibility": "closed"})
    for name in EVERYBODY:
        answer = browsers[name].get(path)
        may = answer.status_code == 200 and not (answer.json or {}).get("deleted_at")
        if comment and "posts" in path and step == "delete":
            may = False
        assert reads(browsers[name], made) is may, (name, place, comment, step)


def test_what_hangs_is_counted(browse: Browse) -> None:
    files = [sent(browse("amelie"), PDF + bytes([n]))["id"] for n in range(3)]
    post = publish(browse("amelie"), "x", attachments=files[:2])
    assert db.session().get_one(Post, decode_id(post["id"])).files == 2
    browse("amelie").patch(f"/api/v1/posts/{post['id']}", json={"attachments": [files[1], files[2]]})
    db.rollback()
    shown = browse("karim").get(f"/api/v1/posts/{post['id']}").json["attachments"]
    assert [file["id"] for file in shown] == [files[1], files[2]]
    assert browse("amelie").get(f"/files/{files[0]}").status_code == 404
    comment = (
        browse("karim").post(f"/api/v1/posts/{post['id']}/comments", json={"body": "x", "attachments": [sent(browse("karim"))["id"]]}).json
    )  # fmt: skip
    browse("karim").delete(f"/api/v1/files/{comment['attachments'][0]['id']}")
    db.rollback()
    assert db.session().get_one(Comment, decode_id(comment["id"])).files == 0
    assert db.session().query(Message).count() == 0
    assert send(browse("james"), PDF, "invité.pdf").status_code == 201
