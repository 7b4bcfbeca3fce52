"""Who reads what: random people come, go and write; pages, API, search, sockets and export show the rule."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rse.chat import exports, queries, search
from rse.chat.models import Message
from rse.core import db
from rse.core.model import decode_id
from rse.groups import queries as group_queries
from rse.groups import service as groups
from tests import factories
from tests.chat.conftest import Socket, World

NAMES = ("amelie", "karim", "sofia", "james")  # James is a guest
Opens = Callable[..., Socket]

STEP = st.tuples(
    st.sampled_from(["say", "say", "invite", "leave", "remove", "edit"]),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
)


class Model:
    """The rule, in its plainest form: a direct conversation, its eras, and who reads which."""

    def __init__(self, history: str, first: str, others: list[str]) -> None:
        self.history, self.creator = history, first
        self.era = 1
        self.since: dict[str, int] = dict.fromkeys([first, *others], 1)
        self.said: list[tuple[int, str]] = []

    def readable(self, name: str) -> list[str] | int:
        if name not in self.since:
            return 404
        return [body for era, body in self.said if era >= self.since[name]]


def play(world: World, model: Model, place: str, n: int, step: tuple[str, str, str]) -> None:
    """Do a step through the API and in the model; both agree on whether it is allowed."""
    what, who, whom = step
    inside = who in model.since
    path = f"/conversations/{place}"
    if what == "say":
        status = world.call(who, "POST", f"{path}/messages", body=f"mot{n}").status_code
        assert status == (201 if inside else 404)
        if inside:
            model.said.append((model.era, f"mot{n}"))
    elif what == "invite":
        status = world.call(who, "PUT", f"{path}/members/{world.pid(whom)}").status_code
        unknown = who == "james" and whom not in {"james", *model.since}  # a guest who knows nobody
        assert status == (404 if not inside else 422 if unknown else 204)
        if inside and not unknown and whom not in model.since:
            model.era += model.history != "all"
            model.since[whom] = 1 if model.history == "all" else model.era
    elif what in {"leave", "remove"}:
        gone = who if what == "leave" else whom
        status = world.call(who, "DELETE", f"{path}/members/{world.pid(gone)}").status_code
        if not inside or gone not in model.since:
            assert status == 404
        elif who in {gone, model.creator}:
            assert status == 204
            del model.since[gone]
        else:
            assert status == 403
    elif model.said:
        message = db.db.session().query(Message).order_by(Message.seq.desc()).first()
        db.rollback()
        assert message is not None
        status = world.call(
            who, "PATCH", f"/messages/{factories_pid(message)}", body=message.body
        ).status_code
        readable = inside and model.said[-1][0] >= model.since[who]
        author = world.ids[who] == message.author_id
        assert status == (404 if not readable else 200 if author else 403)


def factories_pid(message: Message) -> str:
    from rse.core.model import encode_id

    return encode_id(message.id)


def check(world: World, model: Model, place: str) -> None:
    """Every way of reading gives each one what the rule says."""
    session = db.db.session()
    for name in NAMES:
        expected = model.readable(name)
        assert world.bodies(name, place) == expected
        viewer = factories.viewer_of(world.ids[name])
        db.rollback()
        visible = [] if isinstance(expected, int) else expected
        rows = session.query(Message).filter(queries.readable_messages(viewer)).order_by(Message.seq).all()
        assert [m.body for m in rows] == visible
        every = [m.id for m in session.query(Message).all()]
        assert len(search.hits(session, every, viewer)) == len(visible)
        tokens = viewer.tokens | queries.conversation_tokens(session, viewer)
        found = [d for d in search.load(session, every) if d.audience in tokens]
        assert sorted(d.body for d in found) == sorted(visible)
        missed = world.call(name, "GET", f"/conversations/{place}/events?after=0&limit=500")
        if isinstance(expected, int):
            assert missed.status_code == 404
        else:
            told = [e["body"] for e in missed.get_json()["items"] if e["event"] == "message:new"]
            assert told == visible
        mine = {row["body"] for row in exports.rows(session, world.ids[name])}
        assert mine == {m.body for m in session.query(Message).filter_by(author_id=world.ids[name])}
        db.rollback()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.sampled_from(["all", "from_invitation"]),
    others=st.sets(st.sampled_from(NAMES[1:]), min_size=1),
    steps=st.lists(STEP, max_size=14),
)
def test_everyone_reads_their_eras_and_nothing_else(
    small_world: World, history: str, others: set[str], steps: list[tuple[str, str, str]]
) -> None:
    session = db.begin_write()
    session.query(Message).delete()
    db.commit()
    names = sorted(others)
    place = small_world.conversation("amelie", *names, title="essai", history=history)
    model = Model(history, "amelie", names)
    for n, step in enumerate(steps):
        play(small_world, model, place, n, step)
    check(small_world, model, place)


def heard(socket: Socket) -> list[Any]:
    return [e["body"] for e in socket.heard("message:new")]


@pytest.mark.postgres
def test_sockets_hear_what_their_people_read_at_that_moment(world: World, socket_of: Opens) -> None:
    place = world.conversation("amelie", "karim", title="Salon")
    amelie, karim, sofia = (socket_of(name) for name in ("amelie", "karim", "sofia"))
    old = world.say("amelie", place, "avant")
    world.call("amelie", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}")
    assert [e["event"] for e in sofia.heard()] == ["conversation:member"]
    world.say("karim", place, "ensemble")
    assert (heard(karim), heard(sofia)) == (["avant", "ensemble"], ["ensemble"])
    world.call("amelie", "PATCH", f"/messages/{old['id']}", body="avant, corrigé")
    assert sofia.heard("message:edited") == []  # of an era that she does not read
    assert [e["body"] for e in karim.heard("message:edited")] == ["avant, corrigé"]
    world.call("amelie", "DELETE", f"/conversations/{place}/members/{world.pid('karim')}")
    (told,) = karim.heard("conversation:member")
    assert (told["joined"], "pos" in told) == (False, False)
    world.say("sofia", place, "sans lui")
    assert (heard(karim), heard(sofia), heard(amelie)[-1]) == ([], ["sans lui"], "sans lui")
    answer = karim.ask("message:send", conversation_id=place, body="encore", client_id="k")
    assert answer["error"]["status"] == 404
    assert karim.ask("sync", conversations={place: 0})["conversations"][place] == {"gone": True}


@pytest.mark.postgres
def test_a_groups_discussion_is_read_as_its_posts_are(world: World, socket_of: Opens) -> None:
    slug = world.group("amelie", "karim", "james", visibility="secret")
    discussion = world.call("karim", "GET", f"/groups/{slug}/conversation").get_json()
    place = discussion["id"]
    assert world.call("karim", "GET", f"/groups/{slug}/conversation").get_json()["id"] == place
    karim, sofia, james = (socket_of(name) for name in ("karim", "sofia", "james"))
    world.say("james", place, "bonjour")
    assert (heard(karim), heard(james), heard(sofia)) == (["bonjour"], ["bonjour"], [])
    for path in (
        f"/groups/{slug}/conversation",
        f"/conversations/{place}",
        f"/conversations/{place}/events?after=0",
    ):
        absent = world.call("sofia", "GET", path.replace(place, "zzzz").replace(slug, "0123456789abcdef"))
        hidden = world.call("sofia", "GET", path)
        assert hidden.status_code == absent.status_code == 404
        assert {**hidden.get_json(), "instance": ""} == {**absent.get_json(), "instance": ""}
    assert (
        world.call("sofia", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}").status_code == 404
    )
    assert (
        world.call("karim", "PUT", f"/conversations/{place}/members/{world.pid('sofia')}").status_code == 403
    )
    left = world.call("karim", "DELETE", f"/groups/{slug}/membership")
    assert left.status_code in {200, 204}
    world.say("amelie", place, "sans Karim")
    assert (heard(karim), heard(james)) == ([], ["sans Karim"])
    assert world.bodies("karim", place) == 404
    assert [c["id"] for c in world.call("karim", "GET", "/conversations").get_json()["items"]] == []


@pytest.mark.postgres
def test_changing_a_groups_visibility_changes_the_readers_at_once(world: World, socket_of: Opens) -> None:
    slug = world.group("amelie", "karim", visibility="open")
    place = world.call("sofia", "GET", f"/groups/{slug}/conversation").get_json()["id"]
    sofia, james = socket_of("sofia"), socket_of("james")
    assert sofia.ask("sync", conversations={place: 0})["conversations"][place]["reset"] is False
    world.say("karim", place, "à tous")
    assert heard(sofia) == ["à tous"]
    assert world.bodies("sofia", place) == ["à tous"]
    assert world.bodies("james", place) == 404
    viewer = factories.viewer_of(world.ids["amelie"])
    db.rollback()
    session = db.begin_write()
    groups.edit(session, viewer, group_queries.find(session, viewer, slug), visibility="closed")
    db.commit()
    world.say("karim", place, "entre nous")
    assert heard(sofia) == heard(james) == []
    assert world.bodies("sofia", place) == 404
    assert world.bodies("karim", place) == ["à tous", "entre nous"]
    audiences = {m.audience for m in db.db.session().query(Message)}
    assert len(audiences) == 1
    assert audiences.pop().startswith("group:")


@pytest.mark.postgres
def test_what_an_erased_person_said_is_gone_and_the_numbers_stay(world: World) -> None:
    place = world.conversation("amelie", "karim", "sofia")
    world.say("amelie", place, "à moi")
    world.say("karim", place, "à lui")
    session = db.begin_write()
    exports.erase(session, world.ids["amelie"])
    db.commit()
    assert world.bodies("karim", place) == ["", "à lui"]
    assert world.bodies("amelie", place) == 404
    assert next(iter(exports.rows(db.db.session(), world.ids["amelie"])))["body"] == ""
    assert decode_id(place)
