"""What every template can use: assets, icons, texts, dates, the shell's navigation."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, g, request, url_for
from markupsafe import Markup
from werkzeug.routing import BaseConverter, ValidationError

from rse.core import db, headers, i18n, text
from rse.core.model import decode_id, encode_id
from rse.core.web import current_viewer, registry, settings, take_flashes

STATIC = Path(__file__).resolve().parents[2] / "static" / "dist"


class PublicIdConverter(BaseConverter):
    """`<pid:id>` in a path: the id as shown outside."""

    regex = "[0-9a-z]{1,13}"

    def to_python(self, value: str) -> int:
        """Read it; anything else is no such page."""
        try:
            return decode_id(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: Any) -> str:
        """Write it."""
        return value if isinstance(value, str) else encode_id(value)


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    path = STATIC / "manifest.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def asset(name: str) -> str:
    """Give the address of a built file; its name holds its hash, so browsers keep it for ever."""
    return "/static/dist/" + _manifest().get(name, name)


@lru_cache(maxsize=512)
def icon(name: str, css: str = "") -> Markup:
    """Give an icon of the sprite, hidden from screen readers: the words beside it say the same."""
    return Markup(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
    ).format(
        css,
        asset("icons.svg"),
        name,
    )


def iso(moment: Any) -> str:
    """Write a time for `<time datetime>`."""
    return str(moment.isoformat()).replace("+00:00", "Z")


def shell() -> dict[str, Any]:
    """Give what the layout shows around every page."""
    who = current_viewer()
    base: dict[str, Any] = {
        "csrf_token": headers.csrf_token(),
        "locale": i18n.get_locale(),
        "theme": request.cookies.get("theme", "auto"),
        "company": settings().company,
        "contact": settings().contact,
        "viewer": who.card if who else None,
        "flashes": take_flashes() if who else [],
        "navigation": [],
        "footer_links": [(item.label, url_for(item.endpoint)) for item in _items("foot")],
    }
    if who is not None:
        base["navigation"] = [
            {
                "key": i.key,
                "label": i.label,
                "href": url_for(i.endpoint),
                "icon": i.icon,
                "place": i.place,
                "count": i.count(db.session(), who) if i.count else 0,
            }
            for i in (*_items("main"), *_items("admin"), *_items("me"))
            if i.shown(who)
        ]
        for give in registry().all("frame"):
            base |= give(db.session(), who)
    return base


def _items(place: str) -> list[Any]:
    return sorted((i for i in registry().all("nav") if i.place == place), key=lambda i: i.order)


def panels(place: str, subject: Any = None) -> list[Markup]:
    """Render what other features show at a place of this page."""
    who = current_viewer()
    rendered = (p.render(db.session(), who, subject) for p in registry().panels(place))
    return [Markup(html) for html in rendered if html]  # noqa: S704 - made by our own templates


def init(app: Flask) -> None:
    """Register all of it with Jinja and the router."""
    app.url_map.converters["pid"] = PublicIdConverter
    env = app.jinja_env
    env.add_extension("jinja2.ext.do")
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        asset=asset,
        icon=icon,
        panels=panels,
        _=i18n._,
        gettext=i18n._,
        ngettext=i18n.ngettext,
        pid=encode_id,
        enumeration=i18n.enumeration,
        language_name=i18n.language_name,
    )
    env.filters.update(
        datetime=i18n.format_datetime,
        date=i18n.format_date,
        number=i18n.number,
        iso=iso,
        excerpt=text.excerpt,
    )

    @app.context_processor
    def _shell() -> dict[str, Any]:
        if "shell" not in g:
            g.shell = shell()
        values: dict[str, Any] = g.shell
        return values
