"""The only list of features, in the order of their layers, lowest first."""

FEATURES = (
    "accounts",
    "people",
    "groups",
    "provisioning",
    "feed",
    "chat",
    "questions",
    "ideas",
    "polls",
    "recognition",
    "announcements",
    "gatherings",
    "sharing",
    "drafts",
    "search",
    "moderation",
    "notifications",
    "indicators",
    "administration",
    "demo",
)
