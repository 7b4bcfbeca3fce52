"""What failed and waits for somebody, deliveries and jobs, with retry and discard; and what runs next."""

from typing import Any

from flask import current_app

from rse.accounts import audit
from rse.administration.people_views import ROW
from rse.administration.views import blueprint
from rse.core import clock, db, jobs, outbox
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import ADMIN, flash, page, route, see_other, viewer_id


def _error(text: str | None) -> str:
    """Give the kind of error and its first line, without the values that a statement was given."""
    return (text or "").partition("\n")[0].partition("[parameters")[0][:300]


@route(blueprint, "/admin/jobs", rule=ADMIN)
def jobs_page() -> Any:
    """Show what was given up, what failed, what waits and what runs next."""
    session, now = db.session(), clock.now()
    waiting, _dead = outbox.backlog(session)
    given_up = [(one, name, at, _error(one.error)) for one, name, at in outbox.dead_letters(session)]
    return page(
        "administration/jobs.html",
        given_up=given_up,
        failures=jobs.failures(session),
        waiting=waiting,
        failing=outbox.failing(session),
        queued=current_app.extensions["huey"].pending_count(),
        scheduled=[(name, when, jobs.next_run(when, now)) for name, when in jobs.scheduled().items()],
    )


@route(blueprint, "/admin/jobs/deliveries/retry", rule=ADMIN, methods=("POST",))
def retry_all() -> Any:
    """Let every delivery that was given up be tried again."""
    count = outbox.retry(db.session())
    audit.record(db.session(), "delivery.retry", actor_id=viewer_id(), deliveries=count)
    return _back(_("The deliveries will be tried again."))


@route(blueprint, f"/admin/jobs/deliveries/{ROW}/retry", rule=ADMIN, methods=("POST",))
def retry(row_id: int) -> Any:
    """Let one delivery be tried again."""
    if not outbox.retry(db.session(), row_id):
        raise NotFound
    audit.record(db.session(), "delivery.retry", actor_id=viewer_id(), target=f"delivery:{row_id}")
    return _back(_("The delivery will be tried again."))


@route(blueprint, f"/admin/jobs/deliveries/{ROW}/discard", rule=ADMIN, methods=("POST",))
def discard(row_id: int) -> Any:
    """Forget a delivery."""
    if not outbox.discard(db.session(), row_id):
        raise NotFound
    audit.record(db.session(), "delivery.discard", actor_id=viewer_id(), target=f"delivery:{row_id}")
    return _back(_("The delivery is discarded."))


@route(blueprint, "/admin/jobs/failures/<key>/retry", rule=ADMIN, methods=("POST",))
def retry_job(key: str) -> Any:
    """Queue a job that failed again, with its arguments."""
    found = jobs.forget_failure(db.session(), key)
    if found is None:
        raise NotFound
    _run(found.name, *found.args)
    return _back(_("The job is in the queue."))


@route(blueprint, "/admin/jobs/failures/<key>/forget", rule=ADMIN, methods=("POST",))
def forget_job(key: str) -> Any:
    """Take a failure off the list."""
    found = jobs.forget_failure(db.session(), key)
    if found is None:
        raise NotFound
    audit.record(db.session(), "job.forget", actor_id=viewer_id(), target=f"job:{found.name}")
    return _back(_("The failure is forgotten."))


@route(blueprint, "/admin/jobs/scheduled/<name>/run", rule=ADMIN, methods=("POST",), limit="20/minute")
def run_job(name: str) -> Any:
    """Run a job now that otherwise runs by the clock."""
    if name not in jobs.scheduled():
        raise NotFound
    _run(name)
    return _back(_("The job is in the queue."))


def _run(name: str, *args: Any) -> None:
    try:
        jobs.run_now(name, *args)
    except KeyError as error:  # a job of an older version
        raise NotFound from error
    audit.record(db.session(), "job.run", actor_id=viewer_id(), target=f"job:{name}")


def _back(said: str) -> Any:
    flash(said, "ok")
    return see_other(".jobs_page")
