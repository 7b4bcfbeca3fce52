"""Each night what the index holds is compared with the database, by ids and versions, and mended."""

from collections.abc import Sequence

import pytest
from sqlalchemy import delete

from rse.core import db
from rse.core.events import Delivery
from rse.search import service, tasks
from rse.search.current import backend, sources
from rse.search.engine import Batch, Found, SearchQuery
from tests.search.company import Company
from tests.search.corpus import document


def forget_events() -> None:
    db.begin_write().execute(delete(Delivery))
    db.commit()


def differing() -> dict[str, set[int]]:
    return service.differing(db.session(), backend(), sources())


@pytest.fixture
def indexed(company: Company) -> Company:
    slug = company.group("karim", "Atelier étain")
    post = company.post("karim", "L'étain fond", group=slug)
    company.comment("sofia", post, "L'étain brille")
    talk = company.do("karim", "POST", "/conversations", 201, member_ids=[company.pid("sofia")])
    path = f"/conversations/{talk['id']}/messages"
    company.do("karim", "POST", path, 201, body="étain ?", client_id="c1")
    company.index()
    tasks.tend()
    service.rebuild(db.session(), backend(), sources())
    return company


def test_an_index_that_follows_differs_in_nothing(indexed: Company) -> None:
    assert differing() == {}


def test_what_is_missing_old_or_gone_is_mended(indexed: Company) -> None:
    lost = indexed.post("sofia", "L'étain manque")
    changed = indexed.post("sofia", "L'étain ancien")
    indexed.index()
    indexed.do("sofia", "PATCH", f"/posts/{changed['id']}", body="L'étain nouveau")
    forget_events()
    number = next(one.id for one in search("manque"))
    backend().apply(Batch(put=[document(987654, "étain fantôme")], drop=[f"post:{number}"]))
    assert len(differing()["post"]) == 3
    tasks.reconcile()
    assert differing() == {}
    assert indexed.search("amelie", "fantôme")["total"] == 0
    assert indexed.search("amelie", "manque")["items"][0]["id"] == lost["id"]
    assert indexed.search("amelie", "nouveau")["total"] == 1


def test_a_changed_audience_is_mended(indexed: Company) -> None:
    slug = indexed.group("karim", "Atelier plomb")
    indexed.post("karim", "Le plomb est lourd", group=slug)
    indexed.index()
    indexed.do("karim", "PATCH", f"/groups/{slug}", visibility="secret")
    forget_events()
    assert {kind: len(ids) for kind, ids in differing().items()}["post"] == 1
    done = indexed.browsers["karim"].application.test_cli_runner().invoke(args=["search", "mend"])
    assert done.exit_code == 0, done.output
    assert "objects mended" in done.output
    assert differing() == {}


def test_without_an_index_the_command_says_what_to_run(company: Company) -> None:
    done = company.browsers["karim"].application.test_cli_runner().invoke(args=["search", "mend"])
    assert done.exit_code == 1
    assert "search rebuild" in done.output


def search(text: str) -> Sequence[Found]:
    return backend().search(SearchQuery(text, frozenset({"everyone"}))).found
