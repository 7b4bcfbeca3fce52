"""Cards of posts as HTML: rendered once per version and language, then filled in for who looks.

A cached card is a row of texts with slots between them. What depends on the viewer (their token, their
reactions, whether it is theirs) goes into the slots after the audience check; nothing of a viewer is cached.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy.orm import Session

from rse.core import i18n
from rse.core.audience import Viewer
from rse.core.fragments import Cache, rendered
from rse.core.headers import csrf_token
from rse.core.i18n import lazy
from rse.feed import queries
from rse.feed.timeline import Entry

KEPT = 5000  # cards in memory: about 30 MB
_MARK = secrets.token_hex(6)  # so that no text that people write can be a slot
_SLOT = re.compile(f"\x02{_MARK}([a-z:_]+)\x03")

REACTIONS: dict[str, tuple[Any, str]] = {
    "thanks": (lazy("Thank you"), "heart-handshake"),
    "agree": (lazy("I agree"), "thumbs-up"),
    "insight": (lazy("I learned something"), "lightbulb"),
    "support": (lazy("I am with you"), "hand-helping"),
    "celebrate": (lazy("Well done"), "party-popper"),
}


def slot(name: str) -> Markup:
    """Give the mark of a slot, for the card's template."""
    return Markup("\x02{}{}\x03").format(_MARK, name)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A card: texts, the name of the slot after each but the last, and the two menus of those in charge."""

    texts: tuple[str, ...]
    slots: tuple[str, ...]
    author_menu: str
    moderator_menu: str

    def fill(self, values: Mapping[str, str]) -> str:
        """Put the viewer's values into the slots."""
        parts: list[str] = []
        for text, name in zip(self.texts, self.slots, strict=False):
            parts += (text, values[name])
        parts.append(self.texts[-1])
        return "".join(parts)


cache = Cache(KEPT)


def key_of(entry: Entry, *more: str) -> tuple[Any, ...]:
    """Name all that a cached rendering of a post is made of; a change of any part makes another one."""
    return (entry.id, entry.version, entry.author_version, entry.group_version, *more)


def compiled(session: Session, entries: Sequence[Entry]) -> list[Compiled]:
    """Give the cards of a page; only those that are not kept are read and rendered."""
    language = (i18n.get_locale(), str(i18n.get_zone()))
    keys = [key_of(entry, *language) for entry in entries]
    found = [cache.get(key) for key in keys]
    missing = [entry.id for entry, card in zip(entries, found, strict=True) if card is None]
    if not missing:
        return found
    bodies = queries.bodies(session, missing)
    for at, (entry, card) in enumerate(zip(entries, found, strict=True)):
        if card is None:
            found[at] = _compile(bodies[entry.id])
            cache.put(keys[at], found[at])
    return found


def _compile(body: queries.Body) -> Compiled:
    """Render a card and cut it at its slots."""
    env = current_app.jinja_env
    html = env.get_template("feed/_card.html").render(
        post=body,
        slot=slot,
        reactions=REACTIONS,
        tags=[t for t in body.tags if f'"/tags/{t}"' not in body.html],
    )
    parts = _SLOT.split(html)
    menu = env.get_template("feed/_menu.html")
    author, moderator = (menu.render(post=body, author=own) for own in (True, False))
    return Compiled(tuple(parts[::2]), tuple(parts[1::2]), author, moderator)


def render(
    session: Session,
    viewer: Viewer,
    entries: Sequence[Entry],
    *,
    moderated: frozenset[int] = frozenset(),
    folded: bool = True,
) -> list[Markup]:
    """Give the cards of posts that the viewer may read, filled in for them: two queries, three when cold."""
    mine = queries.mine(session, viewer, [entry.id for entry in entries])
    usual = {f"r:{name}": "false" for name in REACTIONS}
    usual |= {"csrf": csrf_token(), "fold": " data-fold" if folded else "", "saved": "false", "menu": ""}
    filled = []
    for entry, card in zip(entries, compiled(session, entries), strict=True):
        values = usual
        signs = mine.get(entry.id)
        own = entry.author_id == viewer.id
        if signs or own or entry.group_id in moderated:
            values = dict(usual)
            for sign in signs or ():
                values["saved" if sign == queries.SAVED else f"r:{sign}"] = "true"
            if own:
                values["menu"] = card.author_menu
            elif entry.group_id in moderated:
                values["menu"] = card.moderator_menu
        filled.append(rendered(card.fill(values)))
    return filled
