"""PostgreSQL with two roles: the web's may not read the daily counts nor change what is published; all pages work."""

import uuid

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from rse.core import db, jobs
from rse.core.model import encode_id
from rse.indicators import grants, running
from rse.indicators.engine.models import ROLLUPS, Act, DirtyDay, Pair, Population, Tie
from rse.indicators.models import Visit
from tests import factories
from tests.indicators.company import Company
from tests.indicators.test_nothing_personal import addresses

pytestmark = pytest.mark.postgres


@pytest.fixture
def owner(make_app, postgres_url):
    return make_app(database_url=postgres_url)


@pytest.fixture
def web(make_app, owner, postgres_url):
    """The same application as its own role: with what the command prints, and nothing else."""
    role = f"web_{uuid.uuid4().hex[:10]}"
    told = owner.test_cli_runner().invoke(args=["indicators", "grants", role])
    assert told.exit_code == 0, told.output
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(told.stdout))
    url = make_url(postgres_url).set(username=role).render_as_string(hide_password=False)
    made = make_app(database_url=url)
    yield made
    with made.app_context():
        db.db.session.remove()
        db.db.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    admin.dispose()


def count(table, *where):
    db.rollback()
    return db.db.session().scalar(select(func.count()).select_from(table).where(*where))


def test_pages_visits_and_an_erasure_need_nothing_of_the_daily_counts(owner, web):
    with owner.app_context():
        company = Company(db.begin_write())
        company.live(weeks=4)
        gone = company.everyone[7]
        admin = factories.make_person(company.session, "ad.min", roles=frozenset({"admin"})).id
        db.commit()
        assert running.rollup()
        uid = db.db.session().execute(text(f"SELECT uid FROM person WHERE id = {gone}")).scalar()
        assert count(Act, Act.person_id == gone)
        db.db.session.remove()
    with web.app_context():
        for table in (*ROLLUPS, "indicator_tie"):
            name = getattr(table, "__tablename__", table)
            with pytest.raises(ProgrammingError, match="permission denied"):
                db.db.session().execute(text(f"SELECT 1 FROM {name} LIMIT 1"))
            db.rollback()
        for change in ("UPDATE indicator_published SET status = 'shown'", "DELETE FROM indicator_week"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                db.db.session().execute(text(change))
            db.rollback()
        client = factories.browser_of(web, company.manager("Montage"))
        listed = {path for path in addresses(web) if not path.startswith("/api") and path != "/readyz"}
        wrong = {path for path in listed if client.get(path).status_code >= 500}
        assert wrong == set()
        for path in ("/team", "/indicators", "/my-week", "/api/v1/indicators/company"):
            assert client.get(path).status_code == 200, path
        assert client.post("/presence/visit").status_code == 204
        browser = factories.browser_of(web, admin)
        done = browser.post(f"/admin/people/{encode_id(gone)}/erase", data={"login": uid})
        assert done.status_code == 303, done.text
        assert count(Visit, Visit.person_id == gone) == 0
        db.db.session.remove()
    with owner.app_context():
        jobs.drain()
        mine = (
            (Act, Act.person_id), (Population, Population.person_id), (Pair, Pair.x), (Pair, Pair.y),
            (Tie, Tie.x), (Tie, Tie.y),
        )  # fmt: skip
        assert [count(table, column == gone) for table, column in mine] == [0] * len(mine)
        assert count(DirtyDay) > 0
        running.catch_up()
        db.db.session.remove()


@pytest.mark.parametrize("role", ["a b", "x; DROP TABLE post", "Web", "é"])
def test_only_a_plain_name_is_taken(role):
    with pytest.raises(ValueError, match=role):
        grants.statements(role)
