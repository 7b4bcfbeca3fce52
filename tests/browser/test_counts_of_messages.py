"""The number beside Messages is right when what is told comes late, or before the page listens."""

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.test_live_discussion import Opens, Pair, call, write

BADGE = ".top [data-unread-messages]"


class Held:
    """Holds back what a socket brings of new messages, as a slow network does, until it is let go."""

    def __init__(self, page: Page) -> None:
        self.frames: list[tuple[WebSocketRoute, str | bytes]] = []
        self.holds = True
        page.route_web_socket(re.compile("/socket.io/"), self._route)

    def _route(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def bring(frame: str | bytes) -> None:
            if self.holds and str(frame).startswith('42["message:new"'):
                self.frames.append((route, frame))
            else:
                route.send(frame)

        server.on_message(bring)

    def let_go(self) -> None:
        self.holds = False
        for route, frame in self.frames:
            route.send(frame)


def test_a_message_that_comes_after_it_was_read_is_not_counted(open_as: Opens) -> None:
    pair = Pair(open_as)
    held = Held(pair.karim)
    karim = pair.open(pair.karim)
    before = karim.locator(BADGE).inner_text()
    pair.open(pair.amelie)
    for text in ("un", "deux"):
        write(pair.amelie, text)
    expect(pair.amelie.locator(".message[data-id]")).to_have_count(2)
    karim.bring_to_front()
    karim.evaluate("document.dispatchEvent(new Event('rse:missed'))")  # it catches up, and reads
    expect(karim.locator(".message")).to_have_count(2)
    expect(pair.amelie.locator(".seen")).to_have_text("Vu")
    assert len(held.frames) == 2
    held.let_go()
    write(pair.amelie, "trois")  # heard after them
    expect(karim.locator(".message")).to_have_count(3)
    expect(pair.amelie.locator(".seen")).to_have_text("Vu")
    expect(karim.locator(BADGE)).to_have_text(before)
    assert karim.wrong == []


def test_what_comes_between_a_page_and_its_socket_is_counted_and_listed(open_as: Opens) -> None:
    pair = Pair(open_as)
    karim = pair.karim
    call(pair.amelie, "POST", f"/conversations/{pair.id}/messages", {"body": "avant"})
    waiting: list[WebSocketRoute] = []

    def route(socket: WebSocketRoute) -> None:
        waiting.append(socket)
        call(pair.amelie, "POST", f"/conversations/{pair.id}/messages", {"body": "entre-temps"})
        socket.connect_to_server()

    karim.route_web_socket(re.compile("/socket.io/"), route)
    karim.goto("/messages", wait_until="commit")
    expect(karim.locator("html")).to_have_attribute("data-connection", "online")
    item = karim.locator(f"#c-{pair.id}")
    expect(item.locator(".last")).to_contain_text("entre-temps")
    expect(item.locator(".count")).to_contain_text("2")
    assert len(waiting) == 1
