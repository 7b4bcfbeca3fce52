"""What is said of reports: kinds of things, reasons, decisions, states and places."""

from typing import Any

from rse.core.i18n import lazy

TARGETS: dict[str, Any] = {
    "post": lazy("A post"),
    "comment": lazy("A comment"),
    "message": lazy("A message"),
    "person": lazy("A profile"),
    "page": lazy("A page of a group"),
}
REASONS: dict[str, Any] = {
    "harassment": lazy("Harassment or threat"),
    "discrimination": lazy("Discrimination, sexism or hatred"),
    "insult": lazy("Insult or defamation"),
    "confidential": lazy("Confidential information"),
    "personal_data": lazy("Somebody’s private life or personal data"),
    "illegal": lazy("Something else against the law"),
    "spam": lazy("Advertising, or off the subject on purpose"),
    "other": lazy("Something else against the charter"),
}
DECISIONS: dict[str, tuple[Any, Any]] = {
    "keep": (lazy("Let it stand"), lazy("It stands. Those who reported it are told so.")),
    "warn": (lazy("Warn the author"), lazy("It stands, and its author is told what was wrong.")),
    "hide": (lazy("Hide it"), lazy("Nobody sees it any more; it can be put back.")),
    "remove": (lazy("Take it away"), lazy("It is taken away; only an appeal brings it back.")),
}
DONE: dict[str, Any] = {
    "keep": lazy("It stands"),
    "warn": lazy("Warning"),
    "hide": lazy("Hidden"),
    "remove": lazy("Taken away"),
}
STATES: dict[str, Any] = {
    "open": lazy("To be decided"),
    "appealed": lazy("Appeal to be judged"),
    "decided": lazy("Decided"),
    "closed": lazy("Decided after an appeal"),
}
PLACES: dict[str, Any] = {
    "company": lazy("for the whole company"),
    "open": lazy("in an open group"),
    "closed": lazy("in a closed group"),
    "secret": lazy("in a secret group"),
    "direct": lazy("in a conversation"),
    "profile": lazy("on a profile"),
}
