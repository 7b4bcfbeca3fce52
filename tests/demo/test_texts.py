"""The texts of the demo company hold together: every name exists, in order, in the announced amounts."""

import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

TEXTS = Path(__file__).parents[2] / "rse" / "demo" / "texts"
CAST = {
    "amelie.rousseau", "karim.benali", "sofia.marchetti", "claire.dupont",
    "thomas.nguyen", "ines.lambert", "james.oneill",
}  # fmt: skip
ROLES = {"moderator", "community_manager", "executive", "works_council", "hr", "dpo", "admin"}
DIRECTORY = "uid,email,given_name,family_name,title,department,site,manager_uid,languages,skills,start_date"
AT = re.compile(r"-(\d{1,3})d ([01]\d|2[0-3]):([0-5]\d)")
MENTION = re.compile(r"(?<![\w.])@([a-z][\w.-]*[a-z])")
ENGLISH = {
    "the", "and", "you", "is", "are", "we", "for", "with", "this", "that", "of", "to", "my",
    "what", "how", "who", "it", "they", "at", "not", "was", "have",
}  # fmt: skip
FRENCH = {
    "le", "la", "les", "des", "et", "est", "un", "une", "pour", "avec", "que", "qui", "pas", "sur",
    "je", "on", "nous", "vous", "au", "du", "en", "de", "ce", "il",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (TEXTS / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def people() -> dict[str, dict[str, str]]:
    return {row["uid"]: row for row in rows("people.csv")}


@pytest.fixture(scope="module")
def groups() -> dict[str, dict[str, Any]]:
    return {g["slug"]: g for g in tomllib.loads((TEXTS / "groups.toml").read_text(encoding="utf-8"))["group"]}


@pytest.fixture(scope="module")
def threads() -> list[dict[str, Any]]:
    return [item for path in sorted((TEXTS / "threads").glob("*.jsonl")) for item in lines(path)]


@pytest.fixture(scope="module")
def chats() -> list[dict[str, Any]]:
    return lines(TEXTS / "chats.jsonl")


def age(at: str) -> int:
    """Minutes before the midnight that ends the day of loading."""
    match = AT.fullmatch(at)
    assert match, at
    days, hour, minute = map(int, match.groups())
    return days * 1440 + 1440 - hour * 60 - minute


def is_english(text: str) -> bool:
    words = re.findall(r"[a-zà-ÿ']+", text.lower())
    return sum(w in ENGLISH for w in words) > sum(w in FRENCH for w in words)


def test_the_people_are_whole(people: dict[str, dict[str, str]]) -> None:
    listed = rows("people.csv")
    assert len(listed) == len(people)
    assert list(listed[0]) == [*DIRECTORY.split(","), "roles", "kind", "about"]
    assert 110 <= len(people) <= 160
    assert people.keys() >= CAST
    for uid, row in people.items():
        assert row["email"] == f"{uid}@demo.example"
        assert re.fullmatch(r"[a-z-]+\.[a-z-]+", uid)
        assert row["given_name"]
        assert row["family_name"]
        assert row["title"]
        assert row["kind"] in {"employee", "guest", "service"}
        assert set(row["roles"].split()) <= ROLES
        assert re.fullmatch(r"\d{4}-\d\d-\d\d|-\d{1,2}d", row["start_date"])
        assert (row["kind"] == "employee") == row["department"].startswith("Groupe / ")
    given = Counter(role for row in people.values() for role in row["roles"].split())
    assert given.keys() == ROLES
    without = sum(not row["skills"] for row in people.values()) / len(people)
    assert 0.42 <= without <= 0.50
    assert sum(row["site"] == "Dublin" and row["kind"] == "employee" for row in people.values()) >= 15


def test_the_reporting_line_is_one_tree(people: dict[str, dict[str, str]]) -> None:
    tops = [uid for uid, row in people.items() if row["kind"] == "employee" and not row["manager_uid"]]
    assert tops == ["claire.dupont"]
    for uid, row in people.items():
        seen, here = {uid}, row["manager_uid"]
        while here:
            assert here in people
            assert here not in seen
            seen.add(here)
            here = people[here]["manager_uid"]


def test_every_department_is_above_the_privacy_floor(people: dict[str, dict[str, str]]) -> None:
    size = Counter(row["department"].split(" / ")[1] for row in people.values() if row["department"])
    assert len(size) == 8
    assert all(count >= 16 for name, count in size.items() if name != "Direction générale")
    home = people["sofia.marchetti"]["department"]
    below = [u for u, row in people.items() if row["department"].startswith(home) and u != "sofia.marchetti"]
    assert len(below) >= 16
    assert people["karim.benali"]["department"].split(" / ")[1] != home.split(" / ")[1]


def test_the_skills_are_a_vocabulary_in_two_languages(people: dict[str, dict[str, str]]) -> None:
    skills = rows("skills.csv")
    assert 140 <= len(skills) <= 170
    for field in ("slug", "label_fr", "label_en"):
        values = [row[field].casefold() for row in skills]
        assert all(values)
        assert len(set(values)) == len(values)
    labels = {row["label_fr"] for row in skills}
    assert {s for row in people.values() for s in row["skills"].split(";") if s} <= labels


def test_the_groups_know_their_members(
    people: dict[str, dict[str, str]], groups: dict[str, dict[str, Any]]
) -> None:
    visibility = Counter(g["visibility"] for g in groups.values())
    assert visibility["secret"] == 1
    assert visibility["closed"] == 3
    assert 12 <= len(groups) <= 18
    for group in groups.values():
        assert group["purpose"] in {"professional", "social"}
        assert group["owners"]
        assert len(set(group["members"])) == len(group["members"])
        assert set(group["owners"]) | set(group["moderators"]) <= set(group["members"]) <= people.keys()
        guests = {uid for uid in group["members"] if people[uid]["kind"] == "guest"}
        assert not guests or group["visibility"] == "closed"
    assert "james.oneill" in groups["projet-helios"]["members"]


def test_every_thread_hangs_together(
    people: dict[str, dict[str, str]], groups: dict[str, dict[str, Any]], threads: list[dict[str, Any]]
) -> None:
    posts: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for item in threads:
        assert item["id"] not in seen
        seen.add(item["id"])
        assert item["author"] in people
        assert 5 <= len(item["text"]) <= 1500
        assert item["reactions"].keys() <= people.keys() - {item["author"]} if "reactions" in item else True
        members = set(groups[item["group"]]["members"]) if item["group"] else people.keys()
        assert item["author"] in members, item["id"]
        named = set(MENTION.findall(item["text"]))
        assert named <= people.keys(), item["id"]
        if item["group"] and groups[item["group"]]["visibility"] != "open":
            assert named <= members, item["id"]
        if item["parent"] is None:
            posts[item["id"]] = item
            assert item["kind"] in {"message", "question"}
        else:
            parent = posts[item["parent"]]
            assert item["group"] == parent["group"]
            assert item["kind"] is None
            assert age(item["at"]) < age(parent["at"]), item["id"]
            assert not item.get("accepted") or parent["kind"] == "question"


def test_the_amounts_are_those_of_a_living_network(
    people: dict[str, dict[str, str]], threads: list[dict[str, Any]]
) -> None:
    posts = [t for t in threads if t["parent"] is None]
    comments = [t for t in threads if t["parent"] is not None]
    assert 220 <= len(posts) <= 340
    assert 880 <= len(comments) <= 1050
    assert 0.12 <= sum(is_english(t["text"]) for t in threads) / len(threads) <= 0.28
    answered = {t["parent"] for t in comments}
    assert 0.09 <= sum(p["id"] not in answered for p in posts) / len(posts) <= 0.15
    recent = sum(age(p["at"]) <= 91 * 1440 for p in posts)
    assert recent > 0.6 * len(posts)
    assert {age(p["at"]) // 1440 for p in posts} >= {0, 1, 2}
    authors = Counter(t["author"] for t in threads)
    assert people.keys() - authors.keys()
    texts = Counter(t["text"] for t in threads)
    assert max(texts.values()) == 1
    crossed = sum(
        people[c["author"]]["department"].split(" / ")[1:2]
        != people[p["author"]]["department"].split(" / ")[1:2]
        for c in comments
        for p in posts
        if p["id"] == c["parent"]
    )
    assert crossed > 0.4 * len(comments)
    assert sum(t["author"] == "claire.dupont" for t in comments) >= 5
    waiting = [
        p
        for p in posts
        if p["group"] == "procedes-methodes"
        and p["kind"] == "question"
        and p["id"] not in answered
        and age(p["at"]) <= 5 * 1440
    ]
    assert len(waiting) >= 3


def test_the_chats_are_between_people_who_may_talk(
    people: dict[str, dict[str, str]], groups: dict[str, dict[str, Any]], chats: list[dict[str, Any]]
) -> None:
    talks: dict[str, list[dict[str, Any]]] = {}
    for item in chats:
        talks.setdefault(item["conversation"], []).append(item)
    assert sum("group" in t[0] for t in talks.values()) == 5
    assert sum("members" in t[0] for t in talks.values()) >= 12
    assert any(len(t[0].get("members", ())) == 3 for t in talks.values())
    for talk in talks.values():
        assert 8 <= len(talk) <= 40
        members = set(talk[0].get("members") or groups[talk[0]["group"]]["members"])
        assert members <= people.keys()
        ages = [age(item["at"]) for item in talk]
        assert ages == sorted(ages, reverse=True)
        for item in talk:
            assert item["author"] in members
            assert 1 <= len(item["text"]) <= 600


def test_nobody_speaks_before_they_came(
    people: dict[str, dict[str, str]], threads: list[dict[str, Any]], chats: list[dict[str, Any]]
) -> None:
    came = {u: int(row["start_date"][1:-1]) for u, row in people.items() if row["start_date"].startswith("-")}
    assert len(came) >= 6
    for item in [*threads, *chats]:
        days = int(item["at"][1:].split("d")[0])
        for uid in {item["author"], *item.get("reactions", {})}:
            assert days <= came.get(uid, days), (uid, item)


def test_no_real_address_is_in_the_texts() -> None:
    for path in TEXTS.rglob("*.*"):
        for domain in re.findall(r"[\w.+-]+@([\w-]+\.[\w.-]+\w)", path.read_text(encoding="utf-8")):
            assert domain == "demo.example"
