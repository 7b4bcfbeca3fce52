"""A company changes its name, colour, logo, languages and parts without a restart; every page follows."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import company, db
from tests import factories

Browsers = Callable[[str], Any]
USUAL: dict[str, Any] = {
    "name": "rse",
    "languages": ["fr", "en"],
    "days": ["1", "2", "3", "4", "5"],
    "opens": "08:00",
    "closes": "18:00",
    "features": ["chat", "indicators", "pulse"],
}


def save(browser: Any, **changed: Any) -> Any:
    return browser.post("/admin/settings", data=USUAL | changed)


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 120), **more: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, (20, 100, 90)).save(out, kind, **more)
    out.seek(0)
    return out


def test_name_is_shown_everywhere_at_once_and_noted(any_app: Flask) -> None:
    ines = factories.make_cast(db.begin_write())["ines"].id
    db.commit()
    browser = factories.browser_of(any_app, ines)
    assert save(browser, name="Réseau Aurore").status_code == 303
    assert "Réseau Aurore</title>" in browser.get("/people").text
    assert "Réseau Aurore" in any_app.test_client().get("/signin").text
    line = db.session().scalars(select(AuditEntry).where(AuditEntry.action == "settings.change")).first()
    assert line is not None
    assert line.target == "setting:name"
    db.rollback()
    assert save(browser).status_code == 303
    assert "Réseau Aurore" not in browser.get("/people").text


def test_colour_passes_or_is_refused_with_the_nearest_one(browser_as: Browsers, app: Flask) -> None:
    ines = browser_as("ines")
    assert "/brand.css" not in ines.get("/admin/settings").text
    answer = save(ines, colour="#ffcc00")
    assert answer.status_code == 422
    proposal = re.search(r"La plus proche qui convient est (#[0-9a-f]{6})", answer.text)
    assert proposal
    assert save(ines, colour=proposal[1]).status_code == 303
    html = ines.get("/admin/settings").text
    address = re.search(r'href="(/brand\.css\?v=[0-9a-f]+)"', html)
    assert address
    css = app.test_client().get(address[1])
    assert css.mimetype == "text/css"
    assert f"--accent: light-dark({proposal[1]}, #" in css.text
    assert save(ines, colour="red").status_code == 422
    assert (
        save(ines, colour="#17645e", colour_dark="#17645e").status_code == 422
    )  # too dark on the dark ground


@pytest.mark.parametrize("colour", ["#000000", "#17645e", "#0050b3", "#8a1538", "#5041b8"])
def test_both_themes_can_be_read(browser_as: Browsers, app: Flask, colour: str) -> None:
    assert save(browser_as("ines"), colour=colour).status_code == 303
    css = app.test_client().get("/brand.css").text
    tokens = {
        name: (light, dark)
        for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    }
    for at, grounds in enumerate((["#ffffff", "#f5f3ef"], ["#1c1f21", "#131516"])):
        for name in ("accent", "accent-strong"):
            assert min(ratio(tokens[name][at], ground) for ground in grounds) >= 4.5
        assert ratio(tokens["on-accent"][at], tokens["accent"][at]) >= 4.5
        assert ratio(tokens["accent"][at], tokens["tint"][at]) >= 4.5


def ratio(one: str, other: str) -> float:
    """The contrast of WCAG, worked out apart from the code under test."""

    def luminance(text: str) -> float:
        parts = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_logo_is_drawn_anew(browser_as: Browsers, app: Flask) -> None:
    ines = browser_as("ines")
    sent = picture("JPEG", comment=b"secret place")
    answer = ines.post("/admin/settings/logo", data={"logo": (sent, "logo.jpg")})
    assert answer.status_code == 303
    address = re.search(r'src="(/brand/logo/[0-9a-f]{32}\.png)"', ines.get("/people").text)
    assert address
    served = app.test_client().get(address[1])
    assert served.mimetype == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert b"secret place" not in served.data
    assert max(Image.open(io.BytesIO(served.data)).size) <= 480
    ines.post("/admin/settings/logo", data={"remove": "1"})
    assert "/brand/logo/" not in ines.get("/people").text
    assert app.test_client().get(address[1]).status_code == 404


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg onload='alert(1)'/>", "logo.svg"),
        (b"GIF89a", "logo.png"),
        (picture().getvalue(), "logo.jpg"),
        (picture(size=(10, 10)).getvalue(), "logo.png"),
        (b"", ""),
    ],
)
def test_other_files_are_no_logo(browser_as: Browsers, data: bytes, name: str) -> None:
    answer = browser_as("ines").post("/admin/settings/logo", data={"logo": (io.BytesIO(data), name)})
    assert answer.status_code == 422
    assert 'id="f-logo-error"' in answer.text


def test_one_language_is_the_language_of_all(browser_as: Browsers, app: Flask) -> None:
    save(browser_as("ines"), languages=["en"])
    assert '<html lang="en"' in browser_as("amelie").get("/people").text
    signed_out = app.test_client().get("/signin", headers={"Accept-Language": "fr"}).text
    assert '<html lang="en"' in signed_out
    assert 'value="fr"' not in signed_out
    assert 'value="fr"' not in browser_as("amelie").get("/settings/preferences").text


def test_what_is_switched_off_is_gone_and_comes_back(browser_as: Browsers) -> None:
    ines, amelie = browser_as("ines"), browser_as("amelie")
    assert amelie.get("/messages").status_code == 200
    save(ines, features=["indicators"])
    assert amelie.get("/messages").status_code == 404
    assert amelie.get("/api/v1/conversations").status_code == 404
    assert 'href="/messages"' not in amelie.get("/people").text
    save(ines)
    assert amelie.get("/messages").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"languages": []},
        {"languages": ["de"]},
        {"opens": "19:00"},
        {"opens": "25:00"},
        {"holidays": "Noël"},
        {"guest_domains": "not a domain!"},
        {"features": ["feed"]},
        {"unknown": "x"},
    ],
)
def test_nothing_is_kept_of_a_wrong_form(browser_as: Browsers, changed: dict[str, Any]) -> None:
    assert save(browser_as("ines"), **({"name": "Autre"} | changed)).status_code == 422
    company.forget(db.session())
    assert company.everything(db.session()) == {}


def test_hours_and_guests(browser_as: Browsers) -> None:
    ines = browser_as("ines")
    save(
        ines,
        holidays="2026-12-25 2026-05-01",
        guest_domains="@Partner.example\npartner.example",
    )
    html = ines.get("/admin/settings").text
    assert "2026-05-01\n2026-12-25" in html
    assert ">partner.example<" in html
    company.forget(db.session())
    assert company.working_time(db.session()).holidays == ("2026-05-01", "2026-12-25")
