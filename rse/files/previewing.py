"""What is shown of a link: read once from the page behind it, by the worker, kept for all who write it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import clock, company, db, jobs, outside
from rse.core.events import emit
from rse.core.web import settings
from rse.files.events import LinkFound, LinkRead
from rse.files.models import LinkPreview

log = structlog.get_logger()
SWITCH = "previews"  # of company.SWITCHES: off where nothing outside is asked
AGAIN = timedelta(days=30)
TYPES = ("text/html", "application/xhtml+xml")
MOST = 256 * 1024  # bytes of a page that are read: its head is in them
TITLE, DESCRIPTION, SITE = 200, 300, 80
HREF = re.compile(r'<a href="(https?://[^"]{1,2000})"')
SHOWN_ON: list[Any] = []
CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says of itself."""

    title: str
    description: str
    site: str


def first_link(html: str, base_url: str) -> str | None:
    """Give the first address outside in a rendered text; a link to our own pages is none."""
    ours = urlsplit(base_url).netloc.lower()
    for found in HREF.finditer(html):
        url = unescape(found[1])
        try:
            if urlsplit(url).netloc.lower() != ours:
                return url
        except ValueError:
            continue
    return None


def first(html: str) -> str | None:
    """Give the first address outside of ours in a rendered text."""
    return first_link(html, settings().base_url)


def shown_on(*tables: Any) -> None:
    """Say which tables show previews: they have `link_id` and `deleted_at`, and keep what they show."""
    SHOWN_ON.extend(table for table in tables if table not in SHOWN_ON)


def wanted(session: Session, html: str) -> int | None:
    """Give the preview of the first link in a text, to be read soon if it is new; None without one."""
    if SWITCH in company.switched_off(session):
        return None
    url = first(html)
    if url is None:
        return None
    key, now = sha256(url.encode()).hexdigest(), clock.now()
    row = session.scalar(select(LinkPreview).where(LinkPreview.key == key))
    if row is None:
        row = LinkPreview(key=key, url=url, title="", description="", site="", asked_at=now)
        session.add(row)
    elif now - row.asked_at < AGAIN:
        return row.id
    row.asked_at = now
    session.flush()
    emit(session, LinkFound(row.id))
    return row.id


def ask(_session: Session, events: Any) -> None:
    """Let the worker read what is behind new links: not here, where others wait."""
    for event in events:
        read_soon(event.preview_id)


@jobs.job
def read_soon(preview_id: int) -> None:
    """Read what is behind a link."""
    read(preview_id)


def read(preview_id: int) -> bool:
    """Read what is behind a link, outside of any transaction, and keep it; says whether it is something."""
    row = db.session().get(LinkPreview, preview_id)
    url = row.url if row is not None else ""
    off = SWITCH in company.switched_off(db.session())
    db.rollback()
    if not url or off:
        return False
    try:
        said = parsed(outside.fetch(url, types=TYPES, most=MOST))
    except outside.NotAsked as refusal:
        log.info("no link preview", reason=str(refusal))  # not where: that is what somebody wrote
        said = Said("", "", "")
    session = db.begin_write()
    row = session.get(LinkPreview, preview_id)
    if row is None:
        db.rollback()
        return False
    row.title, row.description, row.site = said.title, said.description, said.site
    session.flush()
    emit(session, LinkRead(preview_id))
    db.commit()
    return bool(said.title)


def parsed(answer: outside.Answer) -> Said:
    """Take what a page says of itself, as plain text."""
    declared = CHARSET.search(answer.content[:4096])
    charset = answer.charset or (declared[1].decode() if declared else "utf-8")
    try:
        text = answer.content.decode(charset, "replace")
    except LookupError:
        text = answer.content.decode("utf-8", "replace")
    head = _Head()
    head.feed(text)
    said = head.said
    host = (urlsplit(answer.url).hostname or "").removeprefix("www.")
    title = said.get("og:title") or said.get("title", "")
    description = said.get("og:description") or said.get("description", "")
    return Said(
        _short(title, TITLE), _short(description, DESCRIPTION), _short(said.get("og:site_name") or host, SITE)
    )


def _short(text: str, most: int) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


class _Head(HTMLParser):
    """Reads the title and the descriptions of a page, up to where its body begins."""

    NAMES = frozenset({"og:title", "og:description", "og:site_name", "description"})

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.in_title = self.over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a description; stop at the body."""
        if tag == "body":
            self.over = True
        if self.over:
            return
        self.in_title = tag == "title" and "title" not in self.said
        if tag == "meta":
            given = {name: value or "" for name, value in attrs}
            name = (given.get("property") or given.get("name") or "").lower()
            if name in self.NAMES and given.get("content", "").strip():
                self.said.setdefault(name, given["content"])

    def handle_endtag(self, tag: str) -> None:
        """End the title."""
        if tag == "title":
            self.in_title = False

    def handle_data(self, data: str) -> None:
        """Gather the title."""
        if self.in_title and not self.over:
            self.said["title"] = self.said.get("title", "") + data
