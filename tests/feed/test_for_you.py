"""The feed "For you": what is near comes first, each post says why, and nothing else is known or shown."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from rse.feed import candidates
from tests.feed.conftest import publish

Browse = Callable[[str], Any]


def feed(browser: Any, **query: str) -> list[tuple[str, str]]:
    """The feed as (first word, code of the reason)."""
    answer = browser.get("/api/v1/feed", query_string={"scope": "for_you", **query})
    assert answer.status_code == 200, answer.text
    return [(item["body"].split()[0], item["reason"]["code"]) for item in answer.json["items"]]


@pytest.fixture
def ids(browse: Browse) -> dict[str, str]:
    """Public ids of the cast."""
    return {
        name: browse(name).get("/api/v1/me").json["id"] for name in ("amelie", "karim", "sofia", "claire")
    }


def test_what_is_near_comes_first_and_says_why(
    browse: Browse, ids: dict[str, str], make_group: Callable[..., str]
) -> None:
    mine = make_group("Atelier", "sofia", "amelie")
    amelie = browse("amelie")
    amelie.put("/api/v1/me/skills", json={"skills": [{"label": "Soudage", "level": 3}]})
    amelie.put(f"/api/v1/people/{ids['karim']}/follow")
    assert amelie.post("/tags/cantine/follow", data={"on": "1"}).status_code == 303
    publish(browse("claire"), "ouvert")
    publish(browse("sofia"), "club", group=mine)
    publish(browse("sofia"), "menu", tags=["cantine"])
    publish(browse("karim"), "suivi")
    publish(browse("sofia"), "aide", kind="question", title="Quel fil pour le soudage de l’inox ?")
    publish(amelie, "moi")
    shown = dict(feed(amelie))
    assert shown == {
        "aide": "question", "suivi": "person", "menu": "tag", "club": "group", "ouvert": "company",
    }  # fmt: skip
    assert next(iter(shown)) == "aide"
    assert list(shown)[-1] in ("ouvert", "club")
    page = amelie.get("/?scope=for_you").text
    said = re.findall(r'<p class="why">([^<]+)</p>', page)
    assert said[0] == "Personne n’a répondu, et vous connaissez Soudage"
    assert "Vous suivez Karim Benali" in said
    assert len(said) == 5
    assert "C’est tout ce qui a été choisi pour vous." in page


def test_whom_one_answers_is_near_to_who_answers_alone(browse: Browse, ids: dict[str, str]) -> None:
    amelie = browse("amelie")
    for _turn in range(3):
        made = publish(browse("karim"), "vieux")
        amelie.post(f"/api/v1/posts/{made['id']}/comments", json={"body": "Merci !"})
    publish(browse("karim"), "neuf")
    assert ("neuf", "tie") in feed(amelie)
    assert "tie" not in {code for _word, code in feed(browse("sofia"))}
    assert feed(amelie)[0] == ("neuf", "tie")  # what was answered already stands behind


def test_one_author_does_not_fill_the_page(browse: Browse, ids: dict[str, str]) -> None:
    amelie = browse("amelie")
    amelie.put(f"/api/v1/people/{ids['karim']}/follow")
    for name in ("sofia", "claire"):
        publish(browse(name), name)
    for _turn in range(8):
        publish(browse("karim"), "karim")
    first = [word for word, _code in feed(amelie)][:5]
    assert {"sofia", "claire"} <= set(first)
    assert first[0] == "karim"


def test_it_goes_on_where_it_was_and_ends(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(25):
        publish(browse("karim"), f"mot-{at}")
    amelie = browse("amelie")
    first = amelie.get("/api/v1/feed", query_string={"scope": "for_you"}).json
    publish(browse("sofia"), "entretemps")
    rest = amelie.get("/api/v1/feed", query_string={"scope": "for_you", "cursor": first["next_cursor"]}).json
    bodies = [item["body"] for item in first["items"] + rest["items"]]
    assert sorted(bodies) == sorted(f"mot-{at}" for at in range(25))
    assert rest["next_cursor"] is None
    page = amelie.get("/?scope=for_you").text
    assert "C’est tout" not in page
    following = re.search(r'href="(/\?[^"]*cursor=[^"]+)"', page)
    assert following is not None
    after = amelie.get(following[1].replace("&amp;", "&")).text
    assert after.count('class="why"') == 6
    assert "C’est tout" in after


def test_what_is_left_out_is_left_out_here_too(
    browse: Browse, ids: dict[str, str], make_group: Callable[..., str]
) -> None:
    amelie = browse("amelie")
    amelie.put(f"/api/v1/people/{ids['karim']}/follow")
    publish(browse("karim"), "karim")
    publish(browse("sofia"), "menu", tags=["cantine"])
    publish(browse("sofia"), "secret", group=make_group("Secret", "sofia", visibility="secret"))
    publish(browse("claire"), "claire")
    amelie.post("/settings/feed", data={"what": "people", "key": ids["karim"]})
    amelie.post("/settings/feed", data={"what": "tags", "key": "cantine"})
    assert [word for word, _code in feed(amelie)] == ["claire"]


def test_work_and_social_life_are_told_apart(browse: Browse, make_group: Callable[..., str]) -> None:
    club = make_group("Club", "sofia", "amelie", purpose="social")
    publish(browse("sofia"), "apéro", group=club)
    publish(browse("sofia"), "projet")
    amelie = browse("amelie")
    for scope in ("all", "for_you"):
        for purpose, there, gone in (("social", "apéro", "projet"), ("professional", "projet", "apéro")):
            page = amelie.get("/", query_string={"scope": scope, "purpose": purpose}).text
            body = page[page.index('id="posts"') :]
            assert there in body
            assert gone not in body
            query = {"scope": scope, "purpose": purpose}
            items = amelie.get("/api/v1/feed", query_string=query).json["items"]
            assert [item["body"] for item in items] == [there]
    assert 'aria-current="true">Vie sociale' in amelie.get("/?purpose=social").text
    assert "apéro" in amelie.get("/?purpose=nonsense").text


def test_it_reads_a_bounded_number_of_posts(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "NEW", 3)
    monkeypatch.setattr(candidates, "NEAR", 1)
    for at in range(9):
        publish(browse("karim"), f"mot-{at}")
    assert len(feed(browse("amelie"))) == 3
