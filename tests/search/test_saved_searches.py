"""Saved searches: kept by their owner, told of once when somebody else writes what answers them."""

from datetime import UTC, datetime, timedelta

import pytest

from rse.core import clock
from rse.search import tasks
from tests.search.company import Company


def quarter(company: Company, monkeypatch: pytest.MonkeyPatch, minutes: int) -> int:
    """The look of a quarter of an hour, as if it were so many minutes later."""
    company.index()
    with monkeypatch.context() as later:
        later.setattr(tasks, "SETTLED", -60 * minutes)
        found = tasks.tell_news()
    company.index()
    return found


def told(company: Company, name: str) -> list[str]:
    page = company[name].get("/notifications").text
    return [line for line in page.splitlines() if "Il y a du nouveau pour une recherche" in line]


def test_what_somebody_else_writes_is_told_once(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:  # the index knows whole seconds
        earlier.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(minutes=2))
        company.post("karim", "Le tournesol ancien")
    company.index()
    assert "Enregistrer cette recherche" in company["amelie"].get("/search?q=tournesol").text
    for _ in range(2):  # kept once
        assert company["amelie"].post("/search/saved", data={"q": "tournesol"}).status_code == 303
    page = company["amelie"].get("/search/saved").text
    assert page.count("Ne pas me prévenir") == 1
    assert quarter(company, monkeypatch, 5) == 0
    company.post("amelie", "Mon tournesol à moi")
    company.post("karim", "Un autre sujet")
    assert quarter(company, monkeypatch, 20) == 0


def test_the_notice_leads_to_the_newest(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.index()
    company["amelie"].post("/search/saved", data={"q": "tournesol", "kind": "message"})
    company.post("karim", "Les tournesols fleurissent")
    assert quarter(company, monkeypatch, 10) == 1
    assert quarter(company, monkeypatch, 30) == 0
    assert told(company, "amelie")
    assert not told(company, "karim")
    assert (
        "/search?q=tournesol&amp;kind=message&amp;sort=date" in company["amelie"].get("/notifications").text
    )


def test_what_the_owner_may_not_read_is_no_news(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = company.group("karim", "Cellule discrète", "secret")
    company.index()
    company["amelie"].post("/search/saved", data={"q": "béryllium"})
    company.post("karim", "Le béryllium", group=slug)
    assert quarter(company, monkeypatch, 10) == 0
    assert not told(company, "amelie")


def test_it_can_be_silenced_and_deleted(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.index()
    company["amelie"].post("/search/saved", data={"q": "tournesol"})
    page = company["amelie"].get("/search/saved").text
    address = page.partition('action="/search/saved/')[2].partition('/notify"')[0]
    assert company["karim"].post(f"/search/saved/{address}/delete").status_code == 404
    assert company["amelie"].post(f"/search/saved/{address}/notify", data={"notify": "0"}).status_code == 303
    company.post("karim", "Le tournesol")
    assert quarter(company, monkeypatch, 10) == 0
    assert "Me prévenir de ce qui est nouveau" in company["amelie"].get("/search/saved").text
    assert company["amelie"].post(f"/search/saved/{address}/delete").status_code == 303
    assert "Aucune recherche enregistrée" in company["amelie"].get("/search/saved").text


def test_nothing_asked_is_nothing_to_save(company: Company) -> None:
    company["amelie"].post("/search/saved", data={"q": " "})
    assert "Aucune recherche enregistrée" in company["amelie"].get("/search/saved").text
