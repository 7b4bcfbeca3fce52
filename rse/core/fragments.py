"""Parts of pages that are the same again and again: rendered once, kept by all that they depend on."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

KEPT = 2000  # parts of the frame: about 20 MB


class Cache:
    """The most recently used values, in memory, at most so many."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: OrderedDict[Any, Any] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Any) -> Any:
        """Give what is kept, or None."""
        found = self.kept.get(key)
        if found is not None:
            with suppress(KeyError):  # forgotten by another thread meanwhile
                self.kept.move_to_end(key)
        return found

    def put(self, key: Any, value: Any) -> None:
        """Keep a value, and forget the one that was not used for longest."""
        with self.lock:
            self.kept[key] = value
            while len(self.kept) > self.size:
                self.kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.kept.clear()


_frame = Cache(KEPT)


def rendered(html: str) -> Markup:
    """Mark what our own templates have made, and escaped, as HTML."""
    return Markup(html)  # noqa: S704 - templates escape; nothing else may be given to this


def frozen(value: Any) -> Any:
    """Give a value in a form that can be part of a key. Raises TypeError for what cannot."""
    if isinstance(value, Mapping):
        return tuple((name, frozen(part)) for name, part in value.items())
    if isinstance(value, list):
        return tuple(frozen(part) for part in value)
    hash(value)
    return value


_keys = Cache(KEPT)
_next = count(1)


def key_of(values: Mapping[str, Any], *more: Any) -> int | None:
    """Give a number for the values that the frame of a page is made of; None when they cannot be a key.

    Equal values have the same number while they are in use; a page's parts compare it, not the values.
    """
    try:
        key = (frozen(values), *more)
    except TypeError:
        return None
    known: int | None = _keys.get(key)
    if known is None:
        known = next(_next)
        _keys.put(key, known)
    return known


@pass_context
def kept(context: Context, template: str, **more: str) -> Markup:
    """Include a part of the frame.

    It may use what `shell` gives, page_key, search_text, the path, and the few values given by name.
    """
    path = context["request"].path
    named = {item["href"] for item in context["navigation"]}
    key = (
        template,
        context.get("frame_key"),
        context.get("page_key"),
        context.get("search_text"),
        path if path in named or path.startswith("/groups/") else "",
        *more.values(),
    )
    html = None if key[1] is None else _frame.get(key)
    if html is None:
        part = context.environment.get_template(template)
        html = rendered(part.render(context.get_all(), **more))
        if key[1] is not None:
            _frame.put(key, html)
    return html
