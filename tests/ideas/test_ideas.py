"""Ideas: votes, stages with a public reply, the board and the list, campaigns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rse.core import db, jobs
from rse.feed import cards
from rse.ideas.models import Idea, IdeaVote

Browse = Callable[[str], Any]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cards.cache.clear()


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def propose(browser: Any, body: str = "Un casier partagé", **values: Any) -> str:
    answer = browser.post("/api/v1/posts", json={"kind": "idea", "body": body} | values)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    key: str = answer.get_json()["id"]
    return key


def test_votes_count_once_and_go_back(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    key = propose(amelie)
    for _ in range(2):
        assert karim.put(f"/api/v1/posts/{key}/vote").status_code == 204
    post = karim.get(f"/api/v1/posts/{key}").get_json()
    assert (post["votes"], post["status"], post["idea"]["voted"]) == (1, "open", True)
    assert amelie.get(f"/api/v1/posts/{key}").get_json()["idea"]["voted"] is False
    assert karim.post(f"/posts/{key}/vote").status_code == 303
    assert amelie.get(f"/api/v1/posts/{key}").get_json()["votes"] == 0
    fragment = karim.post(f"/posts/{key}/vote", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert 'aria-pressed="true"' in fragment
    assert f'id="part-{key}"' in fragment
    assert karim.delete(f"/api/v1/posts/{key}/vote").status_code == 204
    message = amelie.post("/api/v1/posts", json={"body": "un message"}).get_json()["id"]
    assert karim.put(f"/api/v1/posts/{message}/vote").status_code == 404


def test_a_stage_needs_a_public_reply_from_who_may_decide(browser_as: Browse) -> None:
    key = propose(browser_as("amelie"))
    path = f"/api/v1/posts/{key}/status"
    claire = browser_as("claire")
    for sent in (
        {"status": "planned"},
        {"status": "planned", "reason": " "},
        {"status": "soon", "reason": "x"},
    ):
        assert claire.put(path, json=sent).status_code == 422
    refused = browser_as("amelie").put(path, json={"status": "done", "reason": "fait"})
    assert refused.status_code == 403
    planned = {"status": "planned", "reason": "Retenue pour mars.", "due_on": day(60)}
    post = claire.put(path, json=planned).get_json()
    assert (post["status"], post["idea"]["reason"]) == ("planned", "Retenue pour mars.")
    done = claire.post(f"/posts/{key}/status", data={"status": "done", "reason": "C’est posé."})
    assert done.status_code == 303
    page = browser_as("karim").get(f"/posts/{key}").get_data(as_text=True)
    assert "Retenue pour mars." in page
    assert "C’est posé." in page
    assert "Changer l’étape" not in page
    assert "Changer l’étape" in claire.get(f"/posts/{key}").get_data(as_text=True)


def test_an_owner_decides_and_must_be_a_colleague(browser_as: Browse, cast: dict[str, int]) -> None:
    from rse.core.model import encode_id

    key = propose(browser_as("amelie"))
    path = f"/api/v1/posts/{key}/status"
    sent = {"status": "under_review", "reason": "Sofia regarde."}
    claire = browser_as("claire")
    assert claire.put(path, json=sent | {"owner_id": encode_id(cast["james"])}).status_code == 422
    assert claire.put(path, json=sent | {"owner_id": encode_id(cast["sofia"])}).status_code == 200
    assert browser_as("sofia").put(path, json={"status": "done", "reason": "fait"}).status_code == 200


def test_the_board_and_the_list_show_what_one_may_read(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    assert "Pas encore d’idée" in amelie.get("/ideas").get_data(as_text=True)
    slug = amelie.post("/api/v1/groups", json={"name": "Fermé", "visibility": "closed"}).get_json()["slug"]
    propose(amelie, "Idée visible")
    hidden = propose(amelie, "Idée cachée", group=slug)
    for path in ("/ideas", "/ideas/list", "/ideas/list?status=open&sort=new", "/api/v1/ideas"):
        assert "cach" in amelie.get(path).get_data(as_text=True), path
        seen = karim.get(path).get_data(as_text=True)
        assert "visible" in seen, path
        assert "cach" not in seen, path
    for method, path in (("put", f"/api/v1/posts/{hidden}/vote"), ("post", f"/posts/{hidden}/vote")):
        assert getattr(karim, method)(path).status_code == 404
    sent = {"status": "done", "reason": "x"}
    assert browser_as("claire").put(f"/api/v1/posts/{hidden}/status", json=sent).status_code == 404
    assert karim.get(f"/posts/{hidden}/claim").status_code == 404
    assert "visible" not in browser_as("james").get("/ideas").get_data(as_text=True)
    assert karim.get("/api/v1/ideas?status=done").get_json()["items"] == []


def test_lists_go_on_where_they_ended(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    keys = {propose(amelie, f"Idée numéro {n}") for n in range(5)}
    for sort in ("votes", "new"):
        found: list[str] = []
        cursor = ""
        while True:
            answer = amelie.get(f"/api/v1/ideas?limit=2&sort={sort}{cursor}").get_json()
            found += [item["id"] for item in answer["items"]]
            if answer["next_cursor"] is None:
                break
            cursor = f"&cursor={answer['next_cursor']}"
        assert len(found) == 5
        assert set(found) == keys


def test_a_campaign_asks_between_two_days(browser_as: Browse) -> None:
    claire, amelie = browser_as("claire"), browser_as("amelie")
    form = {"question": "Comment livrer plus tôt ?", "starts_on": day(-1), "ends_on": day(7)}
    assert amelie.get("/ideas/campaigns/new").status_code == 404
    assert amelie.post("/ideas/campaigns/new", data=form).status_code == 403
    assert claire.post("/ideas/campaigns/new", data=form | {"ends_on": day(-3)}).status_code == 422
    where = claire.post("/ideas/campaigns/new", data=form).headers["Location"]
    key = where.rsplit("/", 1)[1]
    assert "Comment livrer plus tôt" in amelie.get("/ideas").get_data(as_text=True)
    assert key in amelie.get(f"/ideas/new?campaign={key}").get_data(as_text=True)
    made = amelie.post("/ideas/new", data={"kind": "idea", "body": "Par le rail", "campaign": key})
    assert made.status_code == 303
    assert "Par le rail" in amelie.get(where).get_data(as_text=True)
    assert browser_as("james").get(where).status_code == 404
    over = claire.post("/ideas/campaigns/new", data=form | {"starts_on": day(3)}).headers["Location"]
    late = {"kind": "idea", "body": "trop tôt", "campaign": over.rsplit("/", 1)[1]}
    assert amelie.post("/ideas/new", data=late).status_code == 422


def test_an_erased_person_takes_votes_along(app: Any, cast: dict[str, int], browser_as: Browse) -> None:
    key = propose(browser_as("amelie"))
    browser_as("karim").put(f"/api/v1/posts/{key}/vote")
    export = next(e for e in app.extensions["rse_registry"].all("exports") if e.name == "ideas")
    session = db.begin_write()
    assert [row["what"] for row in export.rows(session, cast["karim"])] == ["for an idea"]
    export.erase(session, cast["karim"])
    db.commit()
    assert db.db.session().query(IdeaVote).count() == 0
    assert db.db.session().query(Idea).one().votes == 0


def test_stages_count_in_the_indicators(app: Any, browser_as: Browse) -> None:
    key = propose(browser_as("amelie"))
    for status in ("under_review", "in_progress", "open"):
        sent = {"status": status, "reason": "parce que"}
        browser_as("claire").put(f"/api/v1/posts/{key}/status", json=sent)
    activity = {one.name: one for one in app.extensions["rse_registry"].all("activity")}
    session = db.db.session()
    now = datetime.now(UTC)
    ideas = list(activity["ideas"].events(session, now - timedelta(days=1), now + timedelta(days=1)))
    assert [(one.type, one.value) for one in ideas] == [
        ("idea_status", "under_review"), ("idea_status", "accepted"), ("visit", ""),
    ]  # fmt: skip
    posts = list(activity["feed"].events(session, now - timedelta(days=1), now + timedelta(days=1)))
    assert next(one.kind for one in posts if one.type == "post") == "idea"


def test_a_page_of_ideas_costs_one_query_more(app: Any, browser_as: Browse) -> None:
    from bench.feed import queries

    amelie, karim = browser_as("amelie"), browser_as("karim")
    amelie.post("/api/v1/posts", json={"body": "un message"})
    karim.get("/")
    before = queries(app, lambda: karim.get("/"))
    for n in range(3):
        propose(amelie, f"idée {n}")
    karim.get("/")
    assert queries(app, lambda: karim.get("/")) == before + 1


def test_who_had_the_idea_is_told_of_the_answer(browser_as: Browse) -> None:
    key = propose(browser_as("amelie"), title="Casier")
    sent = {"status": "planned", "reason": "Retenue pour mars."}
    browser_as("claire").put(f"/api/v1/posts/{key}/status", json=sent)
    jobs.drain()
    told = browser_as("amelie").get("/notifications").get_data(as_text=True)
    assert "réponse publique" in told
    assert "Retenue pour mars." in told
    assert "réponse publique" not in browser_as("karim").get("/notifications").get_data(as_text=True)


def test_its_own_page_keeps_what_one_decides_when_a_part_of_it_comes_anew(browser_as: Browse) -> None:
    thomas, key = browser_as("thomas"), propose(browser_as("amelie"))
    decide = "Changer l’étape"
    assert decide in thomas.get(f"/posts/{key}").text
    for own, path in ((True, f"/posts/{key}"), (False, "/"), (False, "/groups/x")):
        here = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{path}?x=1#comments"}
        for answer in (
            thomas.get(f"/posts/{key}/card", headers=here),
            thomas.post(f"/posts/{key}/vote", headers=here),
        ):
            assert (decide in answer.text) == own, path
