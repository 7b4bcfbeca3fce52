"""What several people send at the same moment is stored in one transaction; nobody spoils it for the others."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from rse.chat import together
from rse.chat.live import _plain
from rse.chat.models import Conversation, ConversationEvent, Message, Participation
from rse.chat.topics_schemas import SendInTopicLive
from rse.core import db
from rse.core.gathering import Gathering
from rse.core.model import decode_id
from tests import factories
from tests.chat.conftest import Socket, World


def plain(place: str, own: str, body: str = "Bonjour") -> together.Plain:
    return together.Plain(decode_id(place), own, body, f"<p>{body}</p>")


def test_each_has_their_number_and_who_may_not_write_takes_none(world: World) -> None:
    one, two = world.conversation("amelie", "karim"), world.conversation("karim", "sofia")
    slug = world.group("claire", "thomas")
    talk = world.call("claire", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    for name in ("claire", "thomas"):
        world.say(name, talk, "avant")
    world.say("amelie", one, "avant", client_id="known")
    names = ("amelie", "karim", "sofia", "amelie", "amelie", "karim", "thomas", "ines", "claire", "amelie")
    places = (one, one, one, two, one, two, talk, talk, talk, one)
    own = ("a1", "k1", "s1", "a2", "known", "k2", "t1", "i1", "c1", "a1")
    viewers = {name: factories.viewer_of(world.ids[name]) for name in names}
    session = db.begin_write()
    made = together.send(
        session, [(viewers[n], plain(p, o)) for n, p, o in zip(names, places, own, strict=True)] + [None]
    )
    db.commit()
    numbers = [stored[0].seq if stored else None for stored in made]
    assert numbers == [2, 3, None, None, None, 1, 3, None, 4, None, None]
    session = db.db.session()
    for place in (one, two, talk):
        kept = session.query(Message).filter_by(conversation_id=decode_id(place)).order_by(Message.seq).all()
        row = session.get_one(Conversation, decode_id(place))
        assert [m.seq for m in kept] == list(range(1, row.seq + 1))
        assert (row.last_id, row.active_at) == (kept[-1].id, kept[-1].at)
        events = session.query(ConversationEvent).filter_by(conversation_id=row.id, kind="message:new")
        stored = {one.payload["message_id"]: one.pos for one in events}
        assert [stored[m.id] for m in kept][-1] == row.pos
        for person in {m.author_id for m in kept}:
            last = max(m.seq for m in kept if m.author_id == person)
            assert session.get_one(Participation, (row.id, person)).read_seq == last


def test_sent_together_it_is_told_and_counted_as_sent_alone(small_world: World) -> None:
    world = small_world
    place, apart = world.conversation("amelie", "karim"), world.conversation("amelie", "sofia")
    sockets = {name: Socket(world, name) for name in ("amelie", "karim", "sofia")}
    answer = sockets["amelie"].ask("message:send", conversation_id=place, body="un", client_id="1")
    assert answer["message"]["seq"] == 1
    assert sockets["sofia"].ask("message:send", conversation_id=apart, body="deux", client_id="1")["ok"]
    assert [m["body"] for m in sockets["karim"].heard("message:new")] == ["un"]
    heard = sockets["amelie"].heard("message:new")
    assert [(m["body"], m.get("counts")) for m in heard] == [("un", None), ("deux", {"messages": "+1"})]
    again = sockets["amelie"].ask("message:send", conversation_id=place, body="un", client_id="1")
    assert again == answer


def test_what_is_not_plain_goes_alone() -> None:
    usual: dict[str, Any] = {"conversation_id": "abcd", "client_id": "1", "body": "Bonjour **toi**"}
    made = _plain(SendInTopicLive.model_validate(usual))
    assert made is not None
    assert "<strong>toi</strong>" in made.body_html
    for more in (
        {"body": "@karim.benali ?"},
        {"reply_to": "abcd"},
        {"thread_id": "abcd"},
        {"topic_id": "abcd"},
    ):
        assert _plain(SendInTopicLive.model_validate({**usual, **more})) is None


class Slow:
    """Work whose first round lasts until it is let go."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def act(self, items: Sequence[int]) -> list[int]:
        self.rounds.append(list(items))
        self.begun.set()
        assert self.go.wait(20)
        if 13 in items:
            raise RuntimeError("unlucky")
        return [item * 10 for item in items]


@pytest.mark.parametrize("unlucky", [False, True])
def test_who_comes_meanwhile_is_done_together_in_their_order(unlucky: bool) -> None:
    slow = Slow()
    gathering = Gathering(slow.act, most=3)
    found: dict[int, Any] = {}

    def bring(item: int) -> None:
        try:
            found[item] = gathering.do(item)
        except RuntimeError:
            found[item] = "failed"

    threads = [threading.Thread(target=bring, args=(item,)) for item in range(1, 6)]
    threads[0].start()
    assert slow.begun.wait(20)
    if unlucky:
        threads.append(threading.Thread(target=bring, args=(13,)))
    for at, thread in enumerate(threads[1:], 1):
        thread.start()
        while len(gathering._waiting) < at:
            thread.join(0.001)
    slow.go.set()
    for thread in threads:
        thread.join(20)
    assert slow.rounds == [[1], [2, 3, 4], [5, 13] if unlucky else [5]]
    expected: dict[int, Any] = {n: n * 10 for n in range(1, 6)}
    assert found == (expected | {5: "failed", 13: None} if unlucky else expected)
