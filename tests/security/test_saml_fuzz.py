"""Whatever is done to an answer on its way, it signs in nobody else, and never crashes the application."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import select

from rse.accounts.models import SignInTicket
from tests.accounts import idp
from tests.accounts.conftest import door, metadata_file
from tests.accounts.steps import Door

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
__all__ = ["door", "metadata_file"]


@pytest.fixture
def here(door: Callable[..., Door]) -> Door:
    return door()


def check(here: Door, encoded: str, relay_state: str) -> None:
    form = {"SAMLResponse": encoded, "RelayState": relay_state}
    answer = here.browser().post("/saml/acs", data=form)
    assert answer.status_code in {303, 403}, answer.text
    if answer.status_code == 303:
        identities = here.rows(select(SignInTicket.identity))
        assert {one["name_id"] for one in identities} == {"ada-7"}


@SLOW
@given(data=st.data())
def test_bytes_are_changed(here: Door, data: st.DataObject) -> None:
    question = here.ask(here.browser())
    content = bytearray(base64.b64decode(idp.signed(question.id)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "put"]))
        if kind == "set":
            content[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 40))]
        else:
            content[place:place] = data.draw(st.binary(max_size=40))
        if not content:
            break
    check(here, base64.b64encode(content).decode(), question.relay_state)


@SLOW
@given(data=st.data())
def test_elements_are_moved_copied_and_dropped(here: Door, data: st.DataObject) -> None:
    question = here.ask(here.browser())
    root = etree.fromstring(base64.b64decode(idp.signed(question.id)))
    for _ in range(data.draw(st.integers(1, 3))):
        nodes = list(root.iter())
        node, target = (nodes[data.draw(st.integers(0, len(nodes) - 1))] for _ in range(2))
        kind = data.draw(st.sampled_from(["drop", "copy", "move", "text", "attribute", "rename"]))
        if node is root:
            continue
        if kind == "drop":
            node.getparent().remove(node)
        elif kind == "copy":
            target.append(etree.fromstring(etree.tostring(node)))
        elif kind == "move" and node not in target.iterancestors() and node is not target:
            target.append(node)
        elif kind == "text":
            node.text = data.draw(st.sampled_from(["", "victim", "ada-7 ", "https://evil.example"]))
        elif kind == "attribute" and node.attrib:
            node.set(
                data.draw(st.sampled_from(sorted(node.attrib))), data.draw(st.sampled_from(["", "x", "#x"]))
            )
        elif kind == "rename":
            node.tag = target.tag
    check(here, idp.encode(root), question.relay_state)


@SLOW
@given(encoded=st.text(max_size=60) | st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()))
def test_anything_is_sent(here: Door, encoded: str) -> None:
    check(here, encoded, "x")
