"""Webhooks: told of what they may hear, once, signed, again after a failure; their log and pages show no content."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from rse.accounts.models import AuditEntry
from rse.core import clock, db, jobs, outside
from rse.core.api import IdempotencyKey
from rse.integration import telling
from rse.integration.models import Webhook, WebhookDelivery
from tests import factories
from tests.integration.conftest import Program

Browse = Callable[[str], factories.Client]
EVENTS = [
    "post.published",
    "post.deleted",
    "comment.added",
    "answer.accepted",
    "member.joined",
    "member.left",
]


def make(browser: factories.Client, url: str, **given: Any) -> dict[str, Any]:
    wanted = {"name": "Wiki", "url": url, "events": EVENTS, "everyone": True} | given
    answer = browser.post("/api/v1/webhooks", json=wanted)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def publish(browser: factories.Client, body: str, **more: Any) -> str:
    answer = browser.post("/api/v1/posts", json={"kind": "message", "body": body, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def group(browser: factories.Client, name: str, visibility: str) -> str:
    given = {"name": name, "visibility": visibility, "description": "", "purpose": "professional"}
    slug = str(browser.post("/api/v1/groups", json=given).json["slug"])
    jobs.drain()  # who made it has entered before anybody is told of it
    return slug


def told() -> list[dict[str, Any]]:
    jobs.drain()
    found = [json.loads(content) for _headers, content in Program.told]
    Program.told.clear()
    return found


def states() -> list[tuple[str, int, int | None]]:
    db.rollback()
    rows = db.db.session().scalars(select(WebhookDelivery).order_by(WebhookDelivery.id))
    return [(row.state, row.attempts, row.answer) for row in rows]


def later() -> None:
    """Let what waits be due, and send it."""
    session = db.begin_write()
    due = update(WebhookDelivery).where(WebhookDelivery.next_at.is_not(None))
    session.execute(due.values(next_at=clock.now() - timedelta(seconds=1)))
    db.commit()
    telling.tell_again()


def test_a_post_is_told_signed_with_its_time(browser_as: Browse, program: str) -> None:
    made = make(browser_as("ines"), program)
    post = publish(browser_as("amelie"), "Le *banc* est prêt")
    jobs.drain()
    ((headers, content),) = Program.told
    said = json.loads(content)
    assert (said["type"], said["data"]["post"]["id"], said["data"]["post"]["body"]) == (
        "post.published",
        post,
        "Le *banc* est prêt",
    )
    assert said["data"]["post"]["url"] == f"http://localhost/posts/{post}"
    assert "my_reactions" not in said["data"]["post"]
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(clock.now().timestamp() - int(headers["webhook-timestamp"])) < 60
    assert "cookie" not in headers
    assert "authorization" not in headers


def test_each_event_is_told_once_and_those_alone_that_were_chosen(browser_as: Browse, program: str) -> None:
    make(browser_as("ines"), program, events=["comment.added", "answer.accepted", "post.deleted"])
    asked = publish(browser_as("amelie"), "Qui sait ?", kind="question", title="Une question")
    comment = browser_as("karim").post(f"/api/v1/posts/{asked}/comments", json={"body": "Moi"}).json["id"]
    browser_as("amelie").put(f"/api/v1/posts/{asked}/answer", json={"comment_id": comment})
    found = told()
    assert [one["type"] for one in found] == ["comment.added", "answer.accepted"]
    assert {one["data"]["comment"]["body"] for one in found} == {"Moi"}
    browser_as("amelie").delete(f"/api/v1/posts/{asked}")
    assert [one["data"] for one in told()] == [{"post": {"id": asked}}]
    later()
    assert told() == []


def test_nothing_is_heard_beyond_the_groups_that_were_given(browser_as: Browse, program: str) -> None:
    ines, amelie = browser_as("ines"), browser_as("amelie")
    opened, closed, hers = (
        group(amelie, "Ouvert", "open"),
        group(amelie, "Fermé", "closed"),
        group(ines, "Support", "closed"),
    )
    for slug in (closed, "no-such-group"):
        refused = ines.post(
            "/api/v1/webhooks", json={"name": "x", "url": program, "events": EVENTS, "groups": [slug]}
        )
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["groups"])
    make(ines, program, everyone=False, groups=[opened, hers], events=["post.published", "member.joined"])
    publish(amelie, "Pour tous")
    publish(amelie, "Secret du groupe fermé", group=closed)
    publish(amelie, "Dans le groupe ouvert", group=opened)
    publish(ines, "Chez nous", group=hers)
    browser_as("karim").put(f"/api/v1/groups/{opened}/membership")
    found = told()
    posts = sorted(one["data"]["post"]["body"] for one in found if one["type"] == "post.published")
    assert posts == ["Chez nous", "Dans le groupe ouvert"]
    (joined,) = [one["data"] for one in found if one["type"] == "member.joined"]
    assert (joined["group"]["slug"], joined["person"]["uid"]) == (opened, "karim.benali")


def test_a_group_that_is_closed_is_lost_and_what_waits_is_not_sent(browser_as: Browse, program: str) -> None:
    ines, amelie = browser_as("ines"), browser_as("amelie")
    slug = group(amelie, "Ouvert", "open")
    made = make(ines, program, everyone=True, groups=[slug])
    Program.answer = 503
    publish(amelie, "Encore ouvert", group=slug)
    told()
    Program.answer = 204
    assert amelie.patch(f"/api/v1/groups/{slug}", json={"visibility": "closed"}).status_code == 200
    publish(amelie, "Maintenant entre nous", group=slug)
    later()
    assert told() == []
    assert [state for state, _n, _a in states()] == ["dropped"]
    shown = ines.get("/api/v1/webhooks").json["items"]
    assert [(one["id"], one["groups"]) for one in shown] == [(made["id"], [])]


def test_a_post_that_was_deleted_or_moved_meanwhile_is_not_sent(browser_as: Browse, program: str) -> None:
    make(browser_as("ines"), program, events=["post.published"])
    Program.answer = 500
    post = publish(browser_as("amelie"), "Écrit trop vite")
    told()
    browser_as("amelie").delete(f"/api/v1/posts/{post}")
    Program.answer = 204
    later()
    assert told() == []
    assert states() == [("dropped", 2, None)]


def test_what_fails_is_tried_again_later_and_later_then_given_up(browser_as: Browse, program: str) -> None:
    made = make(browser_as("ines"), program, events=["post.published"])
    Program.answer = 500
    publish(browser_as("amelie"), "Bonjour")
    jobs.drain()
    waits = []
    for _attempt in telling.AGAIN:
        db.rollback()
        row = db.db.session().scalars(select(WebhookDelivery)).one()
        assert row.next_at is not None
        waits.append(row.next_at - clock.now())
        later()
    assert states() == [("failed", len(telling.AGAIN) + 1, 500)]
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(hours=15)
    page = browser_as("ines").get(f"/admin/integrations/{made['id']}").text
    assert "Non remis" in page
    assert "HTTP 500" in page
    assert "Bonjour" not in page
    Program.answer = 204
    Program.told.clear()
    assert browser_as("ines").post(f"/admin/integrations/{made['id']}/try").status_code == 303
    assert sorted(one["type"] for one in told()) == ["ping", "post.published"]
    assert {state for state, _n, _a in states()} == {"sent"}


@pytest.mark.parametrize("status", [302, 307, 410])
def test_nobody_is_followed_and_who_wants_no_more_is_left_alone(
    browser_as: Browse, program: str, status: int
) -> None:
    make(browser_as("ines"), program, events=["post.published"])
    Program.answer = status
    publish(browser_as("amelie"), "Bonjour")
    assert len(told()) == 1
    assert states() == [("failed" if status == 410 else "waiting", 1, status)]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://10.1.2.3/x", "http://[::1]/x", "http://169.254.169.254/x",
        "ftp://93.184.215.14/x", "http://a:b@93.184.215.14/x", "http://93.184.215.14:8080/x", "nothing",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_taken(browser_as: Browse, url: str) -> None:
    wanted = {"name": "x", "url": url, "events": EVENTS, "everyone": True}
    refused = browser_as("ines").post("/api/v1/webhooks", json=wanted)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["url"])


def test_a_name_that_leads_inside_is_not_asked_when_it_is_sent(
    browser_as: Browse, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(browser_as("ines"), program, events=["post.published"])
    monkeypatch.setattr(outside, "is_public", lambda _address: False)
    publish(browser_as("amelie"), "Bonjour")
    assert told() == []
    assert states() == [("waiting", 1, None)]


def test_the_secret_is_shown_once_and_kept_sealed(app: Flask, browser_as: Browse, program: str) -> None:
    ines = browser_as("ines")
    wanted = {"name": "Wiki", "url": program, "events": EVENTS, "everyone": True}
    made = ines.post("/api/v1/webhooks", json=wanted, headers={"Idempotency-Key": "k1"})
    secret = made.json["secret"]
    assert secret.startswith("whsec_")
    again = ines.post("/api/v1/webhooks", json=wanted, headers={"Idempotency-Key": "k1"})
    assert (again.json["id"], again.json["secret"]) == (made.json["id"], "")
    session = db.db.session()
    assert secret not in str(session.execute(select(IdempotencyKey.body)).all())
    assert secret not in session.scalars(select(Webhook)).one().secret
    assert secret not in ines.get("/api/v1/webhooks").text + ines.get("/admin/integrations").text
    form = ines.post("/admin/integrations", data={**wanted, "everyone": "1", "events": ["post.published"]})
    assert "whsec_" in form.text
    assert form.headers["Cache-Control"] == "no-store"
    assert "whsec_" not in ines.get("/admin/integrations").text


def test_it_is_the_administrators_and_each_change_is_a_line(
    browser_as: Browse, cast: dict[str, int], program: str
) -> None:
    made = make(browser_as("ines"), program)
    one = f"/api/v1/webhooks/{made['id']}"
    for name in ("amelie", "thomas", "james"):
        other = browser_as(name)
        assert other.get("/api/v1/webhooks").status_code == other.delete(one).status_code == 404
        assert (
            other.get(f"{one}/deliveries").status_code == other.get("/admin/integrations").status_code == 404
        )
    publish(browser_as("amelie"), "Bonjour")
    jobs.drain()
    log = browser_as("ines").get(f"{one}/deliveries?limit=1").json
    assert [(row["event"], row["state"], row["answer"]) for row in log["items"]] == [
        ("post.published", "sent", 204)
    ]
    assert browser_as("ines").delete(one).status_code == 204
    assert browser_as("ines").get("/api/v1/webhooks").json["items"] == []
    lines = db.db.session().execute(
        select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.action.like("webhook.%"))
        .order_by(AuditEntry.id)
    )
    assert [tuple(line) for line in lines] == [
        ("webhook.create", cast["ines"]),
        ("webhook.remove", cast["ines"]),
    ]


def test_the_page_makes_tells_and_removes(browser_as: Browse, program: str) -> None:
    ines = browser_as("ines")
    assert "Aucun programme n’est prévenu" in ines.get("/admin/integrations").text
    refused = ines.post(
        "/admin/integrations", data={"name": "Wiki", "url": program, "events": ["post.published"]}
    )
    assert refused.status_code == 422
    assert "Choisissez tous les espaces ouverts" in refused.text
    data = {"name": "Wiki", "url": program, "events": ["post.published"], "everyone": "1"}
    assert "Le secret du nouveau webhook" in ines.post("/admin/integrations", data=data).text
    made = ines.get("/api/v1/webhooks").json["items"][0]["id"]
    assert "Rien pour l’instant" in ines.get(f"/admin/integrations/{made}").text
    assert ines.post(f"/admin/integrations/{made}/remove").status_code == 303
    assert ines.get(f"/admin/integrations/{made}").status_code == 404


def test_a_new_secret_key_seals_them_anew(
    app: Flask, browser_as: Browse, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(browser_as("ines"), program, events=["post.published"])
    settings = app.extensions["rse_settings"]
    monkeypatch.setattr(app, "secret_key", "another-0123456789-abcdefghijklmnopq")
    newer = settings.model_copy(update={"secret_key": app.secret_key, "secret_key_old": settings.secret_key})
    monkeypatch.setitem(app.extensions, "rse_settings", newer)
    done = app.test_cli_runner().invoke(args=["secrets", "renew"])
    assert "1 sealed anew Wiki" in done.output, done.output
    db.rollback()
    publish(browser_as("amelie"), "Bonjour")
    jobs.drain()
    ((headers, content),) = Program.told
    signature = telling.sign(made["secret"], headers["webhook-id"], headers["webhook-timestamp"], content)
    assert headers["webhook-signature"] == signature
