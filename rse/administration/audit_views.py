"""The audit log: who did what, narrowed by actor, action, target and time; and its export."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request, url_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from rse.accounts import audit, audit_log
from rse.accounts import queries as accounts
from rse.accounts.audit_log import Wanted
from rse.accounts.cards import Card, cards
from rse.accounts.models import AuditEntry, Person
from rse.administration import words
from rse.administration.views import blueprint
from rse.core import clock, db
from rse.core.i18n import _
from rse.core.model import MAX_ID
from rse.core.policy import Invalid
from rse.core.web import ADMIN, decode_cursor, encode_cursor, page, route, viewer

PAGE = 50
FIELDS = ("actor", "action", "target", "since", "until")
PERSON = "person:"


def _asked(given: Any) -> dict[str, str]:
    return {name: str(given.get(name, "")).strip()[:254] for name in FIELDS}


def _day(text: str, field: str, more: int = 0) -> datetime | None:
    """Give the beginning of a local day, or of one later. Raises Invalid."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=more)
    except (ValueError, OverflowError) as error:
        raise Invalid(**{field: _("A date is expected.")}) from error
    return datetime.combine(day, time(), ZoneInfo(viewer().timezone))


def _named(text: str, field: str) -> Person | None:
    """Give the person that a login or an address names. Raises Invalid."""
    who = text.lstrip("@")
    if not who:
        return None
    found = accounts.person_by_email(db.session(), who) or accounts.person_by_uid(db.session(), who)
    if found is None:
        raise Invalid(**{field: _("Nobody has this login or address.")})
    return found


def _wanted(asked: dict[str, str]) -> Wanted:
    """Understand what is asked. Raises Invalid."""
    actor = _named(asked["actor"], "actor")
    target = asked["target"]
    if target and ":" not in target:
        someone = _named(target, "target")
        target = f"{PERSON}{someone.id}" if someone else ""
    since, until = _day(asked["since"], "since"), _day(asked["until"], "until", 1)
    return Wanted(actor.id if actor else None, asked["action"], target, since, until)


def _people(entries: Iterable[AuditEntry]) -> dict[int, Card]:
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    for entry in entries:
        number = entry.target.removeprefix(PERSON)
        if entry.target.startswith(PERSON) and number.isdigit() and int(number) <= MAX_ID:
            ids.add(int(number))
    return cards(db.session(), ids)


def _shown(entry: AuditEntry, people: dict[int, Card]) -> dict[str, Any]:
    """Give what the page shows of a line."""
    number = entry.target.removeprefix(PERSON)
    about = people.get(int(number)) if entry.target.startswith(PERSON) and number.isdigit() else None
    details = [(name, _text(value)) for name, value in json.loads(entry.details).items()]
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": people.get(entry.actor_id or 0),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "words": words.action(entry.action),
        "about": about,
        "target": entry.target,
        "details": details,
    }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "-" if value is None else str(value)


@route(blueprint, "/admin/audit", rule=ADMIN)
def audit_page() -> Any:
    """Show the log, the newest line first."""
    asked, errors, entries = _asked(request.args), dict[str, list[str]](), list[AuditEntry]()
    after = decode_cursor(request.args.get("after"), datetime, int)
    try:
        before = (after[0], after[1]) if after else None
        entries = list(audit_log.lines(db.session(), _wanted(asked), before, PAGE))
    except Invalid as invalid:
        errors = invalid.errors
    shown, kept = entries[:PAGE], {name: value for name, value in asked.items() if value}
    people, more = _people(shown), None
    if len(entries) > PAGE:
        more = url_for(
            ".audit_page", after=encode_cursor(shown[-1].at, shown[-1].id), _external=False, **_plain(kept)
        )
    return page(
        "administration/audit.html",
        422 if errors else 200,
        entries=[_shown(entry, people) for entry in shown],
        asked=asked,
        errors=errors,
        narrowed=bool(kept),
        actions=[("", _("Any action")), *((a, words.action(a)) for a in audit_log.actions(db.session()))],
        more=more,
    )


def _plain(values: dict[str, str]) -> dict[str, Any]:
    return dict(values)


@route(blueprint, "/admin/audit.jsonl", rule=ADMIN, methods=("POST",), limit="10/minute")
def export_audit() -> Any:
    """Give the log as JSON lines, as narrowed on the page. That it was taken is a line of it too."""
    asked = _asked(request.form)
    wanted, session = _wanted(asked), db.session()
    narrowed = {name: value for name, value in asked.items() if value}
    audit.record(session, "audit.export", actor_id=viewer().id, narrowed=narrowed)
    response = Response(_stream(db.db.engine, wanted), mimetype="application/x-ndjson")
    name = f"audit-{clock.today(viewer().timezone).isoformat()}.jsonl"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _stream(engine: Engine, wanted: Wanted) -> Iterator[str]:
    """Give the lines by a session of its own: the request's is closed when the answer is on its way."""
    with Session(engine) as session:
        yield from audit_log.json_lines(session, wanted)
