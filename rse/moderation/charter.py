"""The charter: its versions, who accepted them, and what has changed between two of them.

A version is in force when an administrator has published it: rules that bind employees are the company's to
decide, with its works council. Until then our text is only proposed in the editor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cache
from html import escape
from pathlib import Path
from re import findall, split
from typing import Any, Literal

from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.models import Person
from rse.core import clock, company, text
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.moderation.models import CharterAcceptance, CharterVersion

LIKE = 0.5  # of the words of a paragraph that stay, for it to be the same one
LINK = r'href="[^"]*"'  # where one leads elsewhere, words alone would not say what has changed
SETTING = "charter"  # {"version": N} while one is in force
FOLDER = Path(__file__).parent / "texts"


@cache
def proposed(locale: str) -> str:
    """Give the text that we propose, in a language."""
    return (FOLDER / f"charter.{locale}.md").read_text()


def in_force(session: Session) -> int:
    """Give the number of the version that everybody accepts; 0 when there is none. Costs no query."""
    return int((company.get(session, SETTING) or {}).get("version", 0))


def accepted(viewer: Viewer) -> int:
    """Give the newest version that a viewer has accepted: it came with their session."""
    return int(viewer.known.get("charter", 0))


def owed(session: Session, viewer: Viewer) -> bool:
    """Tell whether somebody has to accept the charter before they go on. Programs' accounts do not."""
    return viewer.kind != "service" and accepted(viewer) < in_force(session)


def find(session: Session, number: int) -> CharterVersion:
    """Give a version. Raises NotFound."""
    found = session.get(CharterVersion, number)
    if found is None:
        raise NotFound
    return found


def newest(session: Session) -> CharterVersion | None:
    """Give the version that was published last, in force or not."""
    query = select(CharterVersion).order_by(CharterVersion.version.desc()).limit(1)
    return session.scalars(query).first()


def body(version: CharterVersion, locale: str) -> str:
    """Give the text of a version in a language."""
    return version.body_en if locale == "en" else version.body_fr


def note(version: CharterVersion, locale: str) -> str:
    """Give what its publisher said of the change, in a language."""
    return version.note_en if locale == "en" else version.note_fr


@dataclass(frozen=True)
class Change:
    """A paragraph that came, went, or has other words (`ins` and `del` in it); safe HTML."""

    kind: Literal["added", "removed", "changed"]
    html: str


def changes(before: str, after: str) -> list[Change]:
    """Give the paragraphs that differ between two texts, in the order of the newer one."""
    old, new = (split(r"\n\s*\n|\n(?=- )", source.strip()) for source in (before, after))
    found: list[Change] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            found += _changed([part for part in old[i:j] if part.strip()], new[k:m])
    return found


def _changed(old: list[str], new: list[str]) -> Iterator[Change]:
    """Give new paragraphs, each beside the old one that it comes from, then what is left of the old."""
    for part in filter(str.strip, new):
        gone, come = text.render(old.pop(0)) if old else "", text.render(part)
        before, after = text.plain(gone).split(), text.plain(come).split()
        words = SequenceMatcher(None, before, after, autojunk=False)
        same_links = findall(LINK, gone) == findall(LINK, come)
        if before and before != after and same_links and words.ratio() >= LIKE:
            yield Change("changed", _words(words, before, after))
            continue
        yield from [Change("removed", gone)] if gone else []
        yield Change("added", come)
    yield from (Change("removed", text.render(part)) for part in old)


def _words(compared: SequenceMatcher[str], before: list[str], after: list[str]) -> str:
    """Write a paragraph with the words that went and came."""
    said: list[str] = []
    for what, i, j, k, m in compared.get_opcodes():
        if what == "equal":
            said.append(escape(" ".join(before[i:j])))
            continue
        said += [f"<del>{escape(' '.join(before[i:j]))}</del>"] if i < j else []
        said += [f"<ins>{escape(' '.join(after[k:m]))}</ins>"] if k < m else []
    return f"<p>{' '.join(said)}</p>"


def publish(session: Session, viewer: Viewer, *, after: int, **texts: str) -> CharterVersion:
    """Publish a version: from now on everybody accepts it before they go on. Flushes.

    `after` is the newest version that the editor has seen; raises Invalid when there is a newer one.
    """
    last = newest(session)
    number = last.version if last else 0
    if number != after:
        raise Invalid(after=_("Somebody has published version %(n)s meanwhile. Read it first.", n=number))
    made = CharterVersion(
        version=number + 1, published_at=clock.now(), published_by=viewer.id, **texts
    )  # fmt: skip
    session.add(made)
    session.flush()
    _enforce(session, viewer, made.version, "charter.publish")
    return made


def _enforce(session: Session, viewer: Viewer, number: int, action: str) -> None:
    company.put(session, SETTING, {"version": number} if number else None, by=viewer.id)
    audit.record(session, action, actor_id=viewer.id, target="charter", version=number)


def switch(session: Session, viewer: Viewer, *, on: bool) -> None:
    """Put the newest version in force again, or ask nobody any more. Raises NotFound without a version."""
    last = newest(session)
    if last is None:
        raise NotFound
    if on:
        _enforce(session, viewer, last.version, "charter.on")
    else:
        _enforce(session, viewer, 0, "charter.off")


def accept(session: Session, viewer: Viewer, number: int, locale: str) -> None:
    """Note that somebody accepts the version in force; doing it twice changes nothing.

    Raises Invalid when it is not the one in force: they have read another text.
    """
    if number != in_force(session):
        raise Invalid(version=_("The charter has just changed. Please read the new text."))
    known = session.get(CharterAcceptance, (viewer.id, number))
    if known is None:
        row = {"person_id": viewer.id, "version": number, "locale": locale, "at": clock.now()}
        session.execute(insert(CharterAcceptance).values(row))
    session.execute(update(Person).where(Person.id == viewer.id).values(charter_version=number))
    session.flush()


@dataclass(frozen=True)
class Accepted:
    """A line of the log of acceptances."""

    person_id: int
    name: str
    version: int
    locale: str
    at: datetime


def log(
    session: Session, before: tuple[datetime, int, int] | None, limit: int, person_id: int | None = None
) -> Sequence[Accepted]:
    """Give `limit + 1` acceptances, the newest first, those before a position; of one person if named."""
    model = CharterAcceptance
    place = (model.at, model.person_id, model.version)
    query = select(model.person_id, Person.display_name, model.version, model.locale, model.at)
    query = query.join(Person, Person.id == model.person_id)
    if before is not None:
        query = query.where(tuple_(*place) < tuple_(*before))
    if person_id is not None:
        query = query.where(model.person_id == person_id)
    rows = session.execute(query.order_by(*(column.desc() for column in place)).limit(limit + 1))
    return [Accepted(*row) for row in rows]


def counts(session: Session, number: int) -> tuple[int, int]:
    """Count the active people who have accepted a version, and all active people."""
    people: Any = (Person.status == "active", Person.kind != "service")
    every = select(func.count()).select_from(Person).where(*people)
    return (
        session.scalar(every.where(Person.charter_version >= number)) or 0,
        session.scalar(every) or 0,
    )
