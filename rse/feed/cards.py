"""Cards of posts as HTML: rendered once per version and language, then filled in for who looks.

A cached card is a row of texts with slots between them. What depends on the viewer (their token, their
reactions, whether it is theirs) goes into the slots after the audience check; nothing of a viewer is cached.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import current_app
from markupsafe import Markup
from sqlalchemy.orm import Session

from rse.core import company, i18n, kinds
from rse.core.audience import Viewer
from rse.core.fragments import Cache, rendered
from rse.core.headers import csrf_token
from rse.core.i18n import lazy
from rse.core.model import encode_id
from rse.core.text import plain
from rse.feed import queries
from rse.feed.choosing import Reason
from rse.feed.timeline import Entry
from rse.files import showing
from rse.files.queries import attached, links

KEPT = 5000  # cards in memory: about 30 MB
_MARK = secrets.token_hex(6)  # so that no text that people write can be a slot
_SLOT = re.compile(f"\x02{_MARK}([a-z]+)\x03")

TRANSLATED = 1500  # characters that a link carries
PLACE = re.compile(r"\{(?:from|to|text)\}")

REACTIONS: dict[str, tuple[Any, str]] = {
    "thanks": (lazy("Thank you"), "heart-handshake"),
    "agree": (lazy("I agree"), "thumbs-up"),
    "insight": (lazy("I learned something"), "lightbulb"),
    "support": (lazy("I am with you"), "hand-helping"),
    "celebrate": (lazy("Well done"), "party-popper"),
}


NAMES = ("key", "csrf", "fold", "saved", "menu", "part", "why", *REACTIONS)
SLOTS = {name: rendered(f"\x02{_MARK}{name}\x03") for name in NAMES}  # marks, for the card's template


@dataclass(frozen=True, slots=True)
class Compiled:
    """A card: texts, the name of the slot after each but the last, and the two menus of those in charge."""

    texts: tuple[str, ...]
    slots: tuple[str, ...]
    author_menu: str
    moderator_menu: str

    def fill(self, values: Mapping[str, str]) -> str:
        """Put the viewer's values into the slots."""
        parts = [*self.texts, *self.slots]
        parts[::2] = self.texts
        parts[1::2] = [values[name] for name in self.slots]
        return "".join(parts)


cache = Cache(KEPT)


def key_of(entry: Entry, *more: str) -> tuple[Any, ...]:
    """Name all that a cached rendering of a post is made of; a change of any part makes another one."""
    return (entry.id, entry.version, entry.author_version, entry.group_version, *more)


def compiled(session: Session, entries: Sequence[Entry]) -> list[Compiled]:
    """Give the cards of a page; only those that are not kept are read and rendered."""
    translator = company.translator(session)
    language = (i18n.get_locale(), str(i18n.get_zone()), translator)
    keys = [key_of(entry, *language) for entry in entries]
    found = [cache.get(key) for key in keys]
    missing = [entry.id for entry, card in zip(entries, found, strict=True) if card is None]
    if not missing:
        return found
    bodies = queries.bodies(session, missing)
    files = attached(session, "post", [body.id for body in bodies.values() if body.files])
    shown = links(session, {body.link_id for body in bodies.values() if body.link_id})
    for at, (entry, card) in enumerate(zip(entries, found, strict=True)):
        if card is None:
            body = bodies[entry.id]
            beside = (
                _foreign(body, translator)
                + showing.attached(files.get(body.id, ()))
                + showing.preview(shown.get(body.link_id or 0))
            )
            found[at] = _compile(body, beside)
            cache.put(keys[at], found[at])
    return found


def _foreign(body: queries.Body, translator: str) -> Markup:
    """Say which language a post is in, if it is another: with a link to the company's translator."""
    to = i18n.get_locale()[:2]
    if body.language in {"", to}:
        return Markup("")
    words = f"{body.title or ''}\n{plain(body.html)}".strip()[:TRANSLATED]
    values = {"{from}": body.language, "{to}": to, "{text}": quote(words, safe="")}
    href = PLACE.sub(lambda match: values[match[0]], translator)
    template: Any = current_app.jinja_env.get_template("feed/_card.html").module
    return rendered(str(template.foreign(i18n.language_name(body.language), href)))


