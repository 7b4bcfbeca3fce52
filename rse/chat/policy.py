"""Who may write what: predicates over the viewer and their place in the conversation."""

from dataclasses import dataclass
from typing import Self

from rse.chat.models import Conversation, Participation
from rse.core.audience import Viewer
from rse.groups import policy as groups
from rse.groups.models import Group, Membership

MAX_PEOPLE = 100  # in a direct conversation; more people make a group
SHARE_READS = 30  # beyond, "who has read" would be a flood of events, and nobody's business


@dataclass(frozen=True)
class Place:
    """A conversation as one viewer stands in it; who may not read it has none."""

    conversation: Conversation
    since_era: int
    read_seq: int
    muted: bool
    takes_part: bool  # has a participation that stands
    group: Group | None = None
    membership: Membership | None = None
    mine: Participation | None = None

    @classmethod
    def of(
        cls,
        conversation: Conversation,
        mine: Participation | None,
        group: Group | None,
        membership: Membership | None,
    ) -> Self:
        """Give the place of somebody for whom it exists, by their part in it and their tie to its group."""
        if mine is None:
            return cls(conversation, 1, 0, False, False, group, membership)
        return cls(conversation, mine.since_era, mine.read_seq, mine.muted, True, group, membership, mine)

    @property
    def direct(self) -> bool:
        """Tell whether its people were chosen one by one."""
        return self.group is None


def may_send(viewer: Viewer, place: Place) -> bool:
    """Participants write; in a group's discussion those who may publish in the group."""
    if place.group is None:
        return place.takes_part
    return groups.may_publish(viewer, place.group, place.membership)


def may_edit(viewer: Viewer, place: Place, author_id: int) -> bool:
    """Let authors change their own words, where they may still write."""
    return viewer.id == author_id and may_send(viewer, place)


def may_delete(viewer: Viewer, place: Place, author_id: int) -> bool:
    """Let authors take back their own words; a group's owners and moderators also those of others."""
    return viewer.id == author_id or groups.may_manage(place.membership)


def may_invite(place: Place) -> bool:
    """Anyone in a direct conversation brings others in; a group has its own ways."""
    return place.direct and place.takes_part


def may_remove(viewer: Viewer, place: Place, person_id: int) -> bool:
    """People leave a direct conversation by themselves; who began it may also take others out."""
    if not place.direct or not place.takes_part:
        return False
    return viewer.id in {person_id, place.conversation.created_by}
