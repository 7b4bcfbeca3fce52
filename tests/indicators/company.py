"""A small company with a history, made with the product's own tables: five departments, twelve weeks."""

import random
from datetime import UTC, datetime, time, timedelta

from rse.core import clock
from rse.core.model import new_id
from rse.feed.models import Acceptance, Comment, Mention, Post, PostTag, Reaction
from rse.groups.models import Group
from rse.indicators.models import Visit
from rse.people.models import Department, DepartmentMembership, PersonSkill, Profile, Skill, SkillName
from tests import factories

UNITS = {
    "Rosemar / Usine / Fraisage": 18,
    "Rosemar / Usine / Montage": 17,
    "Rosemar / Siège / RH": 9,
    "Rosemar / Siège / Achats": 5,
    "Rosemar / Siège / Finance": 8,
}
WEEKS = 7


def today():
    return clock.today("Europe/Paris")


def at(day, hour):
    return datetime.combine(day, time(hour), tzinfo=UTC)


class Company:
    """People by unit (the first of each manages the others), and what they wrote."""

    def __init__(self, session, seed=1):
        self.session, self.rng = session, random.Random(seed)
        self.departments, self.units, self.waiting = {}, {}, None
        for path, size in UNITS.items():
            self.units[path] = self.unit(path, size)
        self.everyone = [p for people in self.units.values() for p in people]
        self.outsider = factories.make_person(session, "seul.dumont").id
        self.guest = factories.make_person(session, "james.guest", kind="guest").id
        self.secret = Group(
            id=new_id(),
            slug="s3cret",
            name="Secret",
            visibility="secret",
            audience="group:1",
            posts_audience="group:1",
            created_at=clock.now(),
        )
        session.add(self.secret)
        session.flush()

    def department(self, path):
        if path not in self.departments:
            parent = path.rpartition(" / ")[0]
            row = Department(
                id=new_id(),
                name=path.split(" / ")[-1],
                path=path,
                parent_id=self.department(parent) if parent else None,
            )
            self.session.add(row)
            self.session.flush()
            self.departments[path] = row.id
        return self.departments[path]

    def unit(self, path, size):
        department, people = self.department(path), []
        for n in range(size):
            name = f"{path.split(' / ')[-1].lower()}.p{n:02}"
            person = factories.make_person(self.session, name, is_manager=n == 0)
            since = today() - timedelta(days=400)
            self.session.add(
                Profile(
                    person_id=person.id,
                    department_id=department,
                    start_date=since,
                    manager_id=people[0] if people else None,
                )
            )
            self.session.add(
                DepartmentMembership(person_id=person.id, department_id=department, from_date=since)
            )
            people.append(person.id)
        self.session.flush()
        return people

    def manager(self, name):
        return next(people[0] for path, people in self.units.items() if path.endswith(name))

    def post(self, author, when, kind="question", audience="everyone", title=None, **values):
        row = Post(
            id=new_id(),
            kind=kind,
            author_id=author,
            audience=audience,
            body=f"Texte {kind}",
            title=title,
            body_html="<p>Texte</p>",
            at=when,
            active_at=when,
            tags=[],
            reactions={},
            data={},
            comment_count=0,
            **values,
        )
        return self.store(row)

    def comment(self, post, author, when, **values):
        row = Comment(
            id=new_id(),
            post_id=post.id,
            author_id=author,
            body="Oui",
            body_html="<p>Oui</p>",
            at=when,
            reactions={},
            **values,
        )
        post.comment_count += 1
        return self.store(row)

    def store(self, row):
        """Store at once, or with all others of its table while they live."""
        if self.waiting is None:
            self.session.add(row)
            self.session.flush()
        else:
            self.waiting.setdefault(type(row).__name__, []).append(row)
        return row

    def live(self, weeks=WEEKS):
        """Let them talk: everyone visits now and then, most write."""
        self.waiting = {}
        rng, first = self.rng, today() - timedelta(days=7 * weeks)
        for n in range(7 * weeks):
            day = first + timedelta(days=n)
            self.session.add_all(Visit(day=day, person_id=person) for person in rng.sample(self.everyone, 12))
            for _ in range(3):
                author, other = rng.sample(self.everyone, 2)
                post = self.post(
                    author, at(day, rng.randint(7, 12)), rng.choice(["question", "message", "idea"])
                )
                if rng.random() < 0.7:
                    reply = self.comment(post, other, post.at + timedelta(hours=rng.randint(1, 100)))
                    if post.kind == "question":
                        post.answer_id = reply.id
                        self.store(
                            Acceptance(post_id=post.id, comment_id=reply.id, person_id=author, at=reply.at)
                        )
                if rng.random() < 0.3:
                    self.store(
                        Mention(kind="post", object_id=post.id, person_id=other, post_id=post.id, at=post.at)
                    )
                if rng.random() < 0.3:
                    self.store(
                        Reaction(kind="post", object_id=post.id, person_id=other, name="thanks", at=post.at)
                    )
        for table in ("Post", "Comment", "Acceptance", "Mention", "Reaction"):
            self.session.add_all(self.waiting.get(table, ()))
            self.session.flush()
        self.waiting = None

    def skill(self, person, word):
        skill = Skill(id=new_id(), slug=word, label_fr=word, created_at=clock.now())
        self.session.add(skill)
        self.session.flush()
        self.session.add(SkillName(skill_id=skill.id, folded=word, label=word))
        self.session.add(PersonSkill(person_id=person, skill_id=skill.id, level=3))

    def tag(self, post, word):
        self.session.add(PostTag(post_id=post.id, tag=word, at=post.at))


def last_sunday():
    day = today() - timedelta(days=1)
    return day - timedelta(days=(day.weekday() + 1) % 7)
