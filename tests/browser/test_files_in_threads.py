"""A file goes into a thread, beside its conversation, and the other sees it there."""

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.test_live_discussion import Opens, Pair, call


def test_a_file_is_sent_in_a_thread(open_as: Opens) -> None:
    pair = Pair(open_as, reduced_motion="reduce")
    root = call(pair.amelie, "POST", f"/conversations/{pair.id}/messages", {"body": "Le plan du quai ?"})
    thread = f"{pair.path}/on/{root['id']}/thread"
    amelie, karim = pair.amelie, pair.karim
    for page in (amelie, karim):
        page.goto(thread)
        expect(page.locator("html")).to_have_attribute("data-connection", "online")
    beside = karim.locator(".chat-thread")
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"Quai 3, porte 2"}
    beside.locator(".attach-pick input").set_input_files(plan)
    expect(beside.locator(".attach-file[data-file]")).to_have_count(1)
    assert axe.everywhere(karim) == []
    beside.get_by_role("button", name="Envoyer dans le fil").click()
    expect(beside.locator(".attach-file")).to_have_count(0)
    for page in (karim, amelie):
        expect(page.locator(".chat-thread .message[data-id]")).to_contain_text("plan.txt")
