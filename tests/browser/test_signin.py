"""Signing in for real: Chromium, the application on 127.0.0.1 and the identity provider on localhost, two sites."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests import servers
from tests.browser import axe
from tests.browser.conftest import ROOT, watch

Open = Callable[..., Page]


class Sites:
    """The two addresses."""

    def __init__(self, app: int, idp: int) -> None:
        self.app, self.idp = f"http://127.0.0.1:{app}", f"http://localhost:{idp}"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, demo_company: Path) -> Iterator[Sites]:
    """The application and the demo identity provider, each in its process, on one data directory."""
    if not (ROOT / "static" / "dist" / "manifest.json").exists():
        servers.missing("the front-end bundle (node static/build.mjs)")
    folder, app, idp = tmp_path_factory.mktemp("signin"), servers.free_port(), servers.free_port()
    shutil.copytree(demo_company, folder, dirs_exist_ok=True)
    environment = {
        **os.environ,
        "RSE_DATA_DIR": str(folder),
        "RSE_BASE_URL": f"http://127.0.0.1:{app}",
        "RSE_COMPANY": "Rosemar",
        "RSE_SAML_METADATA": f"http://localhost:{idp}/metadata",
        "RSE_SAML_LINK": "uid",
    }
    commands = (
        ["-m", "tests.browser.serve", str(app), str(folder)],
        ["-m", "rse.demo.idp", "--port", str(idp)],
    )
    with (folder / "log").open("w") as log:
        running = [
            subprocess.Popen([sys.executable, *c], cwd=ROOT, env=environment, stdout=log, stderr=log)
            for c in commands
        ]
    try:
        for port in (app, idp):
            servers.wait_for(port, 240)
        yield Sites(app, idp)
    except TimeoutError:
        pytest.fail("the servers did not start:\n" + Path(folder / "log").read_text()[-3000:])
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)


@pytest.fixture
def visit(chromium: Browser, sites: Sites) -> Iterator[Open]:
    contexts = []

    def opened(path: str, **settings: object) -> Page:
        context = chromium.new_context(
            **({"base_url": sites.app, "service_workers": "block", "locale": "fr-FR"} | settings)
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.wrong = watch(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def come_in(page: Page, name: str) -> None:
    page.get_by_role("link", name="Se connecter avec mon compte professionnel").click()
    page.get_by_role("button", name=re.compile(name)).first.click()


def test_one_comes_in_as_a_person_of_the_directory_and_goes_out(visit: Open, sites: Sites) -> None:
    page = visit("/settings/sessions")
    expect(page).to_have_url(f"{sites.app}/signin?next=/settings/sessions")
    come_in(page, "Sofia Marchetti")
    expect(page).to_have_url(f"{sites.app}/settings/sessions")
    expect(page.get_by_text("Ce navigateur")).to_be_visible()
    cookie = next(c for c in page.context.cookies(sites.app) if c["name"] == "rse_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté(e).")).to_be_visible()
    assert page.wrong == []


def test_signing_out_ends_both_sides(visit: Open, sites: Sites) -> None:
    page = visit("/signin?next=/settings/sessions")
    come_in(page, "Karim Benali")
    page.get_by_role("button", name="Votre menu").click()
    page.locator("#me-menu").get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{sites.app}/signin?out=1")
    assert [c["name"] for c in page.context.cookies() if c["name"] in {"rse_demo_idp", "rse_session"}] == []
    assert page.wrong == []


WRITTEN = "Object.keys(localStorage).filter(key => /^(draft|outbox):/.test(key)).length"


def until_written(page: Page, texts: int) -> None:
    """Wait until so many texts are kept; the policy of the page lets no test wait by a function of its own."""
    for _turn in range(200):
        with suppress(Error):  # one page is being left for the next
            if page.evaluate(WRITTEN) == texts:
                return
        page.wait_for_timeout(50)
    assert page.evaluate(WRITTEN) == texts


def test_signing_out_leaves_nothing_that_was_written_on_the_device(visit: Open, sites: Sites) -> None:
    page = visit("/signin")
    page.evaluate(
        "localStorage.setItem('draft:nobody:post', 'x'); localStorage.setItem('outbox:nobody', '[]')"
    )
    come_in(page, "Thomas Nguyen")
    until_written(page, 0)  # somebody else has signed in since
    page.locator("#composer textarea").fill("Entre nous")
    until_written(page, 1)
    page.reload()
    expect(page.locator("#composer textarea")).to_have_value("Entre nous")
    page.get_by_role("button", name="Votre menu").click()
    page.locator("#me-menu").get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{sites.app}/signin?out=1")
    until_written(page, 0)


def test_the_code_of_an_emergency_link_leaves_the_address_at_once(visit: Open, sites: Sites) -> None:
    page = visit("/signin/link#a-code-that-nobody-made")
    expect(page).to_have_url(f"{sites.app}/signin/link/ask")  # posted by the page itself
    expect(page.locator(".door-reference")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{sites.app}/signin/link")
    expect(page.get_by_label("Code")).to_be_visible()


def test_the_way_in_needs_no_javascript(visit: Open, sites: Sites) -> None:
    page = visit("/signin?next=/settings/sessions", java_script_enabled=False)
    page.get_by_role("link", name="Se connecter avec mon compte professionnel").click()
    page.get_by_role("searchbox").fill("rousseau")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("button", name=re.compile("Amélie Rousseau")).click()
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(f"{sites.app}/settings/sessions")


def test_picking_works_by_keyboard(visit: Open, sites: Sites) -> None:
    page = visit("/signin?next=/settings/sessions", locale="en-GB")
    page.get_by_role("link", name="Sign in with your work account").press("Enter")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("ines lam")
    expect(page.locator("#found")).to_have_text("1 person found")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name=re.compile("Inès Lambert"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{sites.app}/settings/sessions")


def test_answer_finished_in_another_browser_is_refused(visit: Open, sites: Sites) -> None:
    attacker, victim = visit("/signin"), visit("/signin")
    attacker.route(re.compile(r".*/saml/finish.*"), lambda route: route.abort())
    with attacker.expect_request(re.compile(r".*/saml/finish.*")) as caught:
        come_in(attacker, "Karim Benali")
    victim.goto(caught.value.url)
    expect(victim.get_by_role("heading", level=1)).to_have_text("Cette connexion n’est plus valable")
    assert [c for c in victim.context.cookies(sites.app) if c["name"] == "rse_session"] == []


def test_pages_of_the_door_are_accessible(visit: Open, sites: Sites) -> None:
    page = visit("/signin", reduced_motion="reduce")
    assert axe.everywhere(page) == []
    page.get_by_role("link", name="Se connecter avec mon compte professionnel").click()
    page.get_by_role("searchbox").wait_for()
    assert axe.everywhere(page) == []
    page.goto(f"{sites.idp}/")
    assert axe.everywhere(page) == []
    page.goto(f"{sites.app}/saml/finish?ticket=x")
    assert axe.everywhere(page) == []
