"""`@slug` names a group: those who look after it are told, and nobody learns of a group by it."""

from collections.abc import Callable
from typing import Any

from rse.core import db, jobs
from rse.core.model import encode_id
from rse.groups import service
from tests.feed.conftest import group_of, publish

Browse = Callable[[str], Any]


def told(browser: Any) -> list[tuple[str, str]]:
    jobs.drain()
    db.rollback()
    items = browser.get("/api/v1/notifications").get_json()["items"]
    return [(item["kind"], plain(item["text"])) for item in items]


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def say(browser: Any, body: str, **more: Any) -> Any:
    """Publish and give the answer, whatever it is."""
    return browser.post("/api/v1/posts", json={"body": body, **more})


def test_a_mention_tells_owners_and_moderators_once(
    browse: Browse, make_group: Any, people: dict[str, int]
) -> None:
    slug = make_group("Club photo", "karim", "sofia", "claire")
    session = db.begin_write()
    service.enter(session, group_of(slug), people["sofia"], "moderator")
    db.commit()
    made = publish(browse("amelie"), f"Qui a un objectif, @{slug} ?")
    number = encode_id(group_of(slug).id)
    assert made["group_mentions"] == [{"id": number, "name": "Club photo"}]
    assert f'<a href="/g/{number}" class="mention group"' in made["body_html"]
    assert ">@Club photo</a>" in made["body_html"]
    assert browse("claire").get(f"/g/{number}").headers["Location"].endswith(f"/groups/{slug}")
    said = ("group_mention", "Amélie Rousseau a mentionné « Club photo »")
    assert told(browse("karim")) == told(browse("sofia")) == [said]
    assert told(browse("claire")) == told(browse("amelie")) == []  # a plain member; who wrote it
    browse("amelie").patch(f"/api/v1/posts/{made['id']}", json={"body": f"Un zoom, @{slug} ?"})
    assert told(browse("karim")) == [said]  # named before already
    under = f"/api/v1/posts/{made['id']}/comments"
    assert browse("claire").post(under, json={"body": f"Je demande @{slug}"}).status_code == 201
    first = ("group_mention", "Claire Dupont a mentionné « Club photo »")
    assert told(browse("karim")) == [first, said]
    browse("amelie").patch(f"/api/v1/posts/{made['id']}", json={"body": "Un zoom ?"})
    assert told(browse("karim")) == [first]


def test_a_secret_group_is_named_among_its_members_only(browse: Browse, make_group: Any) -> None:
    slug = make_group("Rachat", "claire", "amelie", visibility="secret")
    outside = publish(browse("karim"), f"Et @{slug} ?")
    absent = publish(browse("karim"), "Et @0123456789abcdef ?")
    assert outside["group_mentions"] == absent["group_mentions"] == []
    assert outside["body_html"] == absent["body_html"].replace("0123456789abcdef", slug)
    refused = say(browse("amelie"), f"Voyez @{slug}")
    assert refused.status_code == 422
    assert "« Rachat »" in plain(refused.get_json()["errors"]["body"][0])
    inside = publish(browse("amelie"), f"Merci @{slug}", group=slug)
    assert inside["group_mentions"][0]["name"] == "Rachat"
    assert told(browse("claire")) == [("group_mention", "Amélie Rousseau a mentionné « Rachat »")]
    moved = browse("amelie").post(f"/posts/{inside['id']}/move", data={"group": "", "sure": "1"})
    assert moved.status_code == 422
    assert "« Rachat »" in plain(moved.text)
    assert browse("karim").get(f"/g/{inside['group_mentions'][0]['id']}").status_code == 404


def test_where_nobody_who_looks_after_it_reads_a_mention_is_refused(browse: Browse, make_group: Any) -> None:
    closed = make_group("Paie", "claire", "amelie", visibility="closed")
    far, near = make_group("Club échecs", "karim"), make_group("Club voile", "claire")
    refused = say(browse("amelie"), f"Demandons à @{far}", group=closed)
    assert refused.status_code == 422
    assert "« Club échecs »" in plain(refused.get_json()["errors"]["body"][0])
    assert publish(browse("amelie"), f"Demandons à @{near}", group=closed)["group_mentions"]
    assert told(browse("karim")) == []


def test_groups_are_suggested_beside_people(browse: Browse, make_group: Any) -> None:
    make_group("Paie", "claire", "amelie", visibility="closed")
    make_group("Club échecs", "karim")
    secret = make_group("Club secret", "amelie", visibility="secret")

    def offered(name: str, q: str, **more: str) -> list[str]:
        html = browse(name).get("/people/mentions", query_string={"q": q, "groups": "1", **more}).text
        return [part.split('"')[0] for part in html.split('data-value="@')[1:]]

    assert offered("amelie", "club") == ["club-echecs"]
    assert offered("amelie", "ÉCH") == ["club-echecs"]
    assert offered("amelie", "club", **{"in": secret}) == [secret]  # Karim does not read there
    assert offered("karim", "club", **{"in": secret}) == ["club-echecs"]
    assert offered("amelie", "a", **{"in": "paie"})[0] == "amelie.rousseau"
    assert offered("amelie", "pai") == ["paie"]
    assert offered("james", "club") == offered("amelie", "%") == []
    plain = browse("amelie").get("/people/mentions?q=club").text
    assert "club-echecs" not in plain  # a message has no groups in it
