"""What SQL finds for a filter is what scim2-models finds by looking at each resource in Python."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import ScimFilter

from rse.core import db
from rse.provisioning import scim_people, scim_read
from rse.provisioning.scim_client import Client
from rse.provisioning.scim_models import ScimUser
from rse.provisioning.scim_read import Query
from rse.provisioning.scim_schema import POLICY, User
from tests.factories import make_person
from tests.provisioning.scim import ENTERPRISE, Provider, make_token, owner

CLIENT = Client("okta", 1)
BASE = "http://localhost/scim/v2"
START = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
WORDS = ["Ada", "ada", "Éloïse", "ELOÏSE", "a_b", "a%b", "O'Neil", 'say "x"', "back\\slash", "Straße", "x"]
WORK, OTHER = {"type": "work", "primary": True}, {"type": "Home"}


def documents() -> Iterator[dict[str, Any]]:
    for number, word in enumerate(WORDS):
        other = WORDS[-1 - number]
        doc: dict[str, Any] = {"userName": f"{word}.{number}", "externalId": f"{word}{number}"}
        if number % 2:
            doc |= {"displayName": word, "name": {"givenName": other, "familyName": word}}
            doc |= {"title": other, "active": number % 3 == 0}
            doc["emails"] = [{"value": f"u{number}@example.com", **WORK}]
        if number % 3 == 0:
            doc["emails"] = [
                {"value": f"U{number}@Example.com", **OTHER},
                {"value": f"w{number}@x.org", **WORK},
            ]
            doc[ENTERPRISE] = {"department": word, "employeeNumber": str(number), "manager": {"value": other}}
        yield doc


@contextmanager
def stored(app: Flask) -> Iterator[list[tuple[str, User]]]:
    """Store people; give each id with the resource as a client reads it."""
    session = db.begin_write()
    for number, doc in enumerate(documents()):
        person = make_person(session, f"p{number}", created_at=START + timedelta(days=number))
        scim_people.add(session, person, "okta", doc)
    db.commit()
    everybody = scim_read.users(session, CLIENT, BASE, Query(count=200))["Resources"]
    assert len(everybody) == len(WORDS)
    yield [(r["id"], User.model_validate(r, scim_policy=POLICY)) for r in everybody]


TEXTS = st.sampled_from(
    [*WORDS, "a", "É", "_", "%", "", "zz", "u1@example.com", "@EXAMPLE", "work", "home", "3"]
)
EQUAL = st.sampled_from(["eq", "ne"])
ANY = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
STRINGS = [
    "userName", "externalId", "id", "displayName", "title", "name.givenName", "name.familyName",
    "name.formatted", "emails", "emails.value", "emails.type", f"{ENTERPRISE}:department",
    f"{ENTERPRISE}:employeeNumber", f"{ENTERPRISE}:manager.value",
]  # fmt: skip
INSTANTS = st.integers(-1, 12).map(lambda n: (START + timedelta(days=n)).isoformat())


def quoted(value: str) -> str:
    return str(ScimFilter.quote(value))


def compared(name: str) -> st.SearchStrategy[str]:
    return st.builds(lambda op, text: f"{name} {op} {quoted(text)}", ANY, TEXTS)


TERM = st.one_of(
    st.sampled_from(STRINGS).flatmap(compared),
    st.builds(
        lambda name: f"{name} pr", st.sampled_from([*STRINGS, "name", "active", f"{ENTERPRISE}:manager"])
    ),
    st.builds(lambda name, op: f"{name} {op} null", st.sampled_from(STRINGS), EQUAL),
    st.builds(lambda op, value: f"active {op} {value}", EQUAL, st.sampled_from(["true", "false"])),
    st.builds(
        lambda op, at: f'meta.created {op} "{at}"',
        st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
        INSTANTS,
    ),
)
INNER = st.recursive(
    st.one_of(
        compared("value"), compared("type"), st.just("primary eq true"), st.just("display pr"), st.just("value pr")
    ),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner), st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
    ),
    max_leaves=4,
)  # fmt: skip
FILTER = st.recursive(
    st.one_of(
        TERM, st.builds("emails[{}]".format, INNER), st.builds("emails[{}].value sw {}".format, INNER, TEXTS.map(quoted))
    ),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner), st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
    ),
    max_leaves=6,
)  # fmt: skip


def test_sql_finds_what_python_finds(any_app: Flask) -> None:
    with stored(any_app) as people:

        @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
        @given(FILTER)
        def same(text: str) -> None:
            wanted = [public_id for public_id, user in people if ScimFilter[User](text).match(user)]
            page = scim_read.users(db.db.session(), CLIENT, BASE, Query(filter=text, count=200))
            assert [found["id"] for found in page["Resources"]] == wanted
            assert page["totalResults"] == len(wanted)

        same()
        db.rollback()


@pytest.mark.parametrize("descending", [False, True])
def test_the_order_and_pages_are_those_of_the_rfc(any_app: Flask, descending: bool) -> None:
    with stored(any_app) as people:
        values = {public_id: (user.title or "").lower() for public_id, user in people}
        seen: list[str] = []
        for start in range(1, len(people) + 1, 3):
            query = Query(sort_by="title", descending=descending, start=start, count=3)
            page = scim_read.users(db.db.session(), CLIENT, BASE, query)
            assert (page["totalResults"], page["startIndex"]) == (len(people), start)
            seen += [found["id"] for found in page["Resources"]]
        assert sorted(seen) == sorted(values)
        having = [values[public_id] for public_id in seen if values[public_id]]
        assert having == sorted(having, reverse=descending)
        missing = [not values[public_id] for public_id in seen]
        assert missing == sorted(missing, reverse=descending)
        past = scim_read.users(db.db.session(), CLIENT, BASE, Query(start=99, count=3))
        assert (past["Resources"], past["totalResults"]) == ([], len(people))
        none = scim_read.users(db.db.session(), CLIENT, BASE, Query(count=0))
        assert (none["Resources"], none["totalResults"]) == ([], len(people))
        db.rollback()


@pytest.mark.parametrize(
    "text",
    [
        "userName", "userName eq", 'userName eq "x', "userName zz 1", "(userName pr", "userName eq 1", "active gt true",
        'unheard eq "x"', 'emails[type eq "work"', 'meta.created gt "yesterday"', 'userName eq "\\u0000"',
        'phoneNumbers.value eq "1"', 'meta.location eq "x"', 'name eq "x"',
        "not " * 50 + "(userName pr)", " or ".join(["title pr"] * 200), 'emails[emails[value eq "x"]]', 'userName eq "\\ud800"',
    ],
)  # fmt: skip
def test_a_bad_filter_says_so(app: Flask, text: str) -> None:
    okta = Provider(app, make_token(owner(app)))
    answer = okta.get(f"/Users?{urlencode({'filter': text})}")
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidFilter"), answer.json


def test_attributes_are_chosen_and_left_out(app: Flask) -> None:
    okta = Provider(app, make_token(owner(app)))
    made = okta.create(
        title="Buyer", name={"givenName": "Mia", "familyName": "K"}, **{ENTERPRISE: {"department": "D"}}
    )
    path = f"/Users/{made['id']}"
    assert okta.get(f"{path}?attributes=title").json.keys() == {"schemas", "id", "title"}
    assert okta.get(f"{path}?attributes=name.givenName").json["name"] == {"givenName": "Mia"}
    assert okta.get(f"{path}?attributes={ENTERPRISE}:department").json[ENTERPRISE] == {"department": "D"}
    left = okta.get(f"{path}?excludedAttributes=name.familyName,meta,{ENTERPRISE}").json
    assert left["name"] == {"givenName": "Mia"}
    assert not {"meta", ENTERPRISE} & left.keys()
    found = okta.ask(
        "POST", "/Users/.search", {"filter": 'title eq "buyer"', "attributes": ["userName"]}
    ).json
    assert [r["userName"] for r in found["Resources"]] == [made["userName"]]
    assert okta.get("/Users?count=9999").json["itemsPerPage"] <= 200
    assert db.db.session().query(ScimUser).count() == 2
