"""Stages and their tones, in words."""

from rse.core.i18n import lazy

STAGES = {
    "open": lazy("Proposed"),
    "under_review": lazy("Under review"),
    "planned": lazy("Planned"),
    "in_progress": lazy("In progress"),
    "done": lazy("Carried out"),
    "declined": lazy("Declined"),
}
TONES = {
    "planned": "accent",
    "in_progress": "accent",
    "done": "answered",
    "declined": "",
    "under_review": "warm",
}
