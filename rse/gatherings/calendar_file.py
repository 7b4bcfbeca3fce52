"""An event as a calendar file (RFC 5545), written by the icalendar library."""

from urllib.parse import urlsplit

from icalendar import Calendar, Event

from rse.core import text
from rse.core.model import encode_id
from rse.feed.models import Post
from rse.gatherings.models import Gathering


def write(post: Post, gathering: Gathering, base_url: str) -> bytes:
    """Give the file of one event, in UTC; its address in the network is in it."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//rse//EN")
    calendar.add("version", "2.0")
    key = encode_id(post.id)
    words = text.plain(post.body_html)
    event.add("uid", f"{key}@{urlsplit(base_url).hostname or 'rse'}")
    event.add("dtstamp", post.edited_at or post.at)
    event.add("dtstart", gathering.starts_at)
    event.add("dtend", gathering.ends_at)
    event.add("summary", post.title or text.excerpt(words, 80))
    event.add("description", f"{words}\n{gathering.link}".strip())
    if gathering.place or gathering.link:
        event.add("location", gathering.place or gathering.link)
    event.add("url", f"{base_url.rstrip('/')}/posts/{key}")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
