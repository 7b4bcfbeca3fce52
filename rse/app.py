"""The application: settings, ground, features in order."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from click import Group
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from rse import settings as settings_module
from rse.core import db, errors, events, headers, health, jobs, kinds, live, logs, render
from rse.core.cli import core_commands
from rse.core.feature import Feature, Registry
from rse.core.turns import Turns
from rse.core.web import limiter
from rse.features import FEATURES

ROOT = Path(__file__).resolve().parents[1]
MB = 1024 * 1024
MAX_REQUEST = 26 * MB  # one attachment of 25 MB with its form
MAX_FORM_MEMORY = 2 * 1024 * 1024


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """Make the application. Raises settings.BadSettings when it cannot start, saying why."""
    settings = settings_module.load(overrides)
    logs.init(settings)
    app = Flask(
        "rse",
        root_path=str(ROOT / "rse"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static/dist",
    )
    app.config.update(
        SECRET_KEY=settings.secret_key or _development_key(settings.data_dir),
        MAX_CONTENT_LENGTH=max(MAX_REQUEST, (settings.files_max_mb + 1) * MB),
        MAX_FORM_MEMORY_SIZE=MAX_FORM_MEMORY,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_ENABLED=settings.rate_limits,
        PREFERRED_URL_SCHEME="https" if settings.secure else "http",
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.extensions["rse_settings"] = settings
    registry = Registry([load(name) for name in FEATURES])
    app.extensions["rse_registry"] = registry
    db.init(app, settings.database)
    headers.init(app, settings)
    render.init(app)
    errors.init(app)
    limiter.init_app(app)
    live.init(app, settings)
    events.install(events.Bus(registry.all("subscribers")))
    kinds.install(registry.all("kinds"))
    app.register_blueprint(health.blueprint)
    for group in core_commands():
        app.cli.add_command(group)
    for feature in registry.features:
        _install(app, feature)
    jobs.init(app, settings.data_dir, settings.redis_url)
    if settings.async_mode == "gevent":
        app.wsgi_app = Turns(app.wsgi_app)  # type: ignore[method-assign]
    _check_rules(app)
    return app


def load(name: str) -> Feature:
    """Give the declaration of a feature: `feature` in rse/<name>/feature.py."""
    declared = import_module(f"rse.{name}.feature")
    feature: Feature = declared.feature
    if find_spec(f"rse.{name}.tasks"):
        import_module(f"rse.{name}.tasks")
    return feature


def _install(app: Flask, feature: Feature) -> None:
    for blueprint in feature.blueprints:
        app.register_blueprint(blueprint)
    for group in feature.cli:
        known = app.cli.commands.get(group.name or "")
        if isinstance(known, Group):  # `import`, `demo`: several features add to one group
            for command in group.commands.values():
                known.add_command(command)
        else:
            app.cli.add_command(group)
    if feature.live:
        feature.live()
    if feature.init:
        feature.init(app)


def _check_rules(app: Flask) -> None:
    """Refuse to start with a route that does not say who may call it."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint != "static" and not hasattr(view, "rule"):
            raise RuntimeError(f"route {rule.rule} declares no rule: use core.web.route or core.api.endpoint")


def _development_key(data_dir: Path) -> str:
    """Keep a random key in the data directory, so that a restart signs nobody out."""
    path = data_dir / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(token_urlsafe(48))
    return path.read_text()
