"""What every template can use: assets, icons, texts, dates, the shell's navigation."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.routing import BaseConverter, ValidationError

from rse.core import company, db, fragments, headers, i18n, text
from rse.core.model import decode_id, encode_id
from rse.core.web import current_viewer, registry, settings, take_flashes

KEPT = 500  # forms of the navigation: by role, language and counts
STATIC = Path(__file__).resolve().parents[2] / "static" / "dist"
SYMBOL = re.compile(r'<symbol id="i-([^"]+)"')


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


@lru_cache(maxsize=1)
def near() -> frozenset[str]:
    """Give the icons that stand in every page: those of its frame and of the feed."""
    path = STATIC / _manifest().get("near.svg", "near.svg")
    return frozenset(SYMBOL.findall(path.read_text())) if path.exists() else frozenset()


@lru_cache(maxsize=1)
def sprite() -> Markup:
    """Give the drawings of those icons, for the top of a page.

    A `<use>` of the outer sprite costs a request, a second document and a look-up for each icon before the
    first paint; one of the page itself costs none of it.
    """
    path = STATIC / _manifest().get("near.svg", "near.svg")
    return fragments.rendered(path.read_text() if path.exists() else "")


@lru_cache(maxsize=512)
def icon(name: str, css: str = "") -> Markup:
    """Give an icon, hidden from screen readers: the words beside it say the same."""
    place = f"#i-{name}" if name in near() else f"{asset('icons.svg')}#{name}"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>').format(
        f"icon {css}".strip(), place
    )


def iso(moment: Any) -> str:
    """Write a time for `<time datetime>`."""
    return str(moment.isoformat()).replace("+00:00", "Z")


def shell() -> dict[str, Any]:
    """Give what the layout shows around every page; `frame_key` names all of it, for parts that are kept."""
    who, off = current_viewer(), company.switched_off(db.session())
    base: dict[str, Any] = {
        "csrf_token": headers.csrf_token(),
        "locale": i18n.get_locale(),
        "theme": request.cookies.get("theme", "auto"),
        "company": company.get(db.session(), "name") or settings().company,
        "brand": brand(),
        "offered_languages": company.languages(db.session()),
        "features_off": tuple(sorted(off)),
        **contacts(),
        "viewer": who.card if who else None,
    }
    shown: tuple[tuple[int, int], ...] = ()
    if who is not None:
        items = enumerate(_items("main", "admin", "me"))
        shown = tuple(
            (at, item.count(db.session(), who) if item.count else 0)
            for at, (item, _href) in items
            if item.shown(who) and item.endpoint.split(".")[0] not in off
        )
        for give in registry().all("frame"):
            base |= give(db.session(), who)
    base["frame_key"] = fragments.key_of(base, shown)
    base["navigation"], base["footer_links"] = _labelled(base["locale"], shown, off)
    base["flashes"] = take_flashes() if who else []
    return base


def contacts() -> dict[str, Any]:
    """Give who answers people, as the company has named them, else as the environment says."""
    kept: dict[str, str] = company.get(db.session(), "contacts") or {"contact": settings().contact}
    named = (kept.get("contact", ""), kept.get("contact_email", ""))
    return {"contact": ", ".join(filter(None, named)), "contacts": kept}


def brand() -> dict[str, str]:
    """Give the addresses of the company's style sheet and logo; empty for ours."""
    kept = company.everything(db.session())
    colour, logo = kept.get("colour"), kept.get("logo")
    version = "".join((colour or {}).values()).replace("#", "")
    return {
        "css": f"/brand.css?v={version}" if colour else "",
        "logo": f"/brand/logo/{logo}" if logo else "",
    }


def _labelled(
    locale: str, shown: tuple[tuple[int, int], ...], off: frozenset[str]
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Give the destinations that are shown, each with its count, and the footer's, in a language."""
    known: fragments.Cache = current_app.extensions.setdefault("rse_labelled", fragments.Cache(KEPT))
    found: tuple[list[dict[str, Any]], list[Any]] | None = known.get((locale, shown, off))
    if found is None:
        items = _items("main", "admin", "me")
        picked = [
            {
                "key": items[at][0].key,
                "label": str(items[at][0].label),
                "href": items[at][1],
                "icon": items[at][0].icon,
                "place": items[at][0].place,
                "count": count,
            }
            for at, count in shown
        ]
        foot = [i for i in _items("foot") if i[0].endpoint.split(".")[0] not in off]
        found = (picked, [(str(item.label), href) for item, href in foot])
        known.put((locale, shown, off), found)
    return found


def _items(*places: str) -> list[tuple[Any, str]]:
    """Give the destinations of places with their addresses, which stay while the process lives."""
    known: dict[Any, list[tuple[Any, str]]] = current_app.extensions.setdefault("rse_navigation", {})
    if places not in known:
        items = [i for i in registry().all("nav") if i.place in places]
        items.sort(key=lambda i: (places.index(i.place), i.order))
        known[places] = [(item, url_for(item.endpoint)) for item in items]
    return known[places]


def destinations(place: str) -> list[tuple[str, str, str]]:
    """Give (key, label, address) of the destinations of a place that the viewer is shown."""
    who = current_viewer()
    return [(i.key, str(i.label), href) for i, href in _items(place) if who is not None and i.shown(who)]


def panels(place: str, subject: Any = None) -> list[Markup]:
    """Render what other features show at a place of this page."""
    who = current_viewer()
    made = (p.render(db.session(), who, subject) for p in registry().panels(place))
    return [fragments.rendered(html) for html in made if html]


def init(app: Flask) -> None:
    """Register all of it with Jinja and the router."""
    app.url_map.converters["pid"] = PublicIdConverter
    env = app.jinja_env
    env.add_extension("jinja2.ext.do")
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        asset=asset,
        icon=icon,
        sprite=sprite,
        panels=panels,
        destinations=destinations,
        kept=fragments.kept,
        _=i18n._,
        gettext=i18n._,
        ngettext=i18n.ngettext,
        pid=encode_id,
        enumeration=i18n.enumeration,
        language_name=i18n.language_name,
        zone=i18n.get_zone,
    )
    env.filters.update(
        datetime=i18n.format_datetime,
        date=i18n.format_date,
        time=i18n.format_time,
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
