"""What somebody leaves out of their feed is not there for them, and is where it was for everybody else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from rse.core import clock, jobs
from tests.feed.conftest import publish

Browse = Callable[[str], Any]


def words(browser: Any, path: str = "/") -> set[str]:
    return set(re.findall(r"\bmot-[a-z]+\b", browser.get(path).text))


@pytest.fixture
def written(any_app: Flask, browse: Browse, make_group: Any) -> dict[str, str]:
    slug = make_group("Club", "karim", "amelie")
    keys = {
        "simple": publish(browse("karim"), "mot-simple")["id"],
        "club": publish(browse("sofia"), "mot-club", group=slug)["id"],
        "tag": publish(browse("sofia"), "mot-tag", tags=["cantine"])["id"],
        "idee": publish(browse("sofia"), "mot-idee", kind="idea")["id"],
    }
    return keys | {"slug": slug, "karim": publish(browse("karim"))["author"]["id"]}


ALL = {"mot-simple", "mot-club", "mot-tag", "mot-idee"}


@pytest.mark.parametrize(
    ("what", "key", "gone"),
    [
        ("people", "karim", "mot-simple"),
        ("groups", "slug", "mot-club"),
        ("tags", "cantine", "mot-tag"),
        ("kinds", "idea", "mot-idee"),
    ],
)
def test_each_of_them_can_be_left_out_and_let_in_again(
    browse: Browse, written: dict[str, str], what: str, key: str, gone: str
) -> None:
    amelie = browse("amelie")
    sent = {"what": what, "key": written.get(key, key)}
    assert words(amelie) == ALL
    assert amelie.post("/settings/feed", data=sent).status_code == 303
    assert words(amelie) == words(amelie, "/api/v1/feed") == ALL - {gone}
    assert words(browse("claire")) == ALL
    assert amelie.get(f"/posts/{written['simple']}").status_code == 200
    assert amelie.get("/settings/feed").text.count("Réafficher") == 1
    amelie.post("/settings/feed", data=sent | {"on": "false"})
    assert words(amelie) == ALL
    assert "Rien n’est écarté" in amelie.get("/settings/feed").text


def test_a_post_offers_what_can_be_left_out(browse: Browse, written: dict[str, str]) -> None:
    page = browse("amelie").get(f"/posts/{written['tag']}/less").text
    assert [word in page for word in ("Sofia Marchetti", "#cantine", "Message")] == [True] * 3
    sent = {"what": "tags", "key": "cantine", "post": written["tag"]}
    answer = browse("amelie").post("/settings/feed", data=sent)
    assert answer.headers["Location"] == f"/posts/{written['tag']}/less"


def test_who_is_left_out_can_still_mention_one(browse: Browse, written: dict[str, str]) -> None:
    browse("amelie").post("/settings/feed", data={"what": "people", "key": written["karim"]})
    publish(browse("karim"), "salut @amelie.rousseau")
    jobs.drain()
    kinds = [one["kind"] for one in browse("amelie").get("/api/v1/notifications").json["items"]]
    assert kinds == ["mention"]


def test_what_is_nothing_cannot_be_left_out(browse: Browse, written: dict[str, str]) -> None:
    for what, key in (("kinds", "rien"), ("people", "???")):
        answer = browse("amelie").post(
            "/settings/feed", data={"what": what, "key": key}, follow_redirects=True
        )
        assert "ne peut pas être écarté" in answer.text
    assert (
        browse("amelie").post("/settings/feed", data={"what": "groups", "key": "inconnu"}).status_code == 404
    )


def test_a_program_of_theirs_is_shown_the_same(
    any_app: Flask, browse: Browse, written: dict[str, str]
) -> None:
    amelie = browse("amelie")
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    made = amelie.post("/settings/tokens", data={"name": "Liseuse", "scope": "read", "until": day}).text
    key = re.findall(r'value="(rse_[\w-]{40,})"', made)[0]
    amelie.post("/settings/feed", data={"what": "tags", "key": "cantine"})
    program = any_app.test_client()
    for path in ("/api/v1/feed", "/api/v1/feed?scope=for_you"):
        shown = program.get(path, headers={"Authorization": f"Bearer {key}"}).text
        assert set(re.findall(r"\bmot-[a-z]+\b", shown)) == ALL - {"mot-tag"}


def test_an_open_page_counts_no_new_post_that_is_left_out(browse: Browse, written: dict[str, str]) -> None:
    amelie = browse("amelie")

    def counted(name: str, **more: str) -> int:
        query = {"new": "1", "scope": "all", "purpose": ""} | more
        return int(amelie.get(f"/posts/{written[name]}/card", query_string=query).status_code)

    assert "data-picky" not in amelie.get("/").text
    assert [counted(name) for name in ("simple", "club", "tag", "idee")] == [200] * 4
    for what, key in (("people", written["karim"]), ("tags", "cantine"), ("kinds", "idea")):
        amelie.post("/settings/feed", data={"what": what, "key": key})
    assert 'data-picky=""' in amelie.get("/").text
    assert [counted(name) for name in ("simple", "club", "tag", "idee")] == [204, 200, 204, 204]
    assert amelie.get(f"/posts/{written['tag']}/card").status_code == 200  # one that the page shows already
    assert counted("tag", scope="following") == 204  # not of what she follows, left out or not
    assert 'data-picky="social"' in amelie.get("/?purpose=social").text
    assert counted("club", purpose="social") == 204
    assert counted("club", purpose="professional") == 200
