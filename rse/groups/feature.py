"""What the groups feature declares."""

from rse.core.feature import Feature, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.groups import api, exports, live, queries, search, views
from rse.groups.events import MemberJoined, MemberLeft

SHOWN = 8

feature = Feature(
    name="groups",
    blueprints=(views.blueprint, api.blueprint),
    tokens=queries.tokens,
    frame=(lambda session, viewer: {"my_groups": queries.my_groups(session, viewer, SHOWN)},),
    nav=(NavItem("groups", lazy("Groups"), "groups.index", "users-round", 30),),
    index=(search.source,),
    exports=(exports.export,),
    subscribers=(Subscriber("groups.rooms", (MemberJoined, MemberLeft), live.follow, "live"),),
)
