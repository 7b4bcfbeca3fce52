"""What a group of each kind begins with, as written under `texts/`: in the language of who creates it."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
KINDS = ("project", "practice", "club", "department")


@dataclass(frozen=True, slots=True)
class Text:
    """A text with a title: a first page, a first post."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Template:
    """How posts of the group may begin."""

    name: str
    kind: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Start:
    """One kind of group."""

    key: str
    label: str
    help: str
    purpose: str
    description: str
    rules: str
    welcome: str
    post: Text
    pages: tuple[Text, ...]
    templates: tuple[Template, ...]


@lru_cache(maxsize=4)
def starts(locale: str) -> dict[str, Start]:
    """Give the kinds of groups in a language, French or English."""
    path = TEXTS / f"kinds.{'fr' if locale.startswith('fr') else 'en'}.toml"
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: _start(key, written[key]) for key in KINDS}


def _start(key: str, given: dict[str, object]) -> Start:
    values = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
    post, pages, templates = (given[name] for name in ("post", "pages", "templates"))
    return Start(
        key=key,
        post=Text(**_texts(post)),
        pages=tuple(Text(**_texts(page)) for page in _listed(pages)),
        templates=tuple(Template(**_texts(one)) for one in _listed(templates)),
        **values,
    )


def _listed(given: object) -> list[object]:
    return given if isinstance(given, list) else []


def _texts(given: object) -> dict[str, str]:
    return {name: str(value).strip() for name, value in given.items()} if isinstance(given, dict) else {}
