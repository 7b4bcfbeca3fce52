"""From what somebody has sent about their preferences to what is kept, and back."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.groups import queries as groups
from rse.notifications import queries, service
from rse.notifications.delivering import kinds
from rse.notifications.schemas import NotificationWishes, Switch, WishesForm
from rse.notifications.wishes import CHANNELS, Wishes


def present(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Give what somebody hears: every kind, each of their groups, the hours."""
    wishes = queries.wishes_of(session, viewer.id)
    every = {n.kind: {c: _alone(wishes, n, c) for c in CHANNELS} for n in kinds().values()}
    mine = {
        group.slug: {c: wishes.groups.get(str(group.id), {}).get(c, True) for c in CHANNELS}
        for group in groups.mine(viewer)
    }
    quiet = {"opens": None, "closes": None, "days": [], **wishes.quiet}
    return {
        "frequency": wishes.frequency,
        "kinds": every,
        "groups": mine,
        "quiet": quiet,
        "push_text": wishes.push_text,
    }


def _alone(wishes: Wishes, notice: Any, channel: str) -> bool:
    usual: bool = True if channel == "app" else notice.mailed
    return wishes.kinds.get(notice.kind, {}).get(channel, usual)


def choose(session: Session, viewer: Viewer, sent: NotificationWishes) -> None:
    """Keep what was sent; what was left out stays. Raises Invalid for a kind or group not theirs."""
    wishes, known = queries.wishes_of(session, viewer.id), kinds()
    mine = {group.slug: str(group.id) for group in groups.mine(viewer)}
    if any(kind not in known for kind in sent.kinds or {}):
        raise Invalid(kinds=_("There is no such kind of notification."))
    if any(slug not in mine for slug in sent.groups or {}):
        raise Invalid(groups=_("You are in no group of that name."))
    if sent.frequency:
        wishes = replace(wishes, frequency=sent.frequency)
    if sent.kinds is not None:
        chosen = {kind: _over(wishes.kinds.get(kind), switch) for kind, switch in sent.kinds.items()}
        wishes = replace(wishes, kinds={**wishes.kinds, **chosen})
    if sent.groups is not None:
        chosen = {mine[slug]: _over(wishes.groups.get(mine[slug]), s) for slug, s in sent.groups.items()}
        wishes = replace(wishes, groups={**wishes.groups, **chosen})
    if sent.quiet is not None:
        said = {name: value for name, value in sent.quiet.model_dump().items() if value}
        wishes = replace(wishes, quiet=said)
    if sent.push_text is not None:
        wishes = replace(wishes, push_text=sent.push_text)
    _keep(session, viewer, wishes)


def _over(held: Any, sent: Switch) -> dict[str, bool]:
    """Give a switch as it was with what was sent over it: a program that knows no push leaves it."""
    return {**(held or {}), **sent.model_dump(exclude_none=True)}


def _keep(session: Session, viewer: Viewer, wishes: Wishes) -> None:
    place = queries.place_of(session, viewer.card.site if viewer.card else "", viewer.timezone)
    service.prefer(session, viewer.id, wishes)
    service.replan(session, viewer.id, kinds(), wishes, place)


def of_form(viewer: Viewer, form: WishesForm, *, push: bool) -> NotificationWishes:
    """Read the form of the page: what is not ticked is off; push stays as it is where the page has none."""
    every = {
        kind: {
            "app": kind in form.app,
            "mail": kind in form.mail,
            "push": kind in form.push if push else None,
        }
        for kind in kinds()
    }
    mine = {
        group.slug: {
            "app": group.slug in form.group_app,
            "mail": group.slug in form.group_mail,
            "push": group.slug in form.group_push if push else None,
        }
        for group in groups.mine(viewer)
    }
    quiet = {"opens": form.opens, "closes": form.closes, "days": [int(day) for day in form.days]}
    sent = {
        "frequency": form.frequency, "kinds": every, "groups": mine, "quiet": quiet,
        "push_text": form.push_text if push else None,
    }  # fmt: skip
    return NotificationWishes.model_validate(sent)


def switch_off(session: Session, person_id: int, kind: str) -> None:
    """End the mails of a kind for a person, or all of them; in the page they stay."""
    wishes = queries.wishes_of(session, person_id)
    if kind in kinds():
        off = {**wishes.kinds.get(kind, {}), "mail": False}
        wishes = replace(wishes, kinds={**wishes.kinds, kind: off})
    else:
        wishes = replace(wishes, frequency="never")
    service.prefer(session, person_id, wishes)
