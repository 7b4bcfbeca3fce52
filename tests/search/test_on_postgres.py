"""The application on PostgreSQL searches with PostgreSQL, unless it is told otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text

from rse.core import db, jobs
from rse.search import postgres_question, tasks
from rse.search.current import backend
from rse.search.engine import Batch
from rse.search.postgres import Postgres
from rse.search.whoosh import Whoosh
from rse.settings import BadSettings, load
from tests import factories
from tests.search.company import Company
from tests.search.corpus import EVERYONE, ask, document, keys
from tests.search.engines import Engines

pytestmark = pytest.mark.postgres


@pytest.fixture
def company(make_app: Callable[..., Flask], postgres_url: str) -> Company:
    app = make_app(database_url=postgres_url)
    context = app.app_context()
    context.push()
    people = factories.make_cast(db.session())
    db.commit()
    ids = {key: person.id for key, person in people.items()}
    yield Company(ids, lambda name: factories.browser_of(app, ids[name]))
    context.pop()


def test_what_is_written_is_found_by_who_may_read_it(company: Company) -> None:
    slug = company.group("karim", "Atelier laiton")
    post = company.post("karim", "Le laiton se polit", group=slug, tags=["métal"])
    company.comment("sofia", post, "Le laiton noircit")
    company.post("sofia", "Comment polir le C++ ?", kind="question", title="Polir")
    company.index()
    assert isinstance(backend(), Postgres)
    found = company.search("amelie", "laiton", type="post")
    assert (found["total"], found["facets"]["tag"][0]["count"]) == (2, 2)
    assert company.titles("amelie", "c++") == ["Polir"]
    assert [e["person"]["uid"] for e in company.experts("amelie", "laiton")]
    company.do("karim", "PATCH", f"/groups/{slug}", visibility="secret")
    for _ in ("at once", "when the index has followed"):
        assert company.search("amelie", "laiton")["total"] == 0
        assert company.search("karim", "laiton", type="post")["total"] == 2
        company.index()
    assert company["amelie"].get("/search?q=polir").status_code == 200


def test_an_index_that_is_away_answers_nothing_and_is_made_again(company: Company) -> None:
    company.post("karim", "Le laiton se polit")
    assert tasks.search_index() == "there is no search index yet"
    assert "index de recherche est en construction" in company["amelie"].get("/search?q=laiton").text
    company.index()
    assert company.search("amelie", "laiton")["total"] == 1
    db.session().execute(text("UPDATE search.state SET version = 'older'"))
    db.commit()
    assert company.search("amelie", "laiton")["total"] == 0
    assert tasks.search_index() == "the search index is of another version"
    db.rollback()
    tasks.tend()
    assert company.search("amelie", "laiton")["total"] == 1


def test_a_question_that_takes_too_long_finds_nothing_and_harms_nothing(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.post("karim", "Le laiton se polit")
    company.index()
    monkeypatch.setattr("rse.search.postgres.PATIENCE", "500ms")
    monkeypatch.setattr("rse.search.postgres_question.VERSIONED", ":version = pg_sleep(3)::text")
    assert company.search("amelie", "laiton")["total"] == 0


def test_whoosh_can_be_chosen(make_app: Callable[..., Flask], postgres_url: str) -> None:
    with make_app(database_url=postgres_url, search="whoosh").app_context():
        assert isinstance(backend(), Whoosh)
        jobs.drain()
    with pytest.raises(BadSettings, match="RSE_SEARCH"):
        load({"search": "postgresql"})


def test_evidence_is_not_looked_for_by_common_words_alone(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_question, "COMMON", 5)
    engines = Engines("postgres", tmp_path, postgres_server)
    engine = engines.make(
        [document(1, "le laiton du projet"), *(document(n, "projet") for n in range(2, 12))]
    )
    assert [one.key for one in engine.evidence("projet laiton", EVERYONE)] == ["post:1"]
    assert len(engine.evidence("projet", EVERYONE)) == 11
    engines.close()


def test_what_holds_all_the_words_stands_when_looking_for_more_takes_too_long(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = Engines("postgres", tmp_path, postgres_server)
    engine = engines.make([document(1, "le laiton du projet noirci"), document(2, "laiton noirci")])
    assert len(ask(engine, "laiton noirci projet").found) == 2
    monkeypatch.setattr(
        postgres_question.Question, "any_of", lambda *_args, **_values: ("1/(d.at - d.at) > 0", "0")
    )
    assert keys(ask(engine, "laiton noirci projet")) == ["post:1"]
    engines.close()


def test_questions_of_one_page_look_up_once_what_they_have_in_common(
    make_app: Callable[..., Flask], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_app(database_url=postgres_url).app_context():
        engine = backend()
        engine.reindex([document(1, "le laiton noirci"), document(2, "laiton")], lambda keys: Batch())
        asked: list[str] = []
        event.listen(db.db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        apart = [keys(ask(engine, "laiton noirci", kinds={kind})) for kind in ("post", "person")]
        assert apart == [["post:1"], []]
        asked.clear()
        with engine.together():
            assert [keys(ask(engine, "laiton noirci", kinds={kind})) for kind in ("post", "person")] == apart
            assert keys(ask(engine, "laiton", {"group:9"})) == []  # who asks is not mixed up
            with monkeypatch.context() as broken:
                broken.setattr(
                    postgres_question.Question, "all_of", lambda *_args: ("1/(d.at - d.at) > 0", "0")
                )
                assert keys(ask(engine, "laiton")) == []
            assert keys(ask(engine, "laiton")) == ["post:2", "post:1"]
        assert sum("set_config" in one for one in asked) == 2
        assert len([one for one in asked if "count(*) FROM (SELECT 1" in one and "found" not in one]) == 1
        assert db.session().scalar(text("SHOW statement_timeout")) == "0"
