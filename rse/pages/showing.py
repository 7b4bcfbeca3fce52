"""A page as HTML for who looks: its links lead to the pages that stand, or to where one may write them."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import quote

from markupsafe import escape
from sqlalchemy.orm import Session

from rse.core import text
from rse.core.i18n import _
from rse.groups.models import Group
from rse.pages import queries

LINK = re.compile(r'<a href="' + text.PAGE + r'([a-z0-9-]+)"([^>]*)>')
HEADING = re.compile(r"(</?)h([34])>")
TITLE = re.compile(r' title="([^"]*)"')


def shown(session: Session, group: Group, html: str, *, may_write: bool) -> str:
    """Lead the links of a stored text; one query where there are any."""
    html = HEADING.sub(
        lambda match: f"{match[1]}h{int(match[2]) - 1}>", html
    )  # right below the title of the page
    keys = {match[1] for match in LINK.finditer(html)}
    there = queries.standing(session, group.id, keys)
    return LINK.sub(lambda match: _link(match, there, group.slug, may_write=may_write), html)


def _link(match: re.Match[str], there: Mapping[str, str], group: str, *, may_write: bool) -> str:
    base = f"/groups/{group}/pages/"
    if match[1] in there:
        return f'<a class="page" href="{base}{there[match[1]]}">'
    title = TITLE.search(match[2])
    wanted = unescape(title[1]) if title else match[1]
    if not may_write:
        words = escape(_("Not written yet"))
        return f'<a class="page missing" title="{words}">'
    words = escape(_("Not written yet: write it"))
    return f'<a class="page missing" title="{words}" href="{base}new?title={quote(wanted)}">'
