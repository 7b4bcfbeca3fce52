"""The right column of the home page: questions that wait, one's own week, and nothing about anybody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event, update

from rse.core import clock, db
from rse.core.model import decode_id
from rse.feed.models import Post
from rse.people import expertise
from rse.people.models import Profile
from tests.factories import make_person, viewer_of
from tests.feed.conftest import publish
from tests.feed.test_threads import comment

Browse = Callable[[str], Any]


def column(browser: Any) -> str:
    answer = browser.get("/home/beside", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def aged(key: str, **ago: int) -> None:
    db.begin_write().execute(
        update(Post).where(Post.id == decode_id(key)).values(at=clock.now() - timedelta(**ago))
    )
    db.commit()


def ask(browser: Any, body: str, **values: Any) -> str:
    return str(publish(browser, body, kind="question", **values)["id"])


def test_the_column_is_asked_for_by_the_page_and_empty_without_content(browse: Browse) -> None:
    assert 'hx-get="/home/beside"' in browse("thomas").get("/").get_data(as_text=True)
    html = column(browse("thomas"))
    assert "Qui peut répondre" not in html
    assert "Votre semaine" not in html


def test_questions_that_wait_are_shown_oldest_first_at_most_three(browse: Browse) -> None:
    keys = [ask(browse("amelie"), f"Question numéro {n} ?") for n in range(5)]
    for days, key in enumerate(keys):
        aged(key, days=days + 1)
    answered, ancient = keys[4], ask(browse("amelie"), "Une question d'un autre âge ?")
    comment(browse("karim"), answered)
    aged(ancient, days=200)
    html = column(browse("sofia"))
    assert [n for n in range(6) if f"Question numéro {n}" in html] == [1, 2, 3]
    assert html.index("numéro 3") < html.index("numéro 2") < html.index("numéro 1")
    assert f"/posts/{keys[3]}#comment-form" in html
    assert "autre âge" not in html
    assert "Qui peut répondre" not in column(browse("amelie"))  # her own


def test_what_is_near_to_a_skill_of_the_viewer_comes_first(browse: Browse, people: dict[str, int]) -> None:
    for n in range(4):
        aged(ask(browse("amelie"), f"Autre sujet {n} ?"), days=9)
    ask(browse("amelie"), "Qui connaît la **dépose d'amiante** ?")
    session = db.begin_write()
    expertise.add_skill(session, viewer_of(people["sofia"]), "Dépose d’amiante", 3)
    db.commit()
    html = column(browse("sofia"))
    assert html.index("amiante") < html.index("Autre sujet")
    assert "Proche de votre compétence" in html
    assert "Proche de votre compétence" not in column(browse("karim"))


def test_a_question_in_a_closed_group_is_for_its_members(browse: Browse, make_group: Any) -> None:
    slug = make_group("Salaires", "amelie", "karim", visibility="closed")
    ask(browse("amelie"), "Question fermée ?", group=slug)
    assert "Question fermée" in column(browse("karim"))
    assert "Question fermée" not in column(browse("sofia"))
    assert "Question fermée" not in column(browse("james"))


def test_the_week_counts_what_concerns_the_viewer_alone(browse: Browse, make_group: Any) -> None:
    slug = make_group("Qualité", "amelie", "karim")
    key = ask(browse("amelie"), "Une question ?", group=slug)
    publish(browse("karim"), "Un compte rendu", group=slug)
    comment(browse("karim"), key)
    comment(browse("amelie"), key, "Merci")
    browse("karim").put(f"/api/v1/posts/{key}/reactions/thanks")
    amelie, karim, sofia = (column(browse(name)) for name in ("amelie", "karim", "sofia"))
    assert "<strong>1</strong><span>réponse à vos questions" in amelie
    assert f'href="/posts/{key}#comments"' in amelie
    assert "<strong>1</strong><span>nouvelle publication dans vos groupes" in amelie
    assert "<strong>1</strong><span>nouvelle publication dans vos groupes" in karim
    assert "<strong>1</strong><span>collègue vous a remercié" in amelie
    assert "réponse à vos questions" not in karim
    assert "Votre semaine" not in sofia


def test_newcomers_of_the_site_are_shown_to_employees_this_week(
    browse: Browse, people: dict[str, int]
) -> None:
    session = db.begin_write()
    today = clock.today("Europe/Paris")
    for uid, days, site in (("nina.proche", 2, "Lyon"), ("paul.loin", 2, "Brest"), ("ida.avant", 30, "Lyon")):
        person = make_person(session, uid, site=site, display_name=uid)
        session.add(Profile(person_id=person.id, start_date=today - timedelta(days=days)))
    for name in ("amelie", "james"):
        session.execute(update(type(person)).where(type(person).id == people[name]).values(site="Lyon"))
    db.commit()
    html = column(browse("amelie"))
    assert "nina.proche" in html
    assert "paul.loin" not in html
    assert "ida.avant" not in html
    assert "nina.proche" not in column(browse("james"))


def test_the_column_costs_a_bounded_number_of_statements(browse: Browse, make_group: Any) -> None:
    slug = make_group("Qualité", "amelie", "karim")
    for n in range(6):
        comment(browse("karim"), ask(browse("amelie"), f"Question {n} ?", group=slug))
        ask(browse("karim"), f"Sans réponse {n} ?", group=slug)
    column(browse("amelie"))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", note)
    column(browse("amelie"))
    event.remove(db.db.engine, "before_cursor_execute", note)
    asked = [one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(asked) <= 12, asked
