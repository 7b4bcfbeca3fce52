"""A post in another language than the reader's says so, with the company's translator where there is one."""

import re
from collections.abc import Callable
from typing import Any

from rse.core import company, db
from tests.feed.conftest import publish

Browse = Callable[[str], Any]
ENGLISH = "Has anybody seen the new release notes? We should talk about them before the demo & after."
FRENCH = "Bonjour à tous, la réunion de demain est déplacée dans la salle du deuxième étage."


def hint(browser: Any, post: str) -> str:
    found = re.findall(r'<p class="foreign muted">.*?</p>', browser.get(f"/posts/{post}").text, re.DOTALL)
    return found[0] if found else ""


def test_the_language_is_said_to_who_reads_another(browse: Browse) -> None:
    english, french = publish(browse("karim"), ENGLISH), publish(browse("karim"), FRENCH)
    assert (english["language"], french["language"]) == ("en", "fr")
    assert publish(browse("karim"), "👍")["language"] is None
    amelie = browse("amelie")
    assert "Écrit en anglais" in hint(amelie, english["id"])
    assert "<a" not in hint(amelie, english["id"])
    assert hint(amelie, french["id"]) == ""
    assert 'lang="en"' in amelie.get(f"/posts/{english['id']}").text
    assert amelie.put("/api/v1/me/preferences", json={"language": "en"}).status_code == 200
    assert "Written in French" in hint(amelie, french["id"])
    assert hint(amelie, english["id"]) == ""
    edited = browse("karim").patch(f"/api/v1/posts/{french['id']}", json={"body": ENGLISH}).get_json()
    assert edited["language"] == "en"
    assert hint(amelie, french["id"]) == ""


def test_a_link_leads_to_the_translator_that_the_company_chose(browse: Browse) -> None:
    ines, made = browse("ines"), publish(browse("karim"), ENGLISH, title="News")
    settings = {
        "name": "rse", "languages": ["fr", "en"], "days": ["1"], "opens": "08:00", "closes": "18:00",
    }  # fmt: skip
    for wrong in ("http://t.example/?q={text}", "https://t.example/", "javascript:{text}", "https://{text}/"):
        assert ines.post("/admin/settings", data=settings | {"translate_link": wrong}).status_code == 422
    link = "https://t.example/{from}/{to}?q={text}"
    assert ines.post("/admin/settings", data=settings | {"translate_link": link}).status_code == 303
    shown = hint(browse("amelie"), made["id"])
    assert 'href="https://t.example/en/fr?q=News%0AHas%20anybody' in shown
    assert "demo%20%26%20after." in shown
    assert 'rel="noopener noreferrer"' in shown
    assert ines.post("/admin/settings", data=settings).status_code == 303
    assert "<a" not in hint(browse("amelie"), made["id"])
    assert company.translator(db.session()) == ""
    db.rollback()
