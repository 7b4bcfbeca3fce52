"""Where sockets are blocked people discuss all the same, by plain requests."""

from playwright.sync_api import expect

from tests.browser.test_live_discussion import Opens, Pair, bodies, write

# What a browser does where a proxy does not let a socket through: an error, then the end.
BLOCKED = """window.WebSocket = class { constructor() {
  setTimeout(() => { this.onerror?.(new Event('error')); this.onclose?.(new CloseEvent('close')); }, 20);
} close() {} send() {} };"""


def test_one_writes_and_reads_without_a_socket(open_as: Opens) -> None:
    pair = Pair(open_as)
    amelie, karim = pair.amelie, pair.open(pair.karim)
    amelie.add_init_script(BLOCKED)
    amelie.goto(pair.path)
    expect(amelie.locator("html")).to_have_attribute("data-connection", "offline")
    write(amelie, "par une simple requête")
    expect(karim.locator(".message .body")).to_have_text("par une simple requête")
    expect(amelie.locator(".message[data-id]")).to_have_count(1)
    expect(amelie.locator(".message.sending, .message.failed")).to_have_count(0)
    write(karim, "et la réponse")
    expect(amelie.locator(".message[data-id]")).to_have_count(2, timeout=20_000)
    assert bodies(amelie) == bodies(karim)
    # The list beside says it too, and what was read is read: Karim is told.
    expect(amelie.locator(f"#c-{pair.id} .last")).to_contain_text("et la réponse", timeout=20_000)
    expect(karim.locator(".seen")).to_have_text("Vu", timeout=20_000)
    amelie.screenshot(path="/tmp/live7-nosocket.png")
