"""Files by forms alone, without a script: posts, comments, messages; what is wrong loses none of them."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from bench import feed
from rse.core import db
from rse.files import views
from rse.files.models import File
from tests import factories
from tests.files.conftest import PDF, picture, publish, send, sent
from tests.files.test_rights import begin

Browse = Callable[[str], factories.Client]


@pytest.fixture
def amelie(app: Flask, cast: dict[str, int]) -> factories.Client:
    return factories.browser_of(app, cast["amelie"])


def post(browser: factories.Client, path: str, *files: tuple[bytes, str], **form: Any) -> Any:
    data = {**form, "files": [(io.BytesIO(content), name) for content, name in files]}
    return browser.post(path, data=data, content_type="multipart/form-data")


def page(browser: factories.Client, path: str) -> str:
    text: str = browser.get(path, follow_redirects=True).get_data(as_text=True)
    return text


def test_a_post_a_comment_and_a_message_take_files(
    amelie: factories.Client, cast: dict[str, int], app: Flask
) -> None:
    view = (picture("JPEG", (900, 600)), "vue.jpg")
    answer = post(
        amelie, "/posts", view, (PDF, "plan.pdf"), body="Le chantier", alt="La grue", kind="message"
    )
    assert answer.status_code == 303
    shown = page(amelie, "/")
    assert 'width="624" height="416" alt="La grue" loading="lazy"' in shown
    assert re.search(r"plan\.pdf</span> <span class=\"muted\">PDF · 1.ko", shown)
    where = answer.headers["Location"]
    answer = post(amelie, f"{where}/comments", (PDF, "devis.pdf"), body="Le devis", parent_id="")
    assert answer.status_code == 303
    assert "devis.pdf" in page(amelie, where)
    talk = begin(amelie, "karim", cast)
    answer = post(amelie, f"/messages/{talk}", (PDF, "seul.pdf"), body="")
    assert answer.status_code == 303
    karim = factories.browser_of(app, cast["karim"])
    assert "seul.pdf" in page(karim, f"/messages/{talk}")
    assert "seul.pdf" in page(karim, "/messages")
    assert send(karim, PDF).status_code == 201


def test_what_is_wrong_with_the_text_loses_no_file(amelie: factories.Client, cast: dict[str, int]) -> None:
    answer = post(amelie, "/posts", (PDF, "plan.pdf"), body="", kind="message")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    number = re.search(r'name="attachments" value="(\w+)"', text)
    assert number
    assert "plan.pdf" in text
    answer = post(amelie, "/posts", body="Le voici", kind="message", attachments=[number[1]])
    assert answer.status_code == 303
    assert "plan.pdf" in page(amelie, answer.headers["Location"])
    where = answer.headers["Location"]
    answer = post(amelie, f"{where}/comments", (PDF, "devis.pdf"), body="")
    assert answer.status_code == 422
    assert "devis.pdf" in answer.get_data(as_text=True)
    talk = begin(amelie, "karim", cast)
    answer = post(amelie, f"/messages/{talk}", (PDF, "vu.pdf"), (b"MZ\x00", "a.exe"), body="Bonjour")
    assert answer.status_code == 422
    assert "a.exe" in answer.get_data(as_text=True)
    assert "Bonjour" in answer.get_data(as_text=True)


def test_a_file_that_is_not_taken_is_said_beside_the_text(amelie: factories.Client) -> None:
    answer = post(amelie, "/posts", (PDF, "plan.pdf"), (b"MZ\x00\x01", "a.exe"), body="Voici", kind="message")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "« a.exe »".replace(" ", "\u00a0") in text or "a.exe" in text
    assert ">Voici</textarea>" in text
    assert db.session().query(File).count() == 0


def test_an_edit_takes_off_describes_and_adds(amelie: factories.Client) -> None:
    first, second = sent(amelie, picture(), "un.png"), sent(amelie, PDF, "deux.pdf")
    made = publish(amelie, "Deux", attachments=[first["id"], second["id"]])
    where = f"/posts/{made['id']}"
    assert page(amelie, f"{where}/edit").count('type="checkbox" name="attachments"') == 2
    form = {
        "body": "Deux",
        "files_shown": "1",
        "attachments": [first["id"]],
        f"alt-{first['id']}": "Un carré",
    }
    answer = post(amelie, f"{where}/edit", (PDF + b"3", "trois.pdf"), **form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    shown = amelie.get(f"/api/v1{where}").json["attachments"]
    assert [(file["name"], file["alt"]) for file in shown] == [("un.png", "Un carré"), ("trois.pdf", "")]
    assert post(amelie, f"{where}/edit", body="Rien", files_shown="1").status_code == 303
    assert amelie.get(f"/api/v1{where}").json["attachments"] == []


def test_the_page_of_a_groups_files(
    browse: Browse, make_group: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 4)
    slug = make_group("Chantier", "amelie", "karim", visibility="closed")
    for number in range(5):
        file = sent(browse("amelie"), PDF + bytes([number]), f"n{number}.pdf")
        made = publish(browse("amelie"), "x", group=slug, attachments=[file["id"]])
    view = sent(browse("karim"), picture(), "vue.png", alt="La grue")
    browse("karim").post(
        f"/api/v1/posts/{made['id']}/comments", json={"body": "y", "attachments": [view["id"]]}
    )
    first = page(browse("amelie"), f"/groups/{slug}/files")
    assert 'alt="La grue"' in first
    assert f'href="/posts/{made["id"]}"' in first
    more = re.search(r'class="more" id="more"><a class="btn" href="([^"]+)"', first)
    assert more
    rest = page(browse("amelie"), more[1].replace("&amp;", "&"))
    assert [f"n{n}.pdf" in first for n in (4, 2, 1, 0)] == [True, True, False, False]
    assert [f"n{n}.pdf" in rest for n in (4, 2, 1, 0)] == [False, False, True, True]
    assert "n4.pdf" not in page(browse("amelie"), f"/groups/{slug}/files?kind=picture")
    assert browse("sofia").get(f"/groups/{slug}/files").status_code == 404
    browse("amelie").delete(f"/api/v1/posts/{made['id']}")
    assert "n4.pdf" not in page(browse("amelie"), f"/groups/{slug}/files")
    empty = make_group("Vide", "amelie", visibility="open")
    assert "empty" in page(browse("sofia"), f"/groups/{empty}/files")


def test_a_page_without_files_asks_nothing_more_and_one_with_them_once(app: Flask) -> None:
    session = db.begin_write()
    people = factories.make_cast(session)
    db.commit()
    browser = factories.browser_of(app, people["amelie"].id)

    def cost() -> tuple[int, int]:
        feed.forget()
        cold = feed.queries(app, lambda: browser.get("/"))
        return cold, feed.queries(app, lambda: browser.get("/"))

    publish(browser, "un")
    cost()
    cold, warm = cost()
    for number in range(3):
        publish(browser, "x", attachments=[sent(browser, PDF + bytes([number]))["id"]])
    assert cost() == (cold + 1, warm)
