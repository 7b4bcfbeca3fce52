"""What the tests of privacy share: something of everything that a person can leave behind."""

from collections.abc import Callable

import pytest
from flask import Flask

from rse.core.model import encode_id
from tests import factories


@pytest.fixture
def life(app: Flask, cast: dict[str, int]) -> Callable[[str, str], dict[str, str]]:
    """Let somebody write and do a little of everything, with a colleague; gives public ids."""

    def live(who: str, other: str) -> dict[str, str]:
        mine, theirs = (factories.browser_of(app, cast[name]) for name in (who, other))

        def ask(client: factories.Client, method: str, path: str, **json: object) -> dict[str, str]:
            answer = getattr(client, method)(f"/api/v1{path}", **({"json": json} if json else {}))
            assert answer.status_code < 300, (path, answer.text)
            return answer.json if answer.status_code != 204 else {}  # type: ignore[no-any-return]

        post = ask(mine, "post", "/posts", kind="message", body="Mon secret de fabrication")["id"]
        asked = ask(theirs, "post", "/posts", kind="question", title="Qui sait ?", body="Une autre plume")[
            "id"
        ]
        comment = ask(mine, "post", f"/posts/{asked}/comments", body="Ma réponse")["id"]
        ask(theirs, "put", f"/posts/{asked}/answer", comment_id=comment)
        ask(mine, "put", f"/posts/{asked}/reactions/thanks")
        ask(mine, "patch", f"/posts/{post}", body="Mon secret, deuxième version")
        ask(mine, "put", "/me/skills", skills=[{"label": "Soudage TIG", "level": 3}])
        ask(mine, "put", f"/people/{encode_id(cast[other])}/follow")
        talk = ask(mine, "post", "/conversations", member_ids=[encode_id(cast[other])])["id"]
        ask(mine, "post", f"/conversations/{talk}/messages", body="Un mot pour toi", client_id="a1")
        ask(theirs, "post", f"/conversations/{talk}/messages", body="Sa réponse à lui", client_id="b1")
        group = ask(
            mine, "post", "/groups", name="Essais", visibility="open", description="", purpose="social"
        )
        ask(theirs, "put", f"/groups/{group['slug']}/membership")
        return {"post": post, "asked": asked, "comment": comment, "talk": talk, "group": group["slug"]}

    return live
