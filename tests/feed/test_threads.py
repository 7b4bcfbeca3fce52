"""Comments, answers and reactions: through the API, the forms, and in the order of a long thread."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.feed.conftest import publish

Browse = Callable[[str], Any]


def comment(browser: Any, key: str, body: str = "une réponse", **values: Any) -> dict[str, Any]:
    answer = browser.post(f"/api/v1/posts/{key}/comments", json={"body": body, **values})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_comment_is_counted_listed_and_answered(browse: Browse) -> None:
    key = publish(browse("amelie"))["id"]
    first = comment(browse("karim"), key, "première")
    second = comment(browse("sofia"), key, "en réponse", parent_id=first["id"])
    assert second["parent_id"] == first["id"]
    listed = browse("amelie").get(f"/api/v1/posts/{key}/comments?limit=1").get_json()
    assert [c["body"] for c in listed["items"]] == ["première"]
    rest = (
        browse("amelie")
        .get(f"/api/v1/posts/{key}/comments?limit=1&cursor={listed['next_cursor']}")
        .get_json()
    )
    assert [c["body"] for c in rest["items"]] == ["en réponse"]
    assert rest["next_cursor"] is None
    assert browse("amelie").get(f"/api/v1/posts/{key}").get_json()["comment_count"] == 2
    page = browse("amelie").get(f"/posts/{key}").get_data(as_text=True)
    assert "en réponse à Karim Benali" in page


def test_a_comment_answers_one_of_the_same_post(browse: Browse) -> None:
    here, elsewhere = publish(browse("amelie"))["id"], publish(browse("amelie"))["id"]
    other = comment(browse("karim"), elsewhere)
    answer = browse("karim").post(
        f"/api/v1/posts/{here}/comments", json={"body": "x", "parent_id": other["id"]}
    )
    assert answer.status_code == 422
    assert "parent_id" in answer.get_json()["errors"]


def test_a_comment_of_another_post_gives_no_position(browse: Browse) -> None:
    here, elsewhere = publish(browse("amelie"))["id"], publish(browse("amelie"))["id"]
    for n in range(8):
        comment(browse("karim"), here, f"avant {n}.")
    other = comment(browse("karim"), elsewhere, "ailleurs")["id"]
    comment(browse("karim"), here, "après")
    plain = browse("sofia").get(f"/posts/{here}").get_data(as_text=True)
    asked = browse("sofia").get(f"/posts/{here}?comment={other}").get_data(as_text=True)
    assert "avant 0." in plain
    assert "avant 0." in asked
    assert "ailleurs" not in asked


def test_authors_change_and_take_back_their_comments(browse: Browse) -> None:
    key = publish(browse("amelie"), kind="question")["id"]
    said = comment(browse("karim"), key, "brouillon")["id"]
    assert browse("sofia").patch(f"/api/v1/comments/{said}", json={"body": "non"}).status_code == 403
    changed = browse("karim").patch(f"/api/v1/comments/{said}", json={"body": "propre"}).get_json()
    assert (changed["body"], bool(changed["edited_at"])) == ("propre", True)
    assert "brouillon" in browse("karim").get(f"/comments/{said}/history").get_data(as_text=True)
    assert "brouillon" in browse("amelie").get(f"/comments/{said}/history").get_data(as_text=True)
    assert browse("james").get(f"/comments/{said}/history").status_code == 404
    assert browse("amelie").put(f"/api/v1/posts/{key}/answer", json={"comment_id": said}).status_code == 200
    assert browse("karim").delete(f"/api/v1/comments/{said}").status_code == 204
    post = browse("amelie").get(f"/api/v1/posts/{key}").get_json()
    assert (post["comment_count"], post["answer_id"]) == (0, None)
    assert browse("amelie").get(f"/comments/{said}").status_code == 404
    assert "propre" not in browse("amelie").get(f"/posts/{key}").get_data(as_text=True)


def test_a_mark_that_is_pressed_twice_stays(browse: Browse) -> None:
    key = publish(browse("amelie"), kind="question")["id"]
    said = comment(browse("karim"), key)["id"]

    def pressed(on: str) -> Any:
        form = {"comment_id": said, "on": on}
        assert browse("amelie").post(f"/posts/{key}/answer", data=form).status_code == 303
        return browse("karim").get(f"/api/v1/posts/{key}").get_json()["answer_id"]

    assert [pressed("true"), pressed("true"), pressed("false"), pressed("false")] == [said, said, None, None]


def test_who_asked_or_moderates_chooses_the_answer(browse: Browse, make_group: Any) -> None:
    slug = make_group("Atelier", "thomas", "amelie", "karim")
    key = publish(browse("amelie"), kind="question", group=slug)["id"]
    said = comment(browse("karim"), key)["id"]
    body = {"comment_id": said}
    assert browse("karim").put(f"/api/v1/posts/{key}/answer", json=body).status_code == 403
    assert browse("amelie").put(f"/api/v1/posts/{key}/answer", json=body).get_json()["answer_id"] == said
    assert "Répondu" in browse("karim").get("/").get_data(as_text=True)
    assert browse("thomas").delete(f"/api/v1/posts/{key}/answer").status_code == 204
    assert browse("thomas").put(f"/api/v1/posts/{key}/answer", json=body).status_code == 200
    plain = publish(browse("amelie"))["id"]
    other = comment(browse("karim"), plain)["id"]
    assert (
        browse("amelie").put(f"/api/v1/posts/{plain}/answer", json={"comment_id": other}).status_code == 422
    )
    assert browse("amelie").put(f"/api/v1/posts/{key}/answer", json={"comment_id": other}).status_code == 422
    assert browse("amelie").patch(f"/api/v1/posts/{key}", json={"kind": "message"}).status_code == 422


@pytest.mark.parametrize("what", ["posts", "comments"])
def test_one_reaction_of_each_name_for_each_person(browse: Browse, what: str) -> None:
    key = publish(browse("amelie"))["id"]
    target = key if what == "posts" else comment(browse("amelie"), key)["id"]
    for _twice in range(2):
        assert browse("karim").put(f"/api/v1/{what}/{target}/reactions/thanks").status_code == 204
    browse("sofia").put(f"/api/v1/{what}/{target}/reactions/thanks")
    browse("karim").put(f"/api/v1/{what}/{target}/reactions/insight")

    def seen(by: str) -> dict[str, Any]:
        if what == "posts":
            found: dict[str, Any] = browse(by).get(f"/api/v1/posts/{key}").get_json()
        else:
            found = browse(by).get(f"/api/v1/posts/{key}/comments").get_json()["items"][0]
        return found

    assert seen("karim")["reactions"] == {"thanks": 2, "insight": 1}
    assert seen("karim")["my_reactions"] == ["thanks", "insight"]
    assert seen("amelie")["my_reactions"] == []
    assert browse("karim").delete(f"/api/v1/{what}/{target}/reactions/thanks").status_code == 204
    assert seen("karim")["reactions"] == {"thanks": 1, "insight": 1}
    assert browse("karim").put(f"/api/v1/{what}/{target}/reactions/angry").status_code == 422


def test_reactions_work_by_form_and_are_pressed_for_who_gave_them(browse: Browse) -> None:
    key = publish(browse("amelie"))["id"]
    answer = browse("karim").post(
        f"/posts/{key}/reactions", data={"name": "thanks"}, headers={"HX-Request": "true"}
    )
    pressed = 'name="name" value="thanks" aria-pressed="true"'
    assert pressed in answer.get_data(as_text=True)
    assert pressed in browse("karim").get("/").get_data(as_text=True)
    assert pressed not in browse("amelie").get("/").get_data(as_text=True)
    assert browse("karim").post(f"/posts/{key}/reactions", data={"name": "thanks"}).status_code == 303
    assert pressed not in browse("karim").get("/").get_data(as_text=True)
    assert browse("karim").post(f"/posts/{key}/reactions", data={"name": "rage"}).status_code == 422


def test_what_one_keeps_is_found_again_and_is_nobodys_business(browse: Browse) -> None:
    key = publish(browse("amelie"), "à relire")["id"]
    assert browse("karim").post(f"/posts/{key}/bookmark").status_code == 303
    assert "à relire" in browse("karim").get("/saved").get_data(as_text=True)
    assert "à relire" not in browse("amelie").get("/saved").get_data(as_text=True)
    browse("karim").post(f"/posts/{key}/bookmark")
    assert "à relire" not in browse("karim").get("/saved").get_data(as_text=True)


def test_a_long_thread_comes_in_pages_with_the_newest_at_the_end(browse: Browse) -> None:
    key = publish(browse("amelie"))["id"]
    keys = [comment(browse("karim"), key, f"numéro {n:03}")["id"] for n in range(60)]
    page = browse("amelie").get(f"/posts/{key}").get_data(as_text=True)
    assert "numéro 059" in page
    assert "numéro 009" not in page
    assert "numéro 010" in page
    earlier = page.split('<p class="more"><a class="btn small" href="')[1].split("#")[0].replace("&amp;", "&")
    assert "numéro 009" in browse("amelie").get(earlier).get_data(as_text=True)
    jump = browse("amelie").get(f"/comments/{keys[3]}")
    assert jump.status_code == 303
    assert jump.headers["Location"].endswith(f"#comment-{keys[3]}")
    around = browse("amelie").get(jump.headers["Location"]).get_data(as_text=True)
    assert f'id="comment-{keys[3]}"' in around


def test_comments_work_by_form(browse: Browse) -> None:
    key = publish(browse("amelie"))["id"]
    answer = browse("karim").post(f"/posts/{key}/comments", data={"body": "par le formulaire"})
    assert answer.status_code == 303
    assert "par le formulaire" in browse("amelie").get(answer.headers["Location"]).get_data(as_text=True)
    htmx = {"HX-Request": "true"}
    part = (
        browse("karim")
        .post(f"/posts/{key}/comments", data={"body": "vite"}, headers=htmx)
        .get_data(as_text=True)
    )
    assert part.lstrip().startswith('<li class="comment"')
    wrong = browse("karim").post(f"/posts/{key}/comments", data={"body": " "}, headers=htmx)
    assert (wrong.status_code, wrong.headers["HX-Retarget"]) == (422, "#comment-form")
    whole = browse("karim").post(f"/posts/{key}/comments", data={"body": "à @james.oneill"})
    assert whole.status_code == 422
    assert "à @james.oneill" in whole.get_data(as_text=True)


def test_a_followed_tag_comes_to_the_feed_of_what_one_follows(browse: Browse) -> None:
    publish(browse("amelie"), "un capteur #lora")
    assert "capteur" not in browse("karim").get("/?scope=following").get_data(as_text=True)
    assert browse("karim").post("/tags/lora/follow").status_code == 303
    assert "capteur" in browse("karim").get("/?scope=following").get_data(as_text=True)
    item = browse("karim").get("/api/v1/feed?scope=following").get_json()["items"][0]
    assert item["reason"]["code"] == "tag"
    assert browse("karim").post("/tags/not%20a%20tag/follow").status_code == 422
