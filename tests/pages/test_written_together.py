"""A page of a group from its first words to its history: written by several, linked, restored, deleted, brought back."""

import re

from rse.core import db, jobs
from rse.pages.models import Page
from tests.pages.conftest import World

API = "/api/v1"


def test_a_page_is_written_changed_restored_and_found_in_its_history(any_world: World) -> None:
    world = any_world
    amelie, karim = world.browser("amelie"), world.browser("karim")
    assert "Écrire la première page" in amelie.get(world.at).text
    made = amelie.post(
        world.at, data={"title": "Mesurer un alésage", "body": "Avec **deux** cales.\nPuis noter."}
    )
    assert made.status_code == 303
    address = made.headers["Location"]
    assert address == f"{world.at}/mesurer-un-alesage"
    html = karim.get(address).text
    assert "<strong>deux</strong>" in html
    assert "Amélie Rousseau" in html

    form = karim.get(address + "/edit").text
    assert 'name="base" value="1"' in form
    saved = karim.post(
        address + "/edit",
        data={
            "title": "Mesurer un alésage",
            "body": "Avec trois cales.\nPuis noter.",
            "base": 1,
            "note": "Trois",
        },
    )
    assert saved.headers["Location"] == address
    history = amelie.get(address + "/history").text
    assert re.search(r"Version 2.*Karim Benali.*Trois.*Version 1.*Amélie Rousseau", history, re.DOTALL)
    second = amelie.get(address + "/history/2").text
    assert re.search(r"<del>.*Avec \*\*deux\*\* cales.*</del>\s*<ins>.*Avec trois cales", second, re.DOTALL)

    assert amelie.post(address + "/restore", data={"number": 1}).status_code == 303
    assert "<strong>deux</strong>" in karim.get(address).text
    third = karim.get(address + "/history").text
    assert "Version 1 rétablie" in third
    assert karim.get(address + "/history/9").status_code == 404


def test_titles_are_told_apart_and_addresses_stay(world: World) -> None:
    amelie = world.browser("amelie")
    amelie.post(world.at, data={"title": "New", "body": "un"})  # "new" is an address of ours
    listed = amelie.get(f"{API}{world.at}").get_json()["items"]
    assert [one["slug"] for one in listed] == ["new-2"]
    again = amelie.post(world.at, data={"title": "NEW!", "body": "deux"})
    assert again.status_code == 422
    assert "Ce groupe a déjà une page de ce titre." in again.text
    assert "deux</textarea>" in again.text  # what was written is still there
    assert amelie.post(world.at, data={"title": "???", "body": "x"}).status_code == 422

    renamed = amelie.patch(f"{API}{world.at}/new-2", json={"title": "Nouveautés", "base": 1}).get_json()
    assert (renamed["slug"], renamed["title"], renamed["number"]) == ("new-2", "Nouveautés", 2)


def test_links_lead_to_pages_by_title_and_to_those_that_are_missing(world: World) -> None:
    amelie, karim = world.browser("amelie"), world.browser("karim")
    amelie.post(world.at, data={"title": "Glossaire", "body": "Mots."})
    amelie.post(
        world.at,
        data={
            "title": "Accueil",
            "body": "Lire [[glossaire|les mots]], puis [[Étalonner à l’atelier]].\n\n`[[code]]`",
        },
    )
    html = amelie.get(f"{world.at}/accueil").text
    assert f'<a class="page" href="{world.at}/glossaire">les mots</a>' in html
    assert f'href="{world.at}/new?title=%C3%89talonner%20%C3%A0%20l%E2%80%99atelier"' in html
    assert "<code>[[code]]</code>" in html
    assert "Étalonner à l’atelier" in amelie.get(world.at).text.split("Pages qui manquent")[1]
    assert "Accueil" in amelie.get(f"{world.at}/glossaire").text.split("Pages qui renvoient ici")[1]

    amelie.patch(f"{API}{world.at}/glossaire", json={"title": "Vocabulaire", "base": 1})
    assert f'href="{world.at}/glossaire"' in karim.get(f"{world.at}/accueil").text  # by its first title
    amelie.post(f"{world.at}/writers", data={"pages_by": "staff"})
    assert "new?title" not in karim.get(f"{world.at}/accueil").text  # who may not write is not invited to
    assert 'value="Étalonner à l’atelier"' in amelie.get(f"{world.at}/new?title=Étalonner à l’atelier").text


