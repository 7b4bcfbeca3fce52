"""A newcomer is offered open groups, and enters the ticked ones in one go."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.groups.models import Group, Membership
from tests import factories

Browser = Callable[[str], factories.Client]


def make(slug: str, visibility: str, purpose: str = "professional") -> None:
    session = db.begin_write()
    group = Group(
        slug=slug,
        name=slug.title(),
        visibility=visibility,
        purpose=purpose,
        audience="everyone",
        posts_audience="everyone",
        created_at=clock.now(),
    )
    session.add(group)
    session.flush()
    if visibility == "secret":
        group.audience = f"group:{group.id}"
    db.commit()


def test_open_groups_are_offered_and_ticked_ones_entered(browser_as: Browser, session: Session) -> None:
    for slug, visibility in (("qualite", "open"), ("direction", "closed"), ("cabale", "secret")):
        make(slug, visibility)
    make("course", "open", "social")
    browser = browser_as("karim")
    html = browser.get("/welcome?step=3").text
    assert 'value="qualite"' in html
    assert 'value="course"' in html
    assert 'value="direction"' not in html
    assert "cabale" not in html
    answer = browser.post("/welcome/groups", data={"groups": ["qualite", "course", "direction"]})
    assert answer.location == "/welcome?step=3"
    assert "Vous êtes dans 2 groupes de plus." in browser.get("/welcome?step=3").text
    assert session.query(Membership).count() == 2


def test_who_ticks_groups_and_ends_the_welcome_is_in_them(browser_as: Browser, session: Session) -> None:
    make("qualite", "open")
    browser = browser_as("karim")
    html = browser.get("/welcome?step=3").text
    assert 'form="welcome-groups" name="done"' in html
    answer = browser.post("/welcome/groups", data={"groups": ["qualite"], "done": "1"})
    assert answer.location == "/"
    assert session.query(Membership).count() == 1
    assert browser.get("/welcome").location == "/settings/profile"
    again = browser.post("/welcome/groups", data={"done": "1"})
    assert "Cochez" not in browser.get(again.location).text


def test_what_does_not_exist_for_them_is_not_found(browser_as: Browser) -> None:
    make("cabale", "secret")
    assert browser_as("karim").post("/welcome/groups", data={"groups": "cabale"}).status_code == 404


def test_guests_enter_nothing_this_way(browser_as: Browser) -> None:
    make("qualite", "open")
    assert browser_as("james").post("/welcome/groups", data={"groups": "qualite"}).status_code in {403, 404}
