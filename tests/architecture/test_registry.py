"""What the features declare fits together: rules, audiences, exports, texts of the navigation."""

import inspect
import re
from pathlib import Path

import pytest
from flask import Flask

from rse.core.feature import Registry
from rse.core.model import Base

ROOT = Path(__file__).resolve().parents[2]
# Tables with an audience that are no readable root of their own, and why.
NOT_INDEXED: dict[str, str] = {"report": "moderators have a queue; nobody searches for what was reported"}
KIND_OF_TABLE = {"person": "person", "group": "group", "post": "post", "message": "message", "page": "page"}


@pytest.fixture
def registry(app: Flask) -> Registry:
    found: Registry = app.extensions["rse_registry"]
    return found


def roots() -> list[str]:
    """Tables whose rows carry an audience."""
    return sorted(m.class_.__tablename__ for m in Base.registry.mappers if "audience" in m.columns)


def test_every_root_is_indexed_or_says_why_not(registry: Registry) -> None:
    kinds = {source.kind for source in registry.all("index")}
    assert [t for t in roots() if KIND_OF_TABLE.get(t) not in kinds and t not in NOT_INDEXED] == []


def test_every_feature_that_stores_persons_exports_and_erases_them(registry: Registry) -> None:
    storing = set()
    for mapper in Base.registry.mappers:
        points = {key.target_fullname for column in mapper.columns for key in column.foreign_keys}
        if "person.id" in points:
            storing.add(mapper.class_.__module__.split(".")[1])
    exporting = {f.name for f in registry.features if f.exports}
    assert sorted(storing - exporting) == []


def test_every_kind_of_notification_is_declared_below_the_notifications(registry: Registry) -> None:
    """Who stands above them is never asked (see delivering.told_events): such a notice would be silent."""
    names = [feature.name for feature in registry.features]
    above = registry.features[names.index("notifications") :]
    assert [f"{feature.name}: {notice.kind}" for feature in above for notice in feature.notices] == []


def test_every_route_declares_its_rule(app: Flask) -> None:
    bare = [
        r.rule
        for r in app.url_map.iter_rules()
        if r.endpoint != "static" and not hasattr(app.view_functions[r.endpoint], "rule")
    ]
    assert bare == []


def test_nothing_is_changed_by_get(app: Flask) -> None:
    """A view that answers GET calls no service that writes: services of writing are called in unsafe views only."""
    guilty = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or not (rule.methods or set()) & {"GET"}:
            continue
        view = inspect.unwrap(app.view_functions[rule.endpoint])
        if re.search(
            r"\bservice\.(create|edit|delete|publish|join|leave|invite|remove|set_|send|react|accept)\w*\(",
            inspect.getsource(view),
        ) and not ((rule.methods or set()) & {"POST"}):
            guilty.append(rule.rule)
    assert guilty == []


def test_navigation_leads_somewhere(app: Flask, registry: Registry) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert [item.key for item in registry.all("nav") if item.endpoint not in known] == []


def test_subscribers_are_named_by_their_feature(registry: Registry) -> None:
    wrong = [s.name for f in registry.features for s in f.subscribers if not s.name.startswith(f.name + ".")]
    assert wrong == []


FORBIDDEN = re.compile(
    r"hx-on|\bjs:|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|hx-trigger=\"[^\"]*\[|hx-vals=.?js"
)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: str(p.relative_to(ROOT / "templates"))
)
def test_templates_need_no_eval_and_no_inline_code(path: Path) -> None:
    assert FORBIDDEN.findall(path.read_text()) == []


def test_every_template_belongs_to_a_feature(registry: Registry) -> None:
    known = {f.name for f in registry.features} | {"components", "errors", "core", "demo_idp", "admin"}
    assert sorted({p.name for p in (ROOT / "templates").iterdir()} - known) == []
