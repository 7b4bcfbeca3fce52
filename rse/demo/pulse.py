"""The demo company's pulse: a wave of the last quarter that has closed, and one that is open for the cast."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import insert, select

from rse.accounts.models import Person
from rse.demo.company import Company
from rse.indicators.models import PulseAsked, PulseCount, PulseWave
from rse.indicators.pulse import ANSWERS, OPEN
from rse.people.models import Profile

CLOSED, OPENED = timedelta(days=100), timedelta(days=3)  # ago
DRAWN = ("amelie.rousseau", "sofia.marchetti")  # of the cast, in the open wave
WEIGHTS = {"very": 45, "somewhat": 35, "not": 12, "na": 8}
TAKE_PART = 0.62


def load(company: Company) -> None:
    """Store both waves; most of those who were asked have answered."""
    query = select(Person.id, Person.uid, Profile.department_id).join(Profile, Profile.person_id == Person.id)
    rows = company.session.execute(query.where(Person.demo, Person.kind == "employee").order_by(Person.uid))
    people = [(row.id, row.uid, row.department_id or 0) for row in rows]
    half = len(people) // 2
    _wave(company, company.calendar.today - CLOSED, company.chance.sample(people, half))
    cast = [one for one in people if one[1] in DRAWN]
    _wave(company, company.calendar.today - OPENED, [*company.chance.sample(people, half), *cast])


def _wave(company: Company, day: date, asked: list[tuple[int, str, int]]) -> None:
    company.session.execute(insert(PulseWave).values(day=day, closes=day + OPEN))
    drawn = {person: (uid, team) for person, uid, team in asked}
    counts = Counter({(team, answer): 0 for _uid, team in drawn.values() for answer in ANSWERS})
    rows = []
    for person, (uid, team) in sorted(drawn.items()):
        answered = uid not in DRAWN and company.chance.random() < TAKE_PART
        if answered:
            counts[team, company.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]] += 1
        rows.append({"day": day, "person_id": person, "team_id": team, "answered": answered})
    company.session.execute(insert(PulseAsked), rows)
    told = [{"day": day, "team_id": team, "answer": answer, "n": n} for (team, answer), n in counts.items()]
    company.session.execute(insert(PulseCount), told)
