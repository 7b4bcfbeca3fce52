"""What the groups feature declares."""

from rse.core.feature import Feature, Subscriber
from rse.groups import live, queries
from rse.groups.events import MemberJoined, MemberLeft

feature = Feature(
    name="groups",
    tokens=queries.tokens,
    subscribers=(Subscriber("groups.rooms", (MemberJoined, MemberLeft), live.follow, "live"),),
)
