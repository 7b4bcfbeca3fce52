"""Each kind reaches whom it concerns, once, and nobody else; never about what they may not read."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from rse.core import clock, db, jobs
from rse.core.events import emit
from rse.core.model import encode_id
from rse.feed.events import CommentAdded
from rse.feed.models import Comment
from rse.notifications.models import Notification
from tests import factories

Say = Callable[..., str]
Told = Callable[..., list[tuple[str, str]]]


def api(app: Flask, person: int, method: str, path: str, **json: Any) -> Any:
    client = factories.browser_of(app, person)
    answer = getattr(client, method)(f"/api/v1{path}", **({"json": json} if json else {}))
    assert answer.status_code < 300, answer.text
    return answer.json


def test_a_comment_is_told_to_the_author_of_the_post_and_to_nobody_else(say: Say, told: Told) -> None:
    post = say("amelie", "Le plan est prêt")
    say("karim", "Bravo", under=post)
    assert told("amelie") == [("comment", "Bravo")]
    assert told("karim") == told("sofia") == []


def test_one_event_is_one_notification_of_the_kind_that_fits_best(say: Say, told: Told) -> None:
    post = say("amelie", "Qui sait ?", kind="question")
    say("karim", "Moi, @amelie.rousseau", under=post)
    say("sofia", "Moi aussi", under=post)
    assert told("amelie") == [("answer", "Moi aussi"), ("mention", "Moi, @Amélie Rousseau")]
    assert told("karim") == [("reply", "Moi aussi")]


def test_the_chosen_answer_is_told_and_taken_back(
    app: Flask, cast: dict[str, int], say: Say, told: Told
) -> None:
    post = say("amelie", "Qui sait ?", kind="question")
    comment = say("karim", "Moi", under=post)
    api(app, cast["amelie"], "put", f"/posts/{post}/answer", comment_id=comment)
    assert told("karim") == [("accepted", "Moi")]
    api(app, cast["amelie"], "delete", f"/posts/{post}/answer")
    assert told("karim") == []


def test_who_follows_somebody_is_told_of_their_posts(
    app: Flask, cast: dict[str, int], say: Say, told: Told
) -> None:
    api(app, cast["karim"], "put", f"/people/{encode_id(cast['claire'])}/follow")
    say("claire", "Nos résultats")
    assert told("karim") == [("followed", "Nos résultats")]
    assert told("claire") == []


def test_invitation_request_and_acceptance(app: Flask, cast: dict[str, int], told: Told) -> None:
    made = api(
        app,
        cast["amelie"],
        "post",
        "/groups",
        name="Projet",
        visibility="closed",
        description="",
        purpose="social",
    )
    slug = made["slug"]
    api(app, cast["amelie"], "post", f"/groups/{slug}/members", person_ids=[encode_id(cast["karim"])])
    assert told("karim") == [("invitation", "")]
    api(app, cast["karim"], "put", f"/groups/{slug}/membership")
    assert told("karim") == []  # accepted: nothing is asked any more
    api(app, cast["sofia"], "put", f"/groups/{slug}/membership")
    assert told("amelie") == [("request", "")]
    assert told("karim") == []  # a plain member
    api(app, cast["amelie"], "post", f"/groups/{slug}/members", person_ids=[encode_id(cast["sofia"])])
    assert told("sofia") == [("membership", "")]
    assert told("amelie") == []


def test_a_confirmed_skill_until_it_is_taken_back(app: Flask, cast: dict[str, int], told: Told) -> None:
    skills = api(app, cast["amelie"], "put", "/me/skills", skills=[{"label": "Soudage"}])["skills"]
    path = f"/people/{encode_id(cast['amelie'])}/skills/{skills[0]['slug']}/endorsement"
    api(app, cast["karim"], "put", path)
    assert told("amelie") == [("endorsement", "")]
    api(app, cast["karim"], "delete", path)
    assert told("amelie") == []


def test_a_direct_message_counts_beside_the_messages_and_not_in_the_bell(
    app: Flask, cast: dict[str, int], told: Told
) -> None:
    talk = api(app, cast["amelie"], "post", "/conversations", member_ids=[encode_id(cast["karim"])])["id"]
    for number in range(2):
        api(
            app,
            cast["amelie"],
            "post",
            f"/conversations/{talk}/messages",
            body="Tu viens ?",
            client_id=f"c{number}",
        )
    assert told("karim") == []
    session = db.db.session()
    rows = session.scalars(select(Notification).where(Notification.person_id == cast["karim"])).all()
    assert [(row.kind, row.hidden, row.read_at) for row in rows] == [("message", True, None)]
    api(app, cast["karim"], "put", f"/conversations/{talk}/read", seq=2)
    jobs.drain()
    session.expire_all()
    assert rows[0].read_at is not None


def test_an_event_that_comes_twice_tells_once(app: Flask, cast: dict[str, int], say: Say, told: Told) -> None:
    post = say("amelie", "Le plan")
    say("karim", "Bravo", under=post)
    session = db.begin_write()
    comment = session.scalars(select(Comment)).one()
    emit(session, CommentAdded(comment.post_id, comment.id, comment.author_id, clock.now()))
    db.commit()
    assert told("amelie") == [("comment", "Bravo")]


def test_what_is_taken_back_leaves_nothing(app: Flask, cast: dict[str, int], say: Say, told: Told) -> None:
    post = say("amelie", "Le plan")
    comment = say("karim", "Oups", under=post)
    api(app, cast["karim"], "delete", f"/comments/{comment}")
    assert told("amelie") == []
    say("karim", "Mieux", under=post)
    assert told("amelie") == [("comment", "Mieux")]
    api(app, cast["amelie"], "delete", f"/posts/{post}")
    assert told("amelie") == []
    assert db.db.session().scalar(select(Notification.id)) is None


def test_leaving_a_group_takes_what_was_told_of_it(
    app: Flask, cast: dict[str, int], say: Say, told: Told
) -> None:
    made = api(
        app,
        cast["amelie"],
        "post",
        "/groups",
        name="Secret",
        visibility="secret",
        description="",
        purpose="social",
    )
    slug, karim = made["slug"], encode_id(cast["karim"])
    api(app, cast["amelie"], "post", f"/groups/{slug}/members", person_ids=[karim])
    api(app, cast["karim"], "put", f"/groups/{slug}/membership")
    post = say("karim", "Entre nous", group=slug)
    say("amelie", "Oui", under=post)
    assert told("karim") == [("comment", "Oui")]
    api(app, cast["amelie"], "delete", f"/groups/{slug}/members/{karim}")
    # at the display already, before the worker has come to it
    answer = factories.browser_of(app, cast["karim"]).get("/api/v1/notifications")
    assert answer.json["items"] == []
    say("amelie", "Sans lui", under=post)
    assert told("karim") == []
    assert unread(app, cast["karim"]) == 0


def unread(app: Flask, person: int) -> int:
    client = factories.browser_of(app, person)
    found: int = client.put("/api/v1/notifications/read", json={"up_to_id": "0"}).json["unread"]
    return found


def test_a_group_that_closes_takes_what_was_told_to_others(
    app: Flask, cast: dict[str, int], say: Say, told: Told
) -> None:
    made = api(
        app,
        cast["amelie"],
        "post",
        "/groups",
        name="Ouvert",
        visibility="open",
        description="",
        purpose="social",
    )
    post = say("amelie", "Bonjour", group=made["slug"])
    say("sofia", "Bonjour", under=post)
    say("karim", "Salut", under=post)
    assert told("sofia") == [("reply", "Salut")]
    api(app, cast["amelie"], "patch", f"/groups/{made['slug']}", visibility="closed")
    assert told("sofia") == []
    assert unread(app, cast["sofia"]) == 0
    assert len(told("amelie")) == 2


def test_somebody_who_is_shut_out_is_told_nothing(
    app: Flask, cast: dict[str, int], say: Say, told: Told
) -> None:
    post = say("karim", "Au revoir")
    app.test_cli_runner().invoke(args=["person", "deactivate", "karim.benali@demo.example"])
    db.rollback()
    say("amelie", "Bonne route", under=post)
    assert db.db.session().scalar(select(Notification.id)) is None


def test_a_muted_thread_is_silent(app: Flask, cast: dict[str, int], say: Say, told: Told) -> None:
    post = say("amelie", "Le plan")
    api(app, cast["amelie"], "put", f"/notifications/threads/post-{post}/mute")
    say("karim", "Bravo", under=post)
    assert told("amelie") == []
    api(app, cast["amelie"], "delete", f"/notifications/threads/post-{post}/mute")
    say("karim", "Encore", under=post)
    assert told("amelie") == [("comment", "Encore")]
