"""IT connects identity providers in Chromium: SAML by its metadata and a test sign-in, OpenID Connect up to who comes in."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import servers
from tests.browser import axe
from tests.browser.conftest import ROOT, Served, watch

SLOW = 30_000  # milliseconds that a page with several servers behind it may take
CLIENT, SECRET = "rse", "a-secret/with+signs=and-more-characters"


class Sites:
    """The application, and two providers on another site."""

    def __init__(self, app: Served, saml: str, openid: str) -> None:
        self.app, self.saml, self.openid = app, saml, openid


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """The application with the cast alone and no provider, the demo identity provider, oidc-provider of npm."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "oidc-provider").exists():
        servers.missing("oidc-provider (npm)")
    if not (ROOT / "static" / "dist" / "manifest.json").exists():
        servers.missing("the front-end bundle (node static/build.mjs)")
    folder = tmp_path_factory.mktemp("connecting")
    app, saml, openid = servers.free_port(), servers.free_port(), servers.free_port()
    url = f"http://127.0.0.1:{app}"
    environment = {**os.environ, "RSE_DATA_DIR": str(folder), "RSE_BASE_URL": url, "RSE_SAML_METADATA": ""}
    script = str(ROOT / "tests" / "accounts" / "openid_provider.mjs")
    commands = [
        [sys.executable, "-m", "tests.browser.serve", str(app), str(folder), "cast"],
        [sys.executable, "-m", "rse.demo.idp", "--port", str(saml)],
        [str(node), script, str(openid), f"{url}/oidc/callback", f"{url}/signin", CLIENT, SECRET],
    ]
    with (folder / "log").open("w") as log:
        running = [subprocess.Popen(c, cwd=ROOT, env=environment, stdout=log, stderr=log) for c in commands]
    try:
        for port in (app, saml, openid):
            servers.wait_for(port, 120)
        tokens = json.loads((folder / "tokens.json").read_text())
        yield Sites(Served(url, tokens, folder), f"http://localhost:{saml}", f"http://localhost:{openid}")
    except TimeoutError:
        pytest.fail("the servers did not start:\n" + Path(folder / "log").read_text()[-3000:])
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)


@pytest.fixture
def context(chromium: Browser, sites: Sites) -> Iterator[BrowserContext]:
    made = chromium.new_context(
        base_url=sites.app.url,
        service_workers="block",
        locale="fr-FR",
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
    )
    made.set_default_timeout(SLOW)
    made.route("https://**", lambda route: route.abort())  # the provider's pages ask for a font elsewhere
    yield made
    made.close()


def opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.wrong = watch(page)  # type: ignore[attr-defined]
    page.goto(path)
    return page


def is_accessible(page: Page) -> None:
    assert (axe.violations(page), axe.overflow(page) <= 0) == ([], True)


def test_metadata_are_pasted_and_a_test_sign_in_shows_what_came(
    context: BrowserContext, sites: Sites
) -> None:
    context.add_cookies(sites.app.cookies("ines"))  # type: ignore[arg-type]
    page = opened(context, "/admin/sso/new")
    is_accessible(page)
    with urlopen(f"{sites.saml}/metadata") as answer:
        metadata = answer.read().decode()
    page.get_by_label("Nom sur le bouton de connexion").focus()
    page.keyboard.type("Essai")
    for place in ("Adresse des métadonnées", "ou un fichier", "ou le texte"):
        page.keyboard.press("Tab")
        expect(page.get_by_label(place, exact=True)).to_be_focused()
    page.keyboard.insert_text(metadata)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Essai", timeout=SLOW)
    is_accessible(page)
    names = page.locator("summary", has_text="Corriger les noms")
    names.press("Enter")
    expect(page.locator("[name=map_email]")).to_be_visible()

    page.get_by_role("link", name="Essai de connexion").first.press("Enter")
    page.get_by_role("button", name="Amélie Rousseau").first.click()
    expect(page.get_by_text("Quelqu’un a déjà cette adresse ici")).to_be_visible(timeout=SLOW)
    received = page.get_by_role("region", name="Attributs reçus")
    expect(received).to_contain_text("amelie.rousseau")
    is_accessible(page)
    page.goto("/settings/sessions")
    expect(page.get_by_role("button", name="Votre menu")).to_contain_text("Inès Lambert")
    assert page.wrong == []  # type: ignore[attr-defined]


def test_openid_provider_is_connected_and_somebody_comes_in(
    chromium: Browser, context: BrowserContext, sites: Sites
) -> None:
    context.add_cookies(sites.app.cookies("ines"))  # type: ignore[arg-type]
    page = opened(context, "/admin/sso/new/openid")
    is_accessible(page)
    page.get_by_label("Nom sur le bouton de connexion").fill("Maison")
    page.locator("[name=issuer]").fill(sites.openid)
    page.locator("[name=client_id]").fill(CLIENT)
    page.locator("[name=client_secret]").fill(SECRET)
    page.locator("[name=client_secret]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maison", timeout=SLOW)
    page.get_by_role("button", name="Activer", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Désactiver", exact=True)).to_be_visible(timeout=SLOW)
    assert page.wrong == []  # type: ignore[attr-defined]

    context.clear_cookies()
    page = opened(context, "/signin?next=/settings/sessions")
    is_accessible(page)
    page.get_by_role("link", name="Se connecter avec Maison").press("Enter")
    page.locator("[name=login]").fill("grace")
    page.locator("[name=password]").fill("any")
    page.locator("[name=password]").press("Enter")
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page).to_have_url(f"{sites.app.url}/settings/sessions", timeout=SLOW)
    expect(page.get_by_role("button", name="Votre menu")).to_contain_text("Grace Hopper")
