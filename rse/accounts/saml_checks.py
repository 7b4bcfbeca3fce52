"""Every check of an answer by itself, for the report of a test sign-in: which passed, which failed, and why.

Nothing is decided here: the same answer goes through saml.read_response, and its verdict stands beside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rse.accounts import saml, saml_exact, saml_guard
from rse.accounts.connections import Connection
from rse.accounts.saml_guard import NS, Refused
from rse.accounts.saml_messages import read_instant
from rse.accounts.saml_metadata import ServiceProvider

ALLOWED_DRIFT = timedelta(minutes=5)  # as the toolkit
ORDER = (
    "shape", "encryption", "decryption", "status", "issuer", "signature", "destination", "request",
    "audience", "times", "recipient", "name_id", "session", "whole",
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One check: passed, failed (with the code and detail of the refusal), or not reached (None)."""

    key: str
    passed: bool | None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Examined:
    """What an answer looks like from outside: its checks, and its assertion as far as it can be read."""

    checks: list[Check]
    name_id: str = ""
    name_id_format: str = ""
    attributes: dict[str, tuple[str, ...]] | None = None
    issued: datetime | None = None
    signed: bool = False
    assertion: saml.Assertion | None = None  # when the whole was accepted


def _try(key: str, check: Callable[[], Any]) -> Check:
    try:
        check()
    except Refused as refusal:
        return Check(key, passed=False, code=refusal.code, detail=refusal.detail)
    return Check(key, passed=True)


def _check_times(assertion: Any, now: datetime) -> None:
    conditions = assertion.find("saml:Conditions", NS)
    begins = None if conditions is None else read_instant(conditions.get("NotBefore"))
    ends = None if conditions is None else read_instant(conditions.get("NotOnOrAfter"))
    if begins is not None and begins > now + ALLOWED_DRIFT:
        raise Refused("too_early", f"not before {begins:%Y-%m-%d %H:%M:%S} UTC")
    if ends is None:
        raise Refused("expired", "the assertion does not say until when it is valid")
    if ends + ALLOWED_DRIFT <= now:
        raise Refused("expired", f"ended at {ends:%Y-%m-%d %H:%M:%S} UTC")


def _check_session(assertion: Any, now: datetime) -> None:
    until = saml_exact.session_end(assertion)
    if until is not None and until <= now:
        raise Refused("expired", f"the session ended at {until:%Y-%m-%d %H:%M:%S} UTC")


def _opened(
    way: Connection, sp: ServiceProvider, encoded: str, checks: list[Check]
) -> tuple[Any, Any] | tuple[None, None]:
    """Give (document, assertion) when the answer can be opened; the checks on the way are added."""
    found: list[Any] = []

    def shape() -> None:
        found.append(saml_guard.parse(saml_guard.decode(encoded)))
        saml_guard.check_response(found[0])

    checks.append(_try("shape", shape))
    if not checks[-1].passed or way.provider is None:
        return None, None
    provider, root = way.provider, found[0]
    if way.options.want_encrypted:
        checks.append(_try("encryption", lambda: saml.check_encrypted(root)))
    if root.find("saml:EncryptedAssertion", NS) is not None:
        checks.append(_try("decryption", lambda: found.append(saml.decrypted(sp, provider, encoded))))
        if not checks[-1].passed:
            return None, None
    document = found[-1]
    return document, document.find("saml:Assertion", NS)


def examine(
    sp: ServiceProvider, way: Connection, encoded: str, request_id: str | None, now: datetime
) -> Examined:
    """Put an answer through every check, also after one has failed; nothing is raised."""
    sp, checks = way.served_by(sp), list[Check]()
    document, assertion = _opened(way, sp, encoded, checks)
    if document is None or assertion is None or way.provider is None:
        return Examined(_with_the_rest(checks))
    provider = way.provider
    checks += [
        _try("status", lambda: saml_exact.check_status(document)),
        _try("issuer", lambda: saml_exact.check_issuer(provider, document, assertion)),
        _try("signature", lambda: saml.check_signature(provider, document)),
        _try("destination", lambda: saml_exact.check_destination(sp, document)),
        _try("request", lambda: saml_exact.check_request(document, assertion, request_id)),
        _try("audience", lambda: saml_exact.check_conditions(sp, assertion)),
        _try("times", lambda: _check_times(assertion, now)),
        _try("recipient", lambda: saml_exact.check_confirmation(sp, assertion, now)),
        _try("name_id", lambda: saml_exact.read_name_id(sp, assertion)),
        _try("session", lambda: _check_session(assertion, now)),
    ]
    accepted = list[saml.Assertion]()
    wanted = way.options.want_encrypted
    checks.append(
        _try(
            "whole",
            lambda: accepted.append(
                saml.read_response(sp, provider, encoded, request_id, now, want_encrypted=wanted)
            ),
        )
    )
    node = assertion.find("saml:Subject/saml:NameID", NS)
    return Examined(
        checks,
        "" if node is None else (node.text or "")[:254],
        "" if node is None else str(node.get("Format", ""))[:120],
        saml_exact.read_attributes(assertion),
        _instant_or_none(document.get("IssueInstant")),
        next(bool(check.passed) for check in checks if check.key == "signature"),
        accepted[0] if accepted else None,
    )


def _instant_or_none(text: str | None) -> datetime | None:
    try:
        return read_instant(text)
    except Refused:
        return None


def _with_the_rest(checks: list[Check]) -> list[Check]:
    done = {check.key for check in checks} | {"encryption", "decryption"}
    return [*checks, *(Check(key, passed=None) for key in ORDER if key not in done)]
