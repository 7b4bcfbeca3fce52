"""Publishing, changing and taking back posts, through the API and the forms."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.core import db
from rse.feed.models import Post
from tests.feed.conftest import publish

Browse = Callable[[str], Any]


def test_a_post_has_the_promised_shape(browse: Browse) -> None:
    made = publish(browse("amelie"), "Bravo @karim.benali pour #LoRa **hier**", title="Merci", tags=["atex"])
    assert set(made) == {
        "id", "kind", "author", "group", "title", "body", "body_html", "tags", "language", "mentions", "group_mentions",
        "created_at",
        "edited_at", "comment_count", "reactions", "my_reactions", "answer_id", "votes", "status", "poll", "audience",
        "attachments", "link_preview",
    }  # fmt: skip
    assert made["author"]["uid"] == "amelie.rousseau"
    assert made["group"] is None
    assert made["tags"] == ["atex", "lora"]
    assert [person["uid"] for person in made["mentions"]] == ["karim.benali"]
    assert made["audience"] == {"label": "Toute l’entreprise", "people": 6}
    assert "<strong>hier</strong>" in made["body_html"]
    assert 'class="mention"' in made["body_html"]
    assert made["created_at"].endswith("Z")
    shown = browse("karim").get(f"/api/v1/posts/{made['id']}").get_json()
    assert shown == made


def test_the_feed_says_why(browse: Browse, make_group: Any) -> None:
    slug = make_group("Qualité", "karim", "amelie", visibility="closed")
    publish(browse("karim"), "à tous")
    publish(browse("karim"), "au groupe", group=slug)
    items = browse("amelie").get("/api/v1/feed").get_json()["items"]
    assert [(item["body"], item["reason"]["code"]) for item in items] == [
        ("au groupe", "group"),
        ("à tous", "company"),
    ]
    assert items[0]["audience"]["people"] == 2
    assert items[0]["group"]["slug"] == slug


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "   "}, "body"),
        ({"body": "\u200b"}, "body"),
        ({}, "body"),
        ({"body": "x" * 20_001}, "body"),
        ({"body": "x", "kind": "poem"}, "kind"),
        ({"body": "x", "title": "t" * 201}, "title"),
        ({"body": "x", "tags": ["two words"]}, "tags"),
        ({"body": "x", "colour": "red"}, "colour"),
        ({"body": "nul \x00"}, "body"),
    ],
)
def test_bad_input_is_named(browse: Browse, sent: dict[str, Any], field: str) -> None:
    answer = browse("amelie").post("/api/v1/posts", json=sent)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
    assert browse("amelie").get("/api/v1/feed").get_json()["items"] == []


def test_who_would_not_see_it_cannot_be_mentioned(browse: Browse, make_group: Any) -> None:
    slug = make_group("Codir", "claire", "amelie", visibility="secret")
    answer = browse("amelie").post("/api/v1/posts", json={"body": "et @karim.benali ?", "group": slug})
    assert answer.status_code == 422
    assert "Karim Benali" in answer.get_json()["errors"]["body"][0]
    guest = browse("amelie").post("/api/v1/posts", json={"body": "merci @james.oneill"})
    assert guest.status_code == 422
    assert publish(browse("amelie"), "@personne.inconnue")["mentions"] == []


def test_a_guest_learns_nothing_by_mentioning(browse: Browse, make_group: Any) -> None:
    slug = make_group("Projet", "amelie", "james", visibility="closed")
    made = publish(browse("james"), "@karim.benali @amelie.rousseau", group=slug)
    assert [person["uid"] for person in made["mentions"]] == ["amelie.rousseau"]


def test_guests_publish_in_their_groups_only(browse: Browse, make_group: Any) -> None:
    refused = browse("james").post("/api/v1/posts", json={"body": "bonjour"})
    assert refused.status_code == 403
    other = make_group("Fermé", "amelie", visibility="closed")
    assert browse("james").post("/api/v1/posts", json={"body": "bonjour", "group": other}).status_code == 404
    assert browse("karim").post("/api/v1/posts", json={"body": "bonjour", "group": other}).status_code == 403


def test_an_archived_group_takes_nothing(browse: Browse, make_group: Any) -> None:
    slug = make_group("Ancien", "amelie")
    made = publish(browse("amelie"), group=slug)
    answer = browse("amelie").post(f"/groups/{slug}/archive")
    assert answer.status_code == 303
    key = made["id"]
    amelie = browse("amelie")
    assert amelie.post("/api/v1/posts", json={"body": "encore", "group": slug}).status_code == 403
    assert amelie.post(f"/api/v1/posts/{key}/comments", json={"body": "encore"}).status_code == 403
    assert amelie.put(f"/api/v1/posts/{key}/reactions/thanks").status_code == 403
    assert amelie.patch(f"/api/v1/posts/{key}", json={"body": "autre"}).status_code == 403
    assert amelie.get(f"/posts/{key}").status_code == 200


def test_an_edit_keeps_what_was_said_for_those_who_read_it(browse: Browse) -> None:
    made = publish(browse("amelie"), "première #un", tags=["garde"])
    edited = browse("amelie").patch(f"/api/v1/posts/{made['id']}", json={"body": "seconde #deux"}).get_json()
    assert edited["tags"] == ["garde", "deux"]
    assert edited["edited_at"]
    assert "première" in browse("amelie").get(f"/posts/{made['id']}/history").get_data(as_text=True)
    assert "première" in browse("karim").get(f"/posts/{made['id']}/history").get_data(as_text=True)
    assert browse("james").get(f"/posts/{made['id']}/history").status_code == 404
    assert browse("karim").patch(f"/api/v1/posts/{made['id']}", json={"body": "non"}).status_code == 403
    assert browse("karim").get(f"/posts/{made['id']}/edit").status_code == 404
    page = browse("amelie").post(
        f"/posts/{made['id']}/edit", data={"kind": "question", "title": "Titre", "body": "troisième"}
    )
    assert page.status_code == 303
    assert browse("karim").get(f"/api/v1/posts/{made['id']}").get_json()["kind"] == "question"
    empty = browse("amelie").post(f"/posts/{made['id']}/edit", data={"kind": "question", "body": ""})
    assert empty.status_code == 422


def test_a_deleted_post_is_gone_everywhere(browse: Browse, make_group: Any) -> None:
    slug = make_group("Atelier", "amelie", "karim")
    made = publish(browse("amelie"), "éphémère #fugace", group=slug)
    key = made["id"]
    browse("karim").post(f"/posts/{key}/bookmark")
    assert browse("karim").delete(f"/api/v1/posts/{key}").status_code == 403
    assert browse("amelie").post(f"/posts/{key}/delete").status_code == 303
    for path in (f"/posts/{key}", f"/posts/{key}/card", f"/api/v1/posts/{key}", f"/posts/{key}/history"):
        assert browse("amelie").get(path).status_code == 404
    for path in (
        "/",
        "/tags/fugace",
        "/saved",
        f"/groups/{slug}",
        "/api/v1/feed",
        f"/api/v1/groups/{slug}/posts",
    ):
        assert "éphémère" not in browse("karim").get(path).get_data(as_text=True)
    assert db.db.session().query(Post).one().deleted_at is not None
    db.rollback()


def test_an_owner_of_the_group_removes_what_others_wrote(browse: Browse, make_group: Any) -> None:
    slug = make_group("Atelier", "karim", "amelie", "sofia")
    made = publish(browse("amelie"), group=slug)
    assert browse("sofia").delete(f"/api/v1/posts/{made['id']}").status_code == 403
    assert "/delete" in browse("karim").get("/").get_data(as_text=True)
    assert "/delete" not in browse("sofia").get("/").get_data(as_text=True)
    assert browse("karim").delete(f"/api/v1/posts/{made['id']}").status_code == 204


def test_the_composer_works_without_javascript(browse: Browse, make_group: Any) -> None:
    slug = make_group("Qualité & méthodes", "amelie", visibility="closed")
    form = {"kind": "question", "body": "Qui sait ?", "group": slug, "title": ""}
    answer = browse("amelie").post("/posts", data=form)
    assert answer.status_code == 303
    page = browse("amelie").get(answer.headers["Location"]).get_data(as_text=True)
    assert "Qui sait ?" in page
    wrong = browse("amelie").post(
        "/posts", data={"kind": "message", "body": "à @james.oneill mon texte", "group": slug}
    )
    assert wrong.status_code == 422
    assert "mon texte" in wrong.get_data(as_text=True), "what was written is not lost"


def test_the_composer_answers_htmx_with_the_card(browse: Browse) -> None:
    htmx = {"HX-Request": "true"}
    answer = browse("amelie").post("/posts", data={"kind": "message", "body": "vite"}, headers=htmx)
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).lstrip().startswith('<article class="card post"')
    wrong = browse("amelie").post("/posts", data={"kind": "message", "body": ""}, headers=htmx)
    assert (wrong.status_code, wrong.headers["HX-Retarget"]) == (422, "#composer")


def test_the_audience_is_spelled_out(browse: Browse, make_group: Any) -> None:
    closed = make_group("Projet", "amelie", "karim", "james", visibility="closed")
    text = browse("amelie").get(f"/posts/audience?group={closed}").get_data(as_text=True)
    assert "<strong>3 membres</strong>" in text
    assert "extérieur" in text
    assert "<strong>6 personnes</strong>" in browse("amelie").get("/posts/audience").get_data(as_text=True)
    assert browse("sofia").get("/posts/audience?group=rien").status_code == 404


def test_a_key_makes_a_post_once(browse: Browse) -> None:
    headers = {"Idempotency-Key": "abc"}
    first = browse("amelie").post("/api/v1/posts", json={"body": "une fois"}, headers=headers)
    again = browse("amelie").post("/api/v1/posts", json={"body": "une fois"}, headers=headers)
    assert first.get_json() == again.get_json()
    assert len(browse("karim").get("/api/v1/feed").get_json()["items"]) == 1
