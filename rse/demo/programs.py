"""Other programs around the demo company: a screen that is told of posts, a supervision that may write."""

from datetime import timedelta

from flask import current_app
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.sessions import viewer_of_person
from rse.core import clock
from rse.core.model import encode_id, new_id
from rse.demo.company import Company
from rse.integration import queries, service
from rse.integration.models import WebhookDelivery
from rse.integration.schemas import NewWebhook

ADMIN, GROUP = "ines.lambert", "maintenance"
SCREEN = NewWebhook(
    name="Écran du hall",
    url="https://ecran.rosemar.example/annonces",
    events=["post.published"],
    everyone=True,
)
TOLD = (("post.published", "sent", 204, 1), ("ping", "sent", 204, 1), ("post.published", "failed", 503, 9))


def load(company: Company) -> None:
    """Connect both, as the administrator would have."""
    session = company.session
    admin = viewer_of_person(session, company.people[ADMIN])
    if admin is None:
        raise RuntimeError("the demo has no administrator")
    made, _secret = service.create(session, admin, SCREEN, str(current_app.secret_key), tls=True)
    _told(session, made.id)
    group = next(group for slug, group in company.groups.items() if slug.startswith(GROUP))
    hook = queries.by_secret(session, service.open_hook(session, admin, group, "Supervision des machines"))
    if hook is not None:
        session.get_one(Person, hook.person_id).demo = True
    session.flush()


def _told(session: Session, webhook_id: int) -> None:
    for hours, (event, state, answer, attempts) in enumerate(TOLD, 1):
        ident = new_id()
        session.add(
            WebhookDelivery(
                id=ident, webhook_id=webhook_id, key=f"{event}:{encode_id(ident)}", event=event,
                object_id=ident, at=clock.now() - timedelta(hours=hours), state=state, attempts=attempts,
                answer=answer, problem="answer" if state == "failed" else "",
            )
        )  # fmt: skip
