"""Groups named by `@slug` in a text: which ones a writer may mean, who is told, what is suggested.

A mention tells those who look after a group, and nobody else in it. A group that the writer cannot know stays
plain text, so that nothing tells that it exists.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import unescape

from sqlalchemy import case, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.names import fold
from rse.core import text
from rse.core.audience import EVERYONE, Viewer, group_token
from rse.core.i18n import _, enumeration, ngettext
from rse.core.model import decode_id, encode_id
from rse.groups import policy, queries
from rse.groups.models import Group, Membership
from rse.groups.tokens import colour_of
from rse.people.listing import Also

ADDRESS = text.GROUPS  # by id: the slug of a group may change
LINK = re.compile(r'<a href="' + ADDRESS + r'([^"]+)" class="mention group"[^>]*>@([^<]*)</a>')
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """A group whose slug stands in a text."""

    id: int
    slug: str
    name: str
    audience: str

    @property
    def link(self) -> tuple[str, str]:
        """Give the address and the words of the link, as `core.text.render` wants them."""
        return f"{ADDRESS}{encode_id(self.id)}", self.name


def named(session: Session, viewer: Viewer, slugs: Collection[str]) -> list[Meant]:
    """Give the living groups with these slugs that the viewer knows by right; no query for no slug."""
    if not slugs:
        return []
    query = select(Group.id, Group.slug, Group.name, Group.audience).where(
        Group.slug.in_(slugs), Group.archived_at.is_(None), queries.by_right(viewer)
    )
    return [Meant(*row) for row in session.execute(query.order_by(Group.id))]


def unfit(session: Session, audience: str, groups: Sequence[Meant]) -> str:
    """Say kindly why groups cannot be mentioned before these readers; "" where they can."""
    unknown = [group.name for group in groups if group.audience not in {EVERYONE, audience}]
    if unknown:
        return secret(unknown)
    deaf = [group.name for group in groups if not _heard(session, audience, group)]
    if deaf:
        return ngettext(
            "Nobody who looks after “%(names)s” will see what is published here: "
            "choose another audience, or take the name out.",
            "Nobody who looks after %(names)s will see what is published here: "
            "choose another audience, or take the names out.",
            len(deaf),
            names=enumeration(deaf),
        )
    return ""


def secret(names: list[str]) -> str:
    """Say that not all who read may know of these groups."""
    return ngettext(
        "Some of those who read this cannot know “%(names)s”, which is secret: take the name out.",
        "Some of those who read this cannot know %(names)s, which are secret: take the names out.",
        len(names),
        names=enumeration(names),
    )


def _heard(session: Session, audience: str, group: Meant) -> bool:
    """Tell whether one of a group's staff reads what has this audience; true for a group without staff."""
    if audience in {EVERYONE, group_token(group.id)}:
        return True
    staff = staff_of(session, group.id)
    reader = (Membership.person_id.in_(staff), Membership.state == "active")
    number = int(audience.removeprefix("group:")) if audience.startswith("group:") else 0
    here = select(Membership.person_id).where(Membership.group_id == number, *reader)
    return not staff or session.scalar(here.limit(1)) is not None


def staff_of(session: Session, group_id: int, roles: Collection[str] = policy.STAFF) -> list[int]:
    """Give those who look after a group: its owners and moderators, or some of these."""
    query = select(Membership.person_id).where(
        Membership.group_id == group_id,
        Membership.state == "active",
        Membership.role.in_(sorted(roles)),
    )
    return list(session.scalars(query))


def in_html(html: str) -> dict[int, str]:
    """Give {id: name} of the groups that a stored text links to, in its order."""
    if ADDRESS not in html:
        return {}
    return {decode_id(match[1]): unescape(match[2]) for match in LINK.finditer(html)}


def unnamed(html: str) -> str:
    """Give a stored text without the names of the groups that it links to: for readers outside of them."""
    return LINK.sub("@…", html)


def hidden_from(session: Session, audience: str, htmls: Collection[str]) -> list[str]:
    """Give the names in stored texts that readers of this audience must not see: those of secret groups."""
    ids = {group_id for html in htmls for group_id in in_html(html)}
    if not ids:
        return []
    query = select(Group.name).where(Group.id.in_(ids), Group.audience.not_in([EVERYONE, audience]))
    return list(session.scalars(query.order_by(Group.name)))


def offered(session: Session, viewer: Viewer, q: str, slug: str = "") -> list[Also]:
    """Give up to three groups that the viewer may mean by `@q` in a group (its slug), or in the company."""
    stem = fold(q)
    here = session.scalars(select(Group).where(Group.slug == slug, queries.visible(viewer))).first()
    known = Group.audience == EVERYONE
    if here is not None:
        known = or_(known, Group.id == here.id)
    if here is not None and here.posts_audience != EVERYONE:
        staff, reader = aliased(Membership), aliased(Membership)
        both = (staff.group_id == Group.id, reader.group_id == here.id, reader.state == "active")
        heard = exists().where(
            *both, reader.person_id == staff.person_id, staff.state == "active",
            staff.role.in_(sorted(policy.STAFF)),
        )  # fmt: skip
        known = or_(Group.id == here.id, known & heard)
    begins = or_(Group.folded.startswith(stem, autoescape=True), Group.slug.startswith(stem, autoescape=True))
    fits = or_(begins, Group.folded.contains(f" {stem}", autoescape=True)) if stem else false()
    query = select(Group).where(Group.archived_at.is_(None), queries.by_right(viewer), known, fits)
    query = query.order_by(case((begins, 0), else_=1), Group.member_count.desc(), Group.id).limit(OFFERED)
    return [_also(group) for group in session.scalars(query)]


def _also(group: Group) -> Also:
    note = _("Group: those who look after it are told")
    return Also(group.slug, group.name, note, colour_of(group.id, group.shade))
