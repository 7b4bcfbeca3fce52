"""A solved question becomes a page of its group: with its words, a link back, and the names of those who wrote them."""

import re

from rse.core import db, jobs
from rse.core.audience import Viewer
from rse.core.model import encode_id
from rse.feed import service as feed
from rse.groups.models import Group
from tests import factories
from tests.pages.conftest import World

API = "/api/v1"


def question(world: World, *, solved: bool = True, elsewhere: bool = False) -> tuple[str, str, str]:
    """A question with two comments, the second of which is its answer; public ids."""
    session = db.begin_write()
    amelie: Viewer = factories.viewer_of(world.people["amelie"])
    karim: Viewer = factories.viewer_of(world.people["karim"])
    group = None if elsewhere else session.get_one(Group, world.group_id)
    post = feed.publish(
        session, amelie, kind="question", title="Quel micromètre croire ?", body="Ils diffèrent.", group=group
    )
    aside = feed.comment(session, karim, post.id, body="Bonne question !")
    answer = feed.comment(session, karim, post.id, body="Celui qui a passé les **cales**.")
    if solved:
        feed.accept(session, amelie, post.id, answer.id)
    db.commit()
    return encode_id(post.id), encode_id(aside.id), encode_id(answer.id)


def test_a_thread_becomes_a_page_and_its_authors_are_told(any_world: World) -> None:
    world = any_world
    post, aside, answer = question(world)
    amelie, karim = world.browser("amelie"), world.browser("karim")
    assert "En faire une page" in amelie.get(f"/posts/{post}").text
    choice = amelie.get(f"/posts/{post}/page").text
    assert re.search(rf'value="{answer}" checked', choice)
    assert f'value="{aside}">' in choice
    form = amelie.get(f"/posts/{post}/page?step=write&c={answer}").text
    assert "Ils diffèrent.\n\n## La réponse\n\nCelui qui a passé les **cales**.</textarea>" in form
    data = {"title": "Quel micromètre croire ?", "body": "## La réponse\n\nLes **cales**.", "c": answer}
    made = amelie.post(f"/posts/{post}/page", data=data)
    assert made.status_code == 303
    address = made.headers["Location"]
    html = karim.get(address).text
    assert "<strong>cales</strong>" in html
    assert f'href="/posts/{post}"' in html
    named = html.split("Avec les mots de")[1]
    assert "Amélie Rousseau" in named
    assert "Karim Benali" in named
    assert "Page du groupe" in karim.get(f"/posts/{post}").text
    assert karim.get(f"/posts/{post}/page").headers["Location"] == address

    jobs.drain()
    told = karim.get(f"{API}/notifications").get_json()["items"]
    assert [one["url"] for one in told if one["kind"] == "page_made"] == [address]
    assert not [
        one for one in amelie.get(f"{API}/notifications").get_json()["items"] if one["kind"] == "page_made"
    ]


def test_what_was_taken_over_is_chosen_and_a_page_is_made_once(world: World) -> None:
    post, aside, answer = question(world)
    amelie = world.browser("amelie")
    form = amelie.get(f"/posts/{post}/page?step=write&c={aside}&c={answer}").text
    assert "## Dans la discussion\n\nBonne question !" in form
    made = amelie.post(f"{API}/posts/{post}/page", json={"comment_ids": [aside, answer]})
    assert made.status_code == 201
    assert made.get_json()["post_id"] == post
    assert "Bonne question" in made.get_json()["body"]
    again = amelie.post(f"{API}/posts/{post}/page", json={})
    assert again.status_code == 422
    amelie.delete(f"{API}{world.at}/{made.get_json()['slug']}")
    assert amelie.post(f"{API}/posts/{post}/page", json={}).status_code == 201  # the first one is gone


def test_it_is_offered_for_solved_questions_of_a_group_and_to_who_writes_its_pages(world: World) -> None:
    amelie, karim, sofia = (world.browser(name) for name in ("amelie", "karim", "sofia"))
    waiting, _aside, _answer = question(world, solved=False)
    everywhere, *_rest = question(world, elsewhere=True)
    for post in (waiting, everywhere):
        assert "En faire une page" not in amelie.get(f"/posts/{post}").text
        assert amelie.post(f"{API}/posts/{post}/page", json={}).status_code == 404
    solved, _aside, _answer = question(world)
    assert sofia.post(f"{API}/posts/{solved}/page", json={}).status_code == 404
    amelie.post(f"{world.at}/writers", data={"pages_by": "staff"})
    assert "En faire une page" not in karim.get(f"/posts/{solved}").text
    assert karim.post(f"{API}/posts/{solved}/page", json={}).status_code == 403
