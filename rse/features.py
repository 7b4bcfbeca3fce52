"""The only list of features, in the order of their layers, lowest first."""

FEATURES = (
    "accounts",
    "people",
    "groups",
    "provisioning",
    "files",
    "feed",
    "chat",
    "questions",
    "ideas",
    "polls",
    "recognition",
    "announcements",
    "gatherings",
    "search",
    "moderation",
    "notifications",
    "indicators",
    "administration",
    "demo",
)
