"""Files in a real browser: dropped, pasted, chosen by keyboard, described, taken off; shown to a colleague."""

import base64
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.files.conftest import PDF, picture

Open = Callable[..., Page]


def files_event(page: Page, selector: str, kind: str, *, data: bytes, name: str, media_type: str) -> None:
    """Let a file be dropped or pasted, as the system would."""
    page.locator(selector).evaluate(
        """(element, [kind, data, name, type]) => {
          const bytes = Uint8Array.from(atob(data), one => one.charCodeAt(0));
          const held = new DataTransfer();
          held.items.add(new File([bytes], name, { type }));
          const event = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: held, bubbles: true, cancelable: true })
            : new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true });
          element.dispatchEvent(event);
        }""",
        [kind, base64.b64encode(data).decode(), name, media_type],
    )


def loaded(page: Page, image: Any) -> None:
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0


def test_files_are_dropped_pasted_described_and_taken_off(open_as: Open) -> None:
    page = open_as("amelie")
    text = page.locator("#composer textarea")
    text.fill("La grue est là")
    expect(page.locator("form#composer:not([enctype])")).to_be_visible()  # its script listens now
    files_event(
        page, "#composer", "drop", data=picture("JPEG", (900, 600)), name="grue.jpg", media_type="image/jpeg"
    )
    files_event(
        page,
        "#composer textarea",
        "paste",
        data=picture("PNG", (640, 480)),
        name="image.png",
        media_type="image/png",
    )
    files_event(page, "#composer", "drop", data=PDF, name="plan.pdf", media_type="application/pdf")
    attached = page.locator("#composer .attach-file")
    expect(attached.locator("input[name=attachments]")).to_have_count(3)
    files_event(
        page, "#composer", "drop", data=b"MZ\x00\x01", name="virus.exe", media_type="application/octet-stream"
    )
    expect(page.locator("#composer .attach-said")).to_contain_text("virus.exe")
    expect(attached).to_have_count(3)
    page.get_by_role("button", name="Retirer image.png").click()
    expect(attached).to_have_count(2)
    page.get_by_label("Ce que montre l’image").first.fill("La grue au-dessus du hall")
    assert axe.violations(page) == []
    page.locator("#composer").get_by_role("button", name="Publier").click()
    card = page.locator("#posts article").first
    image = card.get_by_role("img", name="La grue au-dessus du hall")
    expect(image).to_be_visible()
    loaded(page, image)
    expect(card.get_by_role("link", name="plan.pdf")).to_be_visible()
    expect(attached).to_have_count(0)
    assert axe.violations(page) == []
    colleague = open_as("karim")
    expect(colleague.get_by_role("img", name="La grue au-dessus du hall")).to_be_visible()
    assert page.wrong == [
        "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
    ]  # type: ignore[attr-defined]


def test_a_message_with_a_picture_by_keyboard_alone_is_seen_at_once(open_as: Open) -> None:
    amelie = open_as("amelie", "/people?q=karim")
    talk = amelie.evaluate(
        """async () => {
          const csrf = document.querySelector('meta[name="csrf-token"]').content;
          const found = await (await fetch('/api/v1/people?q=benali')).json();
          const made = await fetch('/api/v1/conversations', { method: 'POST', body: JSON.stringify({ member_ids: [found.items[0].id] }),
            headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } });
          return (await made.json()).id;
        }"""
    )
    karim = open_as("karim", f"/messages/{talk}")
    amelie.goto(f"/messages/{talk}")
    expect(amelie.locator("html")).to_have_attribute("data-connection", "online")
    expect(karim.locator("html")).to_have_attribute("data-connection", "online")
    pick = amelie.get_by_label("Joindre des fichiers")
    pick.focus()
    pick.set_input_files({"name": "vue.png", "mimeType": "image/png", "buffer": picture("PNG", (800, 500))})
    alt = amelie.get_by_label("Ce que montre l’image")
    expect(alt).to_be_visible()
    alt.fill("La vue du hall")
    amelie.locator("#chat-body").focus()
    amelie.keyboard.press("Enter")
    for page in (amelie, karim):
        image = page.get_by_role("log").get_by_role("img", name="La vue du hall")
        expect(image).to_be_visible()
        loaded(page, image)
    expect(amelie.locator(".attach-file")).to_have_count(0)
    amelie.reload()
    expect(amelie.get_by_role("log").get_by_role("img", name="La vue du hall")).to_be_visible()
    assert [*amelie.wrong, *karim.wrong] == []  # type: ignore[attr-defined]
