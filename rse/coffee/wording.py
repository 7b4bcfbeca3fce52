"""What the random coffee says to begin with."""

from rse.coffee.queries import Meeting
from rse.core.i18n import _, lazy

OPENINGS = (
    lazy("What are you working on this week that nobody outside of your team sees?"),
    lazy("What would you show of your site to somebody who comes for a day?"),
    lazy("Which tool or habit would you not give back?"),
    lazy("What did you do before this job?"),
    lazy("What would you change first, if it were yours to decide?"),
    lazy("Whom here should one have met, and why?"),
)


def opening(meeting: Meeting) -> str:
    """Give a first sentence: of what they share, or a question that anybody can answer."""
    if meeting.topic == "group":
        return _("You have the group %(group)s in common: what brought you there?", group=meeting.shared)
    if meeting.topic == "skill":
        return _("You have %(skill)s in common: what did you learn last?", skill=meeting.shared)
    return str(OPENINGS[(meeting.id >> 8) % len(OPENINGS)])
