"""Questions for programs: those that wait, "also my question", asking by name, being available."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.core.model import encode_id
from tests.feed.conftest import browse, no_cached_cards, people

__all__ = ["browse", "no_cached_cards", "people"]
Browse = Callable[[str], Any]
API = "/api/v1"


@pytest.fixture
def any_app(app: Any) -> Any:
    """SQLite is enough here: nothing depends on the database."""
    return app


def test_a_question_waits_is_shared_and_somebody_is_asked(browse: Browse, people: dict[str, int]) -> None:
    amelie, karim, sofia = browse("amelie"), browse("karim"), browse("sofia")
    ids = []
    for body in ("Qui sait souder ?", "Qui sait coudre ?"):
        made = amelie.post(f"{API}/posts", json={"kind": "question", "body": body})
        ids.append(made.json["id"])
    page = karim.get(f"{API}/questions?limit=1").json
    assert [one["id"] for one in page["items"]] == ids[:1]
    rest = karim.get(f"{API}/questions?limit=1&cursor={page['next_cursor']}").json
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == (ids[1:], None)
    one = f"{API}/posts/{ids[0]}"
    assert karim.put(f"{one}/also").status_code == 204
    assert karim.put(f"{one}/also").status_code == 204
    assert amelie.put(f"{one}/also").status_code == 403  # it is hers
    first = karim.get(f"{API}/questions").json["items"][0]
    assert (first["also"], first["also_mine"]) == (1, True)
    assert karim.delete(f"{one}/also").status_code == 204
    assert karim.get(f"{API}/questions").json["items"][0]["also"] == 0
    him, her = encode_id(people["karim"]), encode_id(people["sofia"])
    assert sofia.put(f"{API}/me/available", json={"available": False}).json == {"available": False}
    assert sofia.get(f"{API}/me/available").json == {"available": False}
    assert amelie.put(f"{one}/asked/{her}").status_code == 422
    assert karim.put(f"{one}/asked/{her}").status_code == 403
    assert amelie.put(f"{one}/asked/{him}").status_code == 204
    karim.post(f"{one}/comments", json={"body": "Moi"})
    assert [q["id"] for q in karim.get(f"{API}/questions").json["items"]] == ids[1:]
    assert len(karim.get(f"{API}/questions?which=open").json["items"]) == 2
    assert karim.get(f"{API}/questions?which=all").status_code == 422
    assert karim.put(f"{API}/posts/{encode_id(1)}/also").status_code == 404
