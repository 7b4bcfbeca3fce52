"""Files as parts of pages: pictures in a grid, everything else in rows."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from rse.core.fragments import rendered
from rse.core.i18n import _, number
from rse.core.web import settings
from rse.files.queries import Link, Shown
from rse.files.recognising import ACCEPT, FAMILIES
from rse.files.service import MAX_ALT, MOST

KB, MB = 1000, 1_000_000


def size_text(size: int) -> str:
    """Write a size in bytes for people: kB below one MB."""
    if size < MB:
        return _("%(n)s kB", n=number(max(1, round(size / KB))))
    return _("%(n)s MB", n=number(size / MB, 1))


def attached(files: Sequence[Shown]) -> Markup:
    """Give the files of a post, a comment or a message as HTML; nothing for none."""
    if not files:
        return Markup("")
    template: Any = current_app.jinja_env.get_template("files/_attached.html").module
    pictures = [file for file in files if file.is_picture]
    return rendered(str(template.attached(pictures, [file for file in files if not file.is_picture])))


def preview(link: Link | None) -> Markup:
    """Give what is shown of a link as HTML; nothing for none."""
    if link is None:
        return Markup("")
    template: Any = current_app.jinja_env.get_template("files/_preview.html").module
    return rendered(str(template.preview(link)))


def _icon(family: str) -> str:
    return FAMILIES[family][1]


def limits() -> dict[str, Any]:
    """Give what the field that chooses files says of them."""
    most_mb = int(settings().files_max_mb)
    return {"accept": ACCEPT, "most": MOST, "most_mb": most_mb, "max_alt": MAX_ALT}


def init(app: Flask) -> None:
    """Register what templates ask for."""
    app.jinja_env.filters["filesize"] = size_text
    app.jinja_env.globals.update(
        attached_files=attached, link_preview=preview, file_icon=_icon, file_limits=limits
    )
