"""The cover of a group: from who looks after it, drawn anew, shown to those who know of the group, removable."""

import io
from collections.abc import Callable

from flask import Flask
from PIL import Image

from rse.groups import covers
from tests import factories

Browse = Callable[[str], factories.Client]


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 700)) -> io.BytesIO:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    Image.new("RGB", size, (20, 90, 80)).save(out, kind, exif=exif)
    out.seek(0)
    return out


def group(browser: factories.Client, name: str, visibility: str = "open") -> str:
    made = browser.post("/api/v1/groups", json={"name": name, "visibility": visibility})
    return str(made.get_json()["slug"])


def put(
    browser: factories.Client, slug: str, file: io.BytesIO, name: str = "vue.jpg"
) -> tuple[int, str | None]:
    sent = browser.put(f"/api/v1/groups/{slug}/cover", data={"cover": (file, name)})
    return sent.status_code, (sent.get_json() or {}).get("cover_url")


def test_it_is_cut_and_shown_on_the_page_and_the_card(
    app: Flask, cast: dict[str, int], browser_as: Browse
) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    slug = group(amelie, "Randonnée")
    path = f"/groups/{slug}/cover"
    assert "Image de couverture" in amelie.get(path).text
    assert karim.get(path).status_code == 403
    assert karim.post(path, data={"cover": (picture(), "vue.jpg")}).status_code == 403
    assert "Choisissez d’abord" in amelie.post(path, data={}).text
    assert amelie.post(path, data={"cover": (picture(), "vue.jpg")}).status_code == 303
    shown = amelie.get(f"/api/v1/groups/{slug}").get_json()["cover_url"]
    got = karim.get(shown)
    drawn = Image.open(io.BytesIO(got.data))
    assert (got.mimetype, drawn.size, dict(drawn.getexif())) == ("image/jpeg", covers.SIZES[0], {})
    assert f'src="{shown}" alt=""' in karim.get(f"/groups/{slug}").text
    card = karim.get("/groups").text
    assert 'class="group-cover"' in card
    assert shown not in card  # the small one
    with app.app_context():
        assert len(list(covers.folder().iterdir())) == 2
    assert put(amelie, slug, picture(size=(2000, 400)))[1] != shown
    assert karim.get(shown).status_code == 404
    with app.app_context():
        assert len(list(covers.folder().iterdir())) == 2
    assert amelie.post(path, data={"remove": "1"}).status_code == 303
    assert amelie.get(f"/api/v1/groups/{slug}").get_json()["cover_url"] is None
    with app.app_context():
        assert list(covers.folder().iterdir()) == []


def test_only_pictures_and_only_of_who_looks_after_it(cast: dict[str, int], browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    slug = group(amelie, "Cercle discret", "secret")
    assert put(amelie, slug, io.BytesIO(b"<svg onload=x>"), "x.jpg")[0] == 422
    assert put(amelie, slug, picture("PNG"), "vue.jpg")[0] == 422  # not what its name says
    assert put(amelie, slug, picture(size=(20, 20)))[0] == 422
    assert put(karim, slug, picture())[0] == 404
    status, shown = put(amelie, slug, picture())
    assert (status, karim.get(shown).status_code, amelie.get(shown).status_code) == (200, 404, 200)
    assert amelie.get(f"/groups/{slug}/cover/{'0' * 32}.jpg").status_code == 404
    assert karim.delete(f"/api/v1/groups/{slug}/cover").status_code == 404
    assert amelie.delete(f"/api/v1/groups/{slug}/cover").get_json()["cover_url"] is None
    amelie.delete(f"/api/v1/groups/{slug}")
    assert put(amelie, slug, picture())[0] == 403  # archived
