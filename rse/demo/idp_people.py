"""Whom the demo identity provider lets one be: every active person of the same database, read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Engine, Select, create_engine, event, func, or_, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import aliased

from rse.accounts.cards import COLOURS
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.people.models import Department, Profile

SHOWN = 24
CAST = {  # what each of the cast is for: that is said, whatever else they are
    "amelie.rousseau": "employee",
    "karim.benali": "colleague",
    "sofia.marchetti": "manager",
    "claire.dupont": "executive",
    "thomas.nguyen": "moderator",
    "ines.lambert": "admin",
    "james.oneill": "guest",
}
Manager = aliased(Person)


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody whom one may be."""

    id: int
    uid: str
    email: str
    given_name: str
    family_name: str
    display_name: str
    title: str
    site: str
    kind: str
    roles: frozenset[str]
    is_manager: bool
    department: str
    manager: str

    @property
    def part(self) -> str:
        """What they are in the company: the most telling of their parts."""
        if self.uid in CAST:
            return CAST[self.uid]
        telling = (
            ("guest", self.kind == "guest"),
            ("executive", "executive" in self.roles),
            ("admin", "admin" in self.roles),
            ("moderator", "moderator" in self.roles),
            ("manager", self.is_manager),
        )
        return next((name for name, true in telling if true), "employee")

    @property
    def place(self) -> str:
        """The last part of their department's path."""
        return self.department.rpartition(" / ")[2]

    @property
    def initials(self) -> str:
        """First letters of the first and the last name."""
        words = [word for word in self.display_name.replace("-", " ").split() if word[0].isalnum()]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def colour(self) -> int:
        """The colour that they have everywhere."""
        return (self.id >> 7) % COLOURS

    @property
    def attributes(self) -> dict[str, list[str]]:
        """What the identity provider says of them; empty values are not sent."""
        said = {
            "uid": self.uid,
            "email": self.email,
            "givenName": self.given_name,
            "sn": self.family_name,
            "displayName": self.display_name,
            "title": self.title,
            "department": self.department,
            "site": self.site,
            "manager": self.manager,
        }
        return {name: [value] for name, value in said.items() if value}


class Directory:
    """The people of the application's database."""

    def __init__(self, url: str) -> None:
        self.engine = read_only(url)

    def find(self, uid: str) -> Pick | None:
        """Give one person by login."""
        return next(iter(self._picks(_everyone().where(Person.uid == uid))), None)

    def cast(self) -> Sequence[Pick]:
        """Give those to begin with: the cast, or people in different places of a company without it."""
        order = {uid: n for n, uid in enumerate(CAST)}
        found = self._picks(_everyone().where(Person.uid.in_(list(CAST))))
        if found:
            return sorted(found, key=lambda one: order[one.uid])
        heads = _everyone().where(Profile.manager_id.is_(None), Person.is_manager).limit(1)
        managers = _everyone().where(Profile.manager_id.is_not(None), Person.is_manager).limit(2)
        others = _everyone().where(~Person.is_manager).limit(3)
        return [one for query in (heads, managers, others) for one in self._picks(query)]

    def search(self, words: str) -> tuple[Sequence[Pick], int]:
        """Give the first people of whom every word is said (name, title, department, site), and how many."""
        query = _everyone()
        for word in words.split()[:6]:
            query = query.where(_says(word))
        with self.engine.connect() as connection:
            total = connection.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        return self._picks(query.limit(SHOWN)), total

    def _picks(self, query: Select[Any]) -> Sequence[Pick]:
        with self.engine.connect() as connection:
            return [Pick(*row) for row in connection.execute(query)]


def read_only(url: str) -> Engine:
    """Open a database so that nothing can be written to it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(f"sqlite:///file:{parsed.database}?mode=ro&uri=true")
        event.listen(engine, "connect", _fold_in_searches)
        return engine
    return create_engine(url, connect_args={"options": "-c default_transaction_read_only=on"})


def _fold_in_searches(connection: Any, _record: Any) -> None:
    """Let SQLite's lower() know accents, on these connections: "qualite" finds "Qualité"."""
    connection.create_function("lower", 1, lambda value: fold(value or ""), deterministic=True)


def _everyone() -> Select[Any]:
    query = (
        select(
            Person.id, Person.uid, Person.email, Person.given_name, Person.family_name, Person.display_name,
            Person.title, Person.site, Person.kind, Person.roles, Person.is_manager,
            func.coalesce(Department.path, ""), func.coalesce(Manager.uid, ""),
        )
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Department, Department.id == Profile.department_id)
        .outerjoin(Manager, Manager.id == Profile.manager_id)
        .where(Person.status == "active", Person.kind != "service")
        .order_by(Person.sort_name, Person.id)
    )  # fmt: skip
    return cast("Select[Any]", query)


def _says(word: str) -> Any:
    columns = (Person.sort_name, Person.display_name, Person.uid, Person.title, Person.site, Department.path)
    forms = {fold(word), word.lower()}  # with its accents for PostgreSQL, whose lower() keeps them
    return or_(*(func.lower(c).contains(form, autoescape=True) for c in columns for form in forms))


def ready(directory: Directory) -> bool:
    """Tell whether the database has its tables yet."""
    try:
        with directory.engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM person LIMIT 1"))
    except Exception:
        return False
    return True
