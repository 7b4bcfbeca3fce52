"""How often one person may call what declares no limit of its own; rates count by endpoint and person."""

READING, WRITING = "1200/minute", "300/minute"


def usual(method: str) -> str:
    """Give the limit of a call of the API, or of a form (`POST`), that declares none."""
    return READING if method == "GET" else WRITING