def _compile(body: queries.Body, beside: Markup) -> Compiled:
    """Render a card and cut it at its slots."""
    template: Any = current_app.jinja_env.get_template("feed/_card.html").module
    key, key_slot = encode_id(body.id), str(SLOTS["key"])
    shared = _actions(body.kind, tuple(body.reactions.items()), body.comment_count, i18n.get_locale())
    footer = rendered(shared.replace(key_slot, key))
    kind = kinds.of(body.kind)
    badge = kind.badge(body) if kind.badge else None
    part = SLOTS["part"] if kind.part or kind.whole else ""
    tags = [tag for tag in body.tags if f'"/tags/{tag}"' not in body.html]
    parts = _SLOT.split(template.card(body, SLOTS, footer, tags, badge, part, beside))
    author, moderator = (
        _menu(own, bool(body.edited_at), i18n.get_locale()).replace(key_slot, key) for own in (True, False)
    )
    return Compiled(tuple(parts[::2]), tuple(parts[1::2]), author, moderator)


@lru_cache(maxsize=2000)
def _actions(kind: str, counts: tuple[tuple[str, int], ...], comments: int, _locale: str) -> str:
    """Render what one can do with a post: many posts have the same counts."""
    template: Any = current_app.jinja_env.get_template("feed/_card.html").module
    asked = kinds.of(kind).answerable
    return str(template.actions(SLOTS["key"], asked, dict(counts), comments, SLOTS, REACTIONS))


@lru_cache(maxsize=8)
def _menu(author: bool, edited: bool, _locale: str) -> str:
    template: Any = current_app.jinja_env.get_template("feed/_card.html").module
    return str(template.menu(SLOTS["key"], author, edited))


def _parts(session: Session, viewer: Viewer, entries: Sequence[Entry], *, folded: bool) -> dict[int, str]:
    """Give what the kinds put into these cards: one call for each kind that is there and puts something."""
    by_kind: dict[str, list[int]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry.id)
    found: dict[int, str] = {}
    for name, ids in by_kind.items():
        kind = kinds.of(name)
        part = kind.part if folded or kind.whole is None else kind.whole
        if part is not None:
            found.update(part(session, viewer, ids))
    return found


def _why(label: str) -> Markup:
    template: Any = current_app.jinja_env.get_template("feed/_card.html").module
    return rendered(template.why(label))


def render(
    session: Session,
    viewer: Viewer,
    entries: Sequence[Entry],
    *,
    moderated: frozenset[int] = frozenset(),
    folded: bool = True,
    why: Mapping[int, Reason] | None = None,
) -> list[Markup]:
    """Give the cards of posts that the viewer may read, filled in for them: two queries, three when cold.

    `why` says of each post by what reason it is there, where a list does.
    """
    mine = queries.mine(session, viewer, [entry.id for entry in entries])
    usual = dict.fromkeys(REACTIONS, "false")
    usual |= {
        "csrf": csrf_token(),
        "fold": " data-fold" if folded else "",
        "saved": "false",
        "menu": "",
        "part": "",
        "why": "",
    }
    parts = _parts(session, viewer, entries, folded=folded)
    filled = []
    for entry, card in zip(entries, compiled(session, entries), strict=True):
        values = usual
        signs = mine.get(entry.id)
        own = entry.author_id == viewer.id
        part = parts.get(entry.id)
        if signs or own or part or why or entry.group_id in moderated:
            values = dict(usual, part=part or "", why=_why(why[entry.id].label) if why else "")
            for sign in signs or ():
                values[sign] = "true"
            if own:
                values["menu"] = card.author_menu
            elif entry.group_id in moderated:
                values["menu"] = card.moderator_menu
        filled.append(rendered(card.fill(values)))
    return filled
