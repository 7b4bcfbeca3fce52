"""Somebody with the whole database, its row order, its outbox and its logs cannot tie a secret ballot to a person."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text

from rse.core import db
from tests import factories

OPTIONS = 3


def dump(tables: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, with its place in the file where the database tells it."""
    session = db.db.session()
    dialect = session.get_bind().dialect.name
    found = {}
    for table in tables:
        hidden = {"postgresql": "ctid::text AS place, xmin::text AS made, *", "sqlite": "rowid AS place, *"}[
            dialect
        ]
        try:
            rows = session.execute(text(f'SELECT {hidden} FROM "{table}"')).mappings().all()
        except Exception:  # a table without row ids has no order but its key's
            session.rollback()
            rows = session.execute(text(f'SELECT * FROM "{table}"')).mappings().all()
        found[table] = [dict(row) for row in rows]
    db.rollback()
    return found


def vote_all(app: Any, key: str, people: list[int], chance: random.Random) -> dict[int, int]:
    chosen = {}
    for person in people:
        chosen[person] = chance.randrange(OPTIONS)
        answer = factories.browser_of(app, person).put(
            f"/api/v1/posts/{key}/ballot", json={"choices": [chosen[person]]}
        )
        assert answer.status_code == 200
    return chosen


def differences(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What the votes left behind, apart from the sessions of the browsers."""
    return {
        table: [row for row in rows if row not in before[table]]
        for table, rows in after.items()
        if rows != before[table]
    }


def test_the_whole_database_ties_no_ballot_to_a_person(
    any_app: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    session = db.begin_write()
    people = [factories.make_person(session, f"votant.numero{n}").id for n in range(12)]
    db.commit()
    asker = factories.browser_of(any_app, people[0])
    made = asker.post(
        "/api/v1/posts",
        json={
            "kind": "poll", "body": "Êtes-vous bien ?", "options": ["Oui", "Non", "Sans avis"], "anonymous": True,
            "closes_on": (datetime.now(UTC) + timedelta(days=3)).date().isoformat(),
        },
    )  # fmt: skip
    assert made.status_code == 201
    key = made.get_json()["id"]
    tables = [t for t in inspect(db.db.engine).get_table_names() if t != "session"]
    before = dump(tables)
    capfd.readouterr()
    chosen = vote_all(any_app, key, people, random.Random(4))
    left = differences(before, dump(tables))
    # Two tables have changed and no other: no event, delivery, audit line, key or reaction tells of a vote.
    assert set(left) == {"poll", "poll_voted"}
    (poll,) = left["poll"]
    totals = [sum(choice == at for choice in chosen.values()) for at in range(OPTIONS)]
    counts = poll["counts"] if isinstance(poll["counts"], list) else json.loads(poll["counts"])
    assert counts == totals, "one row of totals, none per ballot"
    assert set(poll) - {"place", "made"} == {
        "post_id", "options", "counts", "voters", "multiple", "secret", "results", "closes_at",
    }  # fmt: skip
    voted = left["poll_voted"]
    assert {row["person_id"] for row in voted} == set(people)
    assert all(set(row) - {"place", "made"} == {"post_id", "person_id"} for row in voted)
    # The order of the rows may be that of the votes; the totals have no order, so any assignment fits it.
    if db.db.engine.dialect.name == "sqlite":
        assert [row["person_id"] for row in voted] == sorted(people), "not even their order is kept"
    written = capfd.readouterr()
    assert "choices" not in written.out + written.err


def test_the_order_of_the_votes_leaves_the_same_database(app: Any) -> None:
    """Two companies, the same totals, another ballot for each person: the files say the same."""
    found = []
    for turn in (0, 1):
        session = db.begin_write()
        people = [factories.make_person(session, f"tour{turn}.numero{n}").id for n in range(4)]
        db.commit()
        day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
        made = factories.browser_of(app, people[0]).post(
            "/api/v1/posts",
            json={
                "kind": "poll",
                "body": "?",
                "options": ["Oui", "Non"],
                "anonymous": True,
                "closes_on": day,
            },
        )
        key = made.get_json()["id"]
        ballots = [0, 0, 1, 1] if turn else [1, 1, 0, 0]
        for person, choice in zip(people, ballots, strict=True):
            factories.browser_of(app, person).put(f"/api/v1/posts/{key}/ballot", json={"choices": [choice]})
        rows = dump(["poll", "poll_voted"])
        mine = [row for row in rows["poll_voted"] if row["person_id"] in people]
        poll = next(row for row in rows["poll"] if row["post_id"] == mine[0]["post_id"])
        found.append((poll["counts"], poll["voters"], [people.index(row["person_id"]) for row in mine]))
    assert found[0] == found[1]
