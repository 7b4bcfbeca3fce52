"""A group of a kind begins with what such groups need: description, rules, welcome, pages, templates, a first draft."""

import re
import tomllib
from collections.abc import Callable

from flask import Flask

from rse.groups.starting import KINDS, TEXTS, starts
from tests.factories import Client

As = Callable[[str], Client]
API = "/api/v1"


def make(client: Client, **more: object) -> str:
    data = {"name": "Chantier étalons", "visibility": "open", "purpose": "professional", **more}
    made = client.post("/groups", data=data)
    assert made.status_code == 303, made.text
    return made.headers["Location"].removesuffix("/members")


def test_a_project_begins_with_pages_templates_rules_and_a_draft(browser_as: As) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    assert "Communauté de pratique" in amelie.get("/groups/new").text
    form = amelie.get("/groups/new?kind=project").text
    assert "**Qui décide** : le nom de la personne." in form
    assert re.search(r'value="pages" checked', form)
    at = make(amelie, kind="project", description="Un but.", begin=["pages", "templates", "post"])

    assert [one["title"] for one in amelie.get(f"{API}{at}/pages").get_json()["items"]] == [
        "Décisions",
        "Le projet en une page",
    ]
    page = amelie.get(f"{at}/pages/le-projet-en-une-page").text
    assert f'href="{at}/pages/decisions"' in page  # a link to the other one, written after it
    about = karim.get(f"{at}/about").text
    assert "Une décision s’écrit ici le jour même" in about
    assert "Projet ·" in about
    assert "Pourquoi ce projet" in amelie.get("/drafts").text
    assert "Pourquoi ce projet" not in karim.get(at).text  # nothing is published for anybody
    shown = amelie.get(f"{API}{at}").get_json()
    assert (shown["kind"], shown["pages_by"], shown["shade"]) == ("project", "members", None)


def test_a_newcomer_is_welcomed_until_they_put_it_away(browser_as: As) -> None:
    at = make(browser_as("amelie"), kind="club", purpose="social")
    karim = browser_as("karim")
    assert "venez comme vous êtes" not in karim.get(at).text
    karim.post(f"{at}/join")
    assert "venez comme vous êtes" in karim.get(at).text
    assert "venez comme vous êtes" not in browser_as("amelie").get(at).text  # who wrote it knows it
    assert karim.post(f"{at}/greeted").status_code == 303
    assert "venez comme vous êtes" not in karim.get(at).text


def test_templates_are_offered_where_one_writes_and_changed_by_who_looks_after_the_group(
    browser_as: As,
) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    at = make(amelie, kind="practice", begin=["templates"])
    karim.post(f"{at}/join")
    html = karim.get(at).text
    link = re.search(rf'href="({at}\?begin=[0-9a-z]+)#composer">Question technique', html)
    assert link is not None
    filled = karim.get(link[1]).text
    assert "**Ce que je cherche à faire** : …" in filled.split("<textarea")[1]
    assert re.search(r'name="kind" value="question" checked', filled)
    assert karim.get(f"{at}?begin=zzzz").status_code == 200
    assert karim.get(f"{at}/templates").status_code == 403
    assert karim.post(f"{at}/templates", data={"name": "Autre", "body": "texte"}).status_code == 403

    assert (
        amelie.post(f"{at}/templates", data={"name": "Astuce", "body": "**L'astuce** : …"}).status_code == 303
    )
    held = amelie.get(f"{at}/templates").text
    address = re.search(rf'href="({at}/templates/[0-9a-z]+)"[^>]*><b>Astuce', held)
    assert address is not None
    assert amelie.post(address[1], data={"name": "x", "body": "y"}).status_code == 422
    assert amelie.post(address[1], data={"name": "Truc", "body": "**Le truc** : …"}).status_code == 303
    assert "Truc" in karim.get(at).text
    assert karim.post(f"{address[1]}/delete").status_code == 403
    assert amelie.post(f"{address[1]}/delete").status_code == 303
    assert "Truc" not in karim.get(at).text


def test_an_owner_changes_rules_welcome_colour_and_kind(browser_as: As) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    at = make(amelie)
    basic = {"name": "Chantier étalons", "visibility": "open", "purpose": "professional"}
    more = {
        "rules": "- Une règle.",
        "welcome": "Salut.",
        "shade": "5",
        "kind": "practice",
        "pages_by": "staff",
    }
    assert amelie.post(f"{at}/edit", data=basic | more).status_code == 303
    assert "Une règle." in karim.get(f"{at}/about").text
    assert 'class="group-sign c5"' in karim.get(at).text
    assert amelie.get(f"{API}{at}").get_json()["pages_by"] == "staff"
    assert amelie.post(f"{at}/edit", data=basic).status_code == 303  # emptied fields are meant
    assert "Une règle." not in karim.get(f"{at}/about").text
    assert amelie.get(f"{API}{at}").get_json()["shade"] is None
    assert (
        amelie.patch(f"{API}{at}", json={"shade": 2, "rules": "- Autre."}).get_json()["rules"] == "- Autre."
    )
    assert karim.patch(f"{API}{at}", json={"shade": 3}).status_code == 403
    assert amelie.patch(f"{API}{at}", json={"shade": 9}).status_code == 422


def test_both_languages_have_the_same_kinds(app: Flask) -> None:
    assert app is not None
    french, english = starts("fr"), starts("en")
    assert tuple(french) == tuple(english) == KINDS
    for key in KINDS:
        one, other = french[key], english[key]
        assert (len(one.pages), len(one.templates), one.purpose) == (
            len(other.pages),
            len(other.templates),
            other.purpose,
        )
        assert one.rules
        assert other.welcome
        for start in (one, other):
            titles = {page.title for page in start.pages}
            links = {link for page in start.pages for link in re.findall(r"\[\[(.+?)\]\]", page.body)}
            assert links <= titles
    assert sorted(path.name for path in TEXTS.iterdir()) == ["kinds.en.toml", "kinds.fr.toml"]
    assert tomllib.loads((TEXTS / "kinds.fr.toml").read_text(encoding="utf-8")).keys() == set(KINDS)
