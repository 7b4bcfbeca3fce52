"""Write for two first: whom a writer asks reads a draft and says something; nobody else, and it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from rse.accounts.models import Person
from rse.core import db, jobs
from rse.core.model import encode_id
from rse.drafts import exports, service
from rse.drafts.models import DraftReader, DraftRemark
from tests.drafts.test_drafts import aside, browse, keep, make_group, no_cached_cards, people

__all__ = ["browse", "make_group", "no_cached_cards", "people"]
Browse = Callable[[str], Any]
TEXT = "Nous fermons l'atelier *B* en mai"


@pytest.fixture
def any_app(app: Any) -> Any:
    """SQLite is enough here: nothing depends on the database."""
    return app


def ask(browser: Any, where: str, *names: str, **fields: Any) -> Any:
    sent = {"kind": "message", "body": TEXT, "do": "ask", "readers": " ".join(f"@{name}" for name in names)}
    return browser.post(where, data=sent | fields)


def told(browser: Any) -> list[tuple[str, str, str]]:
    jobs.drain()
    db.rollback()
    items = browser.get("/api/v1/notifications").json["items"]
    return [(item["kind"], item["text"], item["url"]) for item in items]


def unread(browser: Any) -> int:
    jobs.drain()
    return len(browser.get("/api/v1/notifications?unread=true").json["items"])


def test_a_colleague_reads_it_first_and_the_writer_decides(browse: Browse) -> None:
    amelie, karim = browse("amelie"), browse("karim")
    where = aside(amelie, body=TEXT, title="Atelier B")
    assert "Le faire lire d’abord" in amelie.get(where).text
    assert ask(amelie, where, "karim.benali", title="Atelier B", body=f"{TEXT} prochain").status_code == 303
    ((kind, said, href),) = told(karim)
    assert (kind, said) == ("draft_asked", "Amélie Rousseau vous demande de lire un brouillon")
    assert href == f"{where}/reading"
    page = karim.get(href).text
    assert "<em>B</em> en mai prochain" in page  # as it was when it was asked, marked up
    assert "pour toute l’entreprise" in page
    assert "Atelier B" in karim.get("/drafts").text
    assert (
        karim.post(f"{where}/remarks", data={"body": "Dis *pourquoi*."}).headers["Location"]
        == f"{href}#remarks"
    )
    assert karim.post(f"{href}/done").status_code == 303
    assert karim.post(f"{href}/done").status_code == 303  # twice is once
    assert [line[:2] for line in told(amelie)] == [
        ("draft_answer", "Karim Benali a lu votre brouillon"),
        ("draft_answer", "Karim Benali a écrit à propos d’un brouillon"),
    ]
    own = amelie.get(where).text
    assert "Dis <em>pourquoi</em>." in own
    assert "l’a lu le" in own
    assert amelie.post(f"{where}/remarks", data={"body": "Juste."}).headers["Location"] == f"{where}#remarks"
    assert told(karim)[0][1] == "Amélie Rousseau a écrit à propos d’un brouillon"
    assert (
        amelie.post(where, data={"kind": "message", "body": "Voici pourquoi", "do": "publish"}).status_code
        == 303
    )
    assert karim.get(href).status_code == 404
    assert told(karim) == []
    assert karim.get("/").text.count("Dis <em>") == 0
    session = db.session()
    assert session.query(DraftReader).count() + session.query(DraftRemark).count() == 0
    db.rollback()


def test_nobody_else_sees_it_and_a_reader_changes_nothing(browse: Browse) -> None:
    amelie, karim, sofia = browse("amelie"), browse("karim"), browse("sofia")
    where = aside(amelie, body=TEXT)
    ask(amelie, where, "karim.benali")
    for path in (where, f"{where}/reading"):
        assert sofia.get(path).status_code == 404
    for path in ("remarks", "reading/done", "reading/decline"):
        assert sofia.post(f"{where}/{path}", data={"body": "x"}).status_code == 404
    assert karim.get(where).status_code == 404
    sent = {"kind": "message", "body": "Autre", "do": "publish"}
    assert karim.post(where, data=sent).status_code == 404
    assert karim.post(f"{where}/delete").status_code == 404
    assert karim.post(f"{where}/readers/{encode_id(1)}/end").status_code == 404
    jobs.drain()
    for page in ("/", "/search?q=fermons", "/api/v1/feed", "/drafts"):
        assert "atelier" not in sofia.get(page).text
    assert TEXT[:12] not in karim.get("/api/v1/search?q=fermons").text
    assert karim.post(f"{where}/remarks", data={"body": " "}).status_code == 422
    assert karim.post(f"{where}/remarks", data={"body": "x" * 4500}).status_code == 422


def test_who_can_be_asked(browse: Browse, people: dict[str, int]) -> None:
    amelie = browse("amelie")
    where = aside(amelie, body=TEXT)
    for names, said in (
        (["amelie.rousseau"], "demandez à quelqu’un d’autre"),
        (["personne.ici"], "Personne n’est connu"),
        ([], "Dites qui doit le lire"),
        (["karim.benali", "sofia.marchetti", "claire.dupont"], "Deux lecteurs au plus"),
    ):
        answer = ask(amelie, where, *names, body=f"{TEXT} gardé")
        assert answer.status_code == 422
        assert said in answer.text
        assert "gardé" in answer.text  # nothing written is lost
    session = db.begin_write()
    session.get_one(Person, people["sofia"]).status = "deactivated"
    db.commit()
    assert ask(amelie, where, "sofia.marchetti").status_code == 422
    assert (
        ask(browse("james"), aside(browse("james"), body=TEXT), "karim.benali").status_code == 422
    )  # no shared group
    assert ask(amelie, where, "karim.benali").status_code == 303
    assert ask(amelie, where, "karim.benali", "claire.dupont").status_code == 303
    assert "Ask" not in amelie.get(where).text
    assert 'name="do" value="ask"' not in amelie.get(where).text


def test_the_writer_shows_it_no_more_and_a_reader_hands_it_back(
    browse: Browse, people: dict[str, int]
) -> None:
    amelie, karim, claire = browse("amelie"), browse("karim"), browse("claire")
    where = aside(amelie, body=TEXT)
    ask(amelie, where, "karim.benali", "claire.dupont")
    karim.post(f"{where}/remarks", data={"body": "Bien."})
    assert unread(claire) == 2
    assert amelie.post(f"{where}/readers/{encode_id(people['karim'])}/end").status_code == 303
    assert karim.get(f"{where}/reading").status_code == 404
    assert told(karim) == []
    assert "Bien." in amelie.get(where).text
    assert claire.post(f"{where}/reading/decline").status_code == 303
    assert claire.get(f"{where}/reading").status_code == 404
    assert told(claire) == []
    assert "claire" not in amelie.get(where).text.lower().split("qui le lit")[-1].split("<form")[0]
    rows = list(exports.rows(db.session(), people["karim"]))
    assert [row["what"] for row in rows] == ["remark on a draft"]
    session = db.begin_write()
    service.forget(session, people["karim"])
    db.commit()
    assert "Bien." not in amelie.get(where).text
    assert amelie.post(f"{where}/delete").status_code == 303


def test_a_group_that_the_reader_does_not_know_is_not_named(browse: Browse, make_group: Any) -> None:
    slug = make_group("Cercle caché", "amelie", visibility="secret")
    amelie = browse("amelie")
    where = aside(amelie, body=TEXT, group=slug)
    assert ask(amelie, where, "karim.benali", group=slug).status_code == 303
    page = browse("karim").get(f"{where}/reading").text
    assert "pour un groupe que vous ne lisez pas" in page
    assert "Cercle" not in page
    assert slug not in page


def test_the_composer_of_a_place_does_not_write_over_what_is_being_read(browse: Browse) -> None:
    amelie = browse("amelie")
    assert keep(amelie, body=TEXT) == 204
    held = amelie.get("/drafts/here?place=").json["id"]
    assert ask(amelie, f"/drafts/{held}", "karim.benali").status_code == 303
    assert amelie.get("/drafts/here?place=").status_code == 204
    assert keep(amelie, body="Tout autre chose") == 204
    assert "atelier" in browse("karim").get(f"/drafts/{held}/reading").text
