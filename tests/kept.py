"""What every application would compile again, the same each time: kept for the tests that follow in this process."""

from types import CodeType, FunctionType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_compile = Rule.compile
_compiled: dict[Any, dict[str, Any]] = {}


def _compile_once(rule: Rule) -> None:
    """Do as Rule.compile does, once for each rule: eight tenths of the start of an application."""
    domain = rule.host if rule.map.host_matching else rule.subdomain
    defaults = tuple((rule.defaults or {}).items())
    key = (rule.rule, domain, rule.merge_slashes, defaults, tuple(rule.map.converters.values()))
    kept = _compiled.get(key)
    if kept is None:
        _compile(rule)
        kept = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")}
        functions: dict[str, FunctionType] = {
            name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")
        }
        _compiled[key] = {"values": kept, "functions": functions}
        return
    vars(rule).update(kept["values"], arguments=set(kept["values"]["arguments"]))
    for name, function in kept["functions"].items():
        setattr(rule, name, function.__get__(rule, None))


class _Templates(BytecodeCache):
    """Templates as compiled, while their source is the same."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self.kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.kept[bucket.key] = (bucket.checksum, bucket.code)


_templates = _Templates()


def routes() -> None:
    """Compile each route once in this process."""
    Rule.compile = _compile_once  # type: ignore[method-assign,assignment]


def templates_of(app: Flask) -> None:
    """Compile each template once in this process."""
    app.jinja_env.bytecode_cache = _templates


_databases: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def statements_from(engine: Engine) -> None:
    """Let the engines to come of this kind of database compile as this one does, which has been connected."""
    _databases[engine.dialect.name] = (engine.dialect, LRUCache(5_000))


def statements_of(engine: Engine) -> None:
    """Compile each statement once in this process: an engine's cache is kept by its dialect."""
    if engine.dialect.name in _databases:
        dialect, cache = _databases[engine.dialect.name]
        engine.dialect = engine.pool._dialect = dialect
        engine._compiled_cache = cache
