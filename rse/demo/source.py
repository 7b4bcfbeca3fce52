"""The files under `texts/`, read and given types."""

import csv
import io
import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from rse.demo.calendar import Calendar

TEXTS = Path(__file__).parent / "texts"
SPACE = re.compile(r"""(?<=[\w)»*’'…]) (?=[?!;:»](?:[\s"*.,)\\]|$))|(?<=«) """)
AGO = re.compile(r"-(\d+)d")


@dataclass(frozen=True, slots=True)
class GroupText:
    """A group as written."""

    slug: str
    name: str
    description: str
    visibility: str
    purpose: str
    owners: list[str]
    moderators: list[str]
    members: list[str]
    kind: str = ""

    def role(self, uid: str) -> str:
        """Give the role of a member."""
        if uid in self.owners:
            return "owner"
        return "moderator" if uid in self.moderators else "member"


@dataclass(frozen=True, slots=True)
class PostText:
    """A post or a comment as written."""

    id: str
    parent: str | None
    group: str | None
    author: str
    at: str
    title: str | None
    kind: str | None
    text: str
    reactions: dict[str, str] = field(default_factory=dict)
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class ChatText:
    """A message of a conversation as written."""

    conversation: str
    author: str
    at: str
    text: str
    members: list[str] = field(default_factory=list)
    group: str | None = None
    pinned: bool = False
    signs: dict[str, str] = field(default_factory=dict)  # {login: name of a reaction}
    kept_by: list[str] = field(default_factory=list)
    topic: str = ""  # under which it stands, in a group's discussion
    under: str = ""  # how the message begins in whose thread it stands


def people(calendar: Calendar) -> bytes:
    """Give the directory file of the demo, its relative dates made real."""
    rows = list(_rows("people.csv"))
    for row in rows:
        row["start_date"] = AGO.sub(
            lambda ago: (calendar.today - timedelta(days=int(ago[1]))).isoformat(), row["start_date"]
        )
    return as_csv(rows)


def uids() -> list[str]:
    """Give the logins of the demo people."""
    return [row["uid"] for row in _rows("people.csv")]


def skills() -> list[dict[str, str]]:
    """Give the vocabulary of the demo."""
    return list(_rows("skills.csv"))


def groups() -> list[GroupText]:
    """Give the groups of the demo."""
    written = tomllib.loads(read(TEXTS / "groups.toml"))
    return [GroupText(**group) for group in written["group"]]


def threads() -> list[PostText]:
    """Give posts and comments, each comment somewhere after its post."""
    return [PostText(**line) for path in sorted((TEXTS / "threads").glob("*.jsonl")) for line in _lines(path)]


def chats() -> list[ChatText]:
    """Give the messages, those of a conversation in their order."""
    return [ChatText(**line) for line in _lines(TEXTS / "chats.jsonl")]


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(TEXTS / name), newline="")))


def read(path: Path) -> str:
    """Read a file; before a French sign of punctuation the space does not break, as it is printed."""
    return SPACE.sub("\N{NO-BREAK SPACE}", path.read_text(encoding="utf-8"))


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """Write rows in the form that the importers read."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read(path).split("\n") if line]
