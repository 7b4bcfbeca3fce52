"""Events and states of webhooks in plain words."""

from typing import Any

from rse.core.i18n import lazy

EVENTS: dict[str, Any] = {
    "post.published": lazy("A post is published"),
    "post.deleted": lazy("A post is deleted"),
    "comment.added": lazy("Somebody comments"),
    "answer.accepted": lazy("An answer is chosen"),
    "member.joined": lazy("Somebody enters a group"),
    "member.left": lazy("Somebody leaves a group"),
    "ping": lazy("Trial"),
}
PROBLEMS: dict[str, Any] = {
    "answer": lazy("the other side refuses it"),
    "silent": lazy("no answer"),
    "name": lazy("this name is not known"),
    "address": lazy("not a public address"),
    "gone": lazy("the other side wants no more of it"),
    "secret": lazy("its secret cannot be opened any more: make it anew"),
}
STATES: dict[str, tuple[Any, str]] = {
    "waiting": (lazy("Waiting"), "warm"),
    "sent": (lazy("Sent"), "ok"),
    "failed": (lazy("Not delivered"), "danger"),
    "dropped": (lazy("Nothing to send any more"), ""),
}
