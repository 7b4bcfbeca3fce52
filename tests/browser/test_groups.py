"""A group from its creation to its first members, in two browsers."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def create(page: Page, name: str, visibility: str) -> str:
    page.goto("/groups/new?kind=")
    page.get_by_label("Nom", exact=True).fill(name)
    page.get_by_role("radio", name=visibility).check()
    page.get_by_role("button", name="Créer le groupe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url.removesuffix("/members")


def test_a_closed_group_is_asked_for_and_entered(open_as: Open) -> None:
    amelie = open_as("amelie", "/groups")
    address = create(amelie, "Banc d’essai 4", "Fermé")
    karim = open_as("karim", address)
    expect(karim.get_by_text("Les membres lisent et écrivent ici.")).to_be_visible()
    karim.get_by_role("button", name="Demander à rejoindre").click()
    expect(karim.get_by_text("Demande envoyée")).to_be_visible()

    amelie.goto(address + "/members")
    amelie.get_by_role("button", name="Accepter").click()
    expect(amelie.get_by_role("heading", name="2 membres")).to_be_visible()
    karim.reload()
    expect(karim.get_by_role("link", name="Publications")).to_be_visible()
    assert amelie.wrong == karim.wrong == []


def test_a_secret_group_is_not_found_by_others(open_as: Open) -> None:
    amelie = open_as("amelie", "/groups")
    address = create(amelie, "Rachat en cours", "Secret")
    karim = open_as("karim", address)
    expect(karim.get_by_role("heading", level=1)).to_have_text("Introuvable")
    karim.goto("/groups?q=Rachat")
    expect(karim.get_by_role("heading", name="Aucun groupe de ce nom")).to_be_visible()


def test_a_name_too_short_is_said_at_its_field(open_as: Open) -> None:
    page = open_as("amelie", "/groups/new?kind=")
    page.get_by_label("Nom", exact=True).fill("ab")
    page.get_by_role("button", name="Créer le groupe").click()
    field = page.get_by_label("Nom", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Court et clair : ce que l’on chercherait. Trop court : au moins 3 caractères."
    )


def test_members_are_invited_by_keyboard_alone(open_as: Open) -> None:
    page = open_as("amelie", "/groups")
    address = create(page, "Veille clavier", "Ouvert")
    page.goto(address + "/members")
    page.get_by_label("Identifiants ou adresses électroniques").focus()
    page.keyboard.type("sofia.marchetti@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 personne est invitée.")).to_be_visible()