def test_two_who_write_at_once_lose_nothing(any_world: World) -> None:
    world = any_world
    amelie, karim = world.browser("amelie"), world.browser("karim")
    amelie.post(world.at, data={"title": "Consignes", "body": "un\ndeux\ntrois"})
    address = f"{world.at}/consignes"
    karim.post(address + "/edit", data={"title": "Consignes", "body": "un\nDEUX\ntrois", "base": 1})
    told = amelie.post(address + "/edit", data={"title": "Consignes", "body": "un\ndeux\nquatre", "base": 1})
    assert told.status_code == 409
    assert "Karim Benali a enregistré cette page pendant que vous écriviez" in told.text
    assert "un\ndeux\nquatre</textarea>" in told.text  # mine is where I go on
    assert re.search(r"<ins>.*DEUX", told.text)  # theirs is shown
    assert karim.get(f"{API}{address}").get_json()["body"] == "un\nDEUX\ntrois"  # and stands

    base = re.search(r'name="base" value="(\d+)"', told.text)
    assert base is not None
    taken = amelie.post(
        address + "/edit", data={"title": "Consignes", "body": "un\nDEUX\nquatre", "base": base[1]}
    )
    assert taken.status_code == 303
    assert karim.get(f"{API}{address}").get_json()["number"] == 3

    late = karim.patch(f"{API}{address}", json={"body": "x", "base": 1})
    assert late.status_code == 409
    assert late.get_json()["status"] == 409
    same = karim.patch(f"{API}{address}", json={"body": "un\nDEUX\nquatre", "base": 1})
    assert same.get_json()["number"] == 3  # it says so already: nothing to do, nothing to refuse


def test_a_deleted_page_is_gone_for_readers_and_comes_back(world: World) -> None:
    amelie, karim = world.browser("amelie"), world.browser("karim")
    amelie.post(world.at, data={"title": "Règles", "body": "un"})
    address = f"{world.at}/regles"
    assert karim.post(address + "/delete").status_code == 403
    assert "Supprimer la page" in amelie.get(address + "/delete").text
    assert amelie.post(address + "/delete").status_code == 303
    assert karim.get(address).status_code == karim.get(f"{API}{address}").status_code == 404
    assert karim.get(f"{world.at}/deleted").status_code == 404
    assert "Règles" in amelie.get(f"{world.at}/deleted").text
    assert amelie.post(address + "/back").status_code == 303
    assert karim.get(address).status_code == 200


def test_a_preview_stores_nothing(world: World) -> None:
    amelie = world.browser("amelie")
    seen = amelie.post(
        f"{world.at}/preview", data={"body": "**gras**", "title": "T"}, headers={"HX-Request": "true"}
    )
    assert "<strong>gras</strong>" in seen.text
    assert "<html" not in seen.text
    whole = amelie.post(f"{world.at}/preview", data={"body": "**gras**", "title": "T"})
    assert "<strong>gras</strong>" in whole.text
    assert "**gras**</textarea>" in whole.text
    outside = amelie.post(f"{world.at}/preview", data={"body": "@sofia.marchetti"})
    assert "Sofia Marchetti" in outside.text.split('id="preview"')[1]
    assert db.db.session().query(Page).count() == 0


def test_a_page_is_found_by_its_words_by_those_who_read_it(world: World) -> None:
    amelie, sofia = world.browser("amelie"), world.browser("sofia")
    amelie.post(world.at, data={"title": "Tribologie", "body": "Le coefficient de frottement du graphite."})
    jobs.drain()
    found = amelie.get(f"{API}/search?q=graphite&type=page").get_json()
    assert [(one["title"], one["url"]) for one in found["items"]] == [
        ("Tribologie", f"{world.at}/tribologie")
    ]
    assert sofia.get(f"{API}/search?q=graphite").get_json()["items"] == []
    assert "Tribologie" in amelie.get("/search?q=graphite").text

    amelie.patch(f"{API}/groups/{world.slug}", json={"visibility": "open"})
    jobs.drain()
    assert [one["title"] for one in sofia.get(f"{API}/search?q=graphite").get_json()["items"]] == [
        "Tribologie"
    ]
    amelie.delete(f"{API}{world.at}/tribologie")
    jobs.drain()
    assert sofia.get(f"{API}/search?q=graphite").get_json()["items"] == []
