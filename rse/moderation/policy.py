"""Who judges what: nobody a report about or made by themselves, nor an appeal against themselves."""

from collections.abc import Collection

from rse.core.audience import Viewer
from rse.moderation.models import Report

TARGETS = ("post", "comment", "message", "person", "page")
OUTCOMES = ("keep", "hide", "remove", "warn")
OUT_OF_SIGHT = ("hide", "remove")
WAITING = ("open", "appealed")
LADDER = ("moderator", "community_manager", "admin")  # who judges; see judges


def outcomes(target_type: str) -> tuple[str, ...]:
    """Give what can be decided about a kind of thing: a person is not hidden."""
    return tuple(o for o in OUTCOMES if target_type != "person" or o != "hide")


def may_judge(viewer: Viewer, report: Report, reporters: Collection[int]) -> bool:
    """Let those judge whom it is given to and who have no part in it; an appeal goes to another one."""
    apart = viewer.id != report.author_id and viewer.id not in reporters
    other = report.state != "appealed" or report.decided_by != viewer.id
    return viewer.holds(report.audience) and apart and other and report.state in WAITING


def may_appeal(viewer: Viewer, report: Report) -> bool:
    """Let the author appeal once against a decision that was not in their favour."""
    return viewer.id == report.author_id and report.state == "decided" and report.decision != "keep"
