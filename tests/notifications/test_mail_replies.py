"""Answers by mail: the address says who writes to what, the rights are those of now, and programs are not heard."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from rse.accounts.models import Person
from rse.core import db, jobs
from rse.notifications import exports, letters_in, replying, tasks
from rse.notifications.models import MailReply
from rse.settings import BadSettings, load
from tests.notifications.test_mails import Post, text_of
from tests.smtp import Inbox

SECRET = "of-the-mail-server-0123456789-abcdef"
AMELIE, KARIM = "amelie.rousseau@demo.example", "karim.benali@demo.example"
QUOTE = "\n\nLe lun. 23 nov. 2026 à 10:06, Agora <rse@example.com> a écrit :\n> Karim a commenté\n> Salut\n"
OUTLOOK = "De : Agora <a@b.c>\nEnvoyé : lundi 23 novembre 2026 10:06\nÀ : Amélie\nObjet : Le plan\n\nKarim a commenté"


@pytest.fixture
def office(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with Inbox() as inbox:
        app = make_app(
            mail_url=inbox.url, company="Agora", base_url="http://rse.example.com", reply_secret=SECRET,
            reply_address="reponse@rse.example.com",
        )  # fmt: skip
        monkeypatch.setattr(replying, "tell_refusal", replying.tell_refusal.__wrapped__)
        with app.app_context():
            yield Post(app, inbox, monkeypatch)


def told(office: Post, body: str = "Salut", **more: Any) -> tuple[str, Any]:
    """Let Karim comment on a post of Amélie's; gives the post and the mail that tells her."""
    post = office.post("amelie", "Bonjour", title="Le plan", **more)
    office.comment("karim", post, body)
    assert office.later(minutes=6) == 1
    return post, office.mails("amelie")[-1]


def answer(
    mail: Any, body: str = f"D'accord.{QUOTE}-- \nAmélie", sender: str = AMELIE, **headers: str
) -> EmailMessage:
    """Answer a mail as a mail program does."""
    made = EmailMessage()
    made["From"] = f"Amélie Rousseau <{sender}>"
    made["To"] = mail["Reply-To"] if hasattr(mail, "get") else mail
    made["Subject"] = "Re: Le plan"
    made["Message-ID"] = headers.pop("message_id", "<one@mail.example>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made


def hand_in(office: Post, mail: EmailMessage | bytes, secret: str = SECRET) -> Any:
    content = mail if isinstance(mail, bytes) else bytes(mail)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}
    return office.app.test_client().post("/mail/replies", data=content, headers=headers)


def comments(office: Post, post: str) -> list[tuple[str, str]]:
    items = office.call("amelie", "GET", f"/posts/{post}/comments").json["items"]
    return [(item["author"]["display_name"], item["body"]) for item in items]


def outcome(office: Post, mail: EmailMessage | bytes) -> str:
    response = hand_in(office, mail)
    assert response.status_code == 200, response.text
    return str(response.json["outcome"])


def refusal(office: Post) -> str:
    """The mail that the last one in the box is, when it tells of a refusal."""
    mail = office.inbox.mails[-1]
    assert mail["Subject"] == "Votre réponse n’a pas été publiée"
    assert (mail["To"].addresses[0].addr_spec, mail["Auto-Submitted"]) == (AMELIE, "auto-generated")
    return text_of(mail)


def test_an_answer_becomes_a_comment_once_without_quote_and_signature(office: Post) -> None:
    post, mail = told(office)
    assert mail["Reply-To"].addresses[0].addr_spec.startswith("reponse+")
    assert len(mail["Reply-To"].addresses[0].username) <= 64
    assert "Ou répondez à ce courriel" in text_of(mail)
    assert outcome(office, answer(mail)) == "published"
    assert comments(office, post)[-1] == ("Amélie Rousseau", "D'accord.")
    assert outcome(office, answer(mail)) == "again"
    second = answer(
        mail["Reply-To"].addresses[0].addr_spec.upper(), "<p>Et <b>aussi</b></p>", message_id="<2@x>"
    )
    second.replace_header("Content-Type", "text/html; charset=utf-8")
    assert outcome(office, second) == "published"
    assert [body for _who, body in comments(office, post)] == ["Salut", "D'accord.", "Et aussi"]
    items = office.call("amelie", "GET", f"/posts/{post}/comments").json["items"]
    assert items[1]["parent_id"] == items[0]["id"]
    assert office.call("amelie", "GET", "/notifications?unread=true").json["items"] == []
    jobs.drain()
    assert {i["kind"] for i in office.call("karim", "GET", "/notifications").json["items"]} == {"reply"}
    rows = [row["what"] for row in exports.rows(db.db.session(), office.ids["amelie"])]
    assert rows.count("answer by mail") == 2
    db.rollback()
    office.at(office.now + timedelta(days=31))
    tasks.clean()
    assert db.db.session().scalar(select(func.count()).select_from(MailReply)) == 0


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"Oui.{QUOTE}", "Oui."),
        (QUOTE, ""),
        ("> seulement\n> cela", ""),
        ("Oui\n\n- un\n- deux\n\n-- \nAmélie\n06 12", "Oui\n\n- un\n- deux"),
        ("Yes\n\nOn Mon, Nov 23, 2026 at 10:06 AM Agora\n<rse@example.com> wrote:\n\n> Hi\n", "Yes"),
        ("Top.\n\nEnvoyé de mon iPhone\n\n> Le 23 nov. 2026 à 10:06, Agora <a@b.c> a écrit :\n>\n> Salut", "Top."),
        (f"Ok\n\n{'_' * 32}\n{OUTLOOK}", "Ok"),
        ("Ok\n\n-----Original Message-----\nFrom: Agora <a@b.c>\nSent: Monday\nTo: Amélie\nSubject: Plan\n\nx", "Ok"),
        ("> Salut\nma réponse au milieu", "> Salut\nma réponse au milieu"),
        ("Le prix a doublé : qui l'a écrit ?", "Le prix a doublé : qui l'a écrit ?"),
    ],
)  # fmt: skip
def test_what_somebody_wrote_is_told_from_what_they_quote(said: str, left: str) -> None:
    assert letters_in.answer(said) == left


def test_programs_are_not_heard_and_strangers_learn_nothing(office: Post) -> None:
    post, mail = told(office)
    before = len(office.inbox.mails)
    for name, value in (
        ("Auto_Submitted", "auto-replied"), ("Precedence", "bulk"), ("Return_Path", "<>"), ("List_Id", "<x.y>"),
        ("X_Autoreply", "yes"),
    ):  # fmt: skip
        assert outcome(office, answer(mail, **{name: value})) == "ignored"
    address = mail["Reply-To"].addresses[0].addr_spec
    forged = address[: address.index("@") - 1] + ("a" if address[address.index("@") - 1] != "a" else "b")
    for wrong in (f"{forged}@rse.example.com", "reponse@rse.example.com", "reponse+a-b-c@rse.example.com"):
        assert outcome(office, answer(wrong)) == "unknown"
    assert outcome(office, b"\xff\x00 no mail at all") in {"ignored", "unknown"}
    assert outcome(office, b"") == "unknown"
    assert hand_in(office, answer(mail), "wrong").status_code == 403
    assert hand_in(office, answer(mail), "").status_code == 403
    assert hand_in(office, b"x" * 1_000_001).status_code == 413
    assert comments(office, post) == [("Karim Benali", "Salut")]
    assert len(office.inbox.mails) == before


def test_what_is_refused_is_said_to_the_persons_own_address(office: Post) -> None:
    post, mail = told(office)
    assert outcome(office, answer(mail, sender="someone@else.example")) == "refused"
    assert "someone@else.example" in refusal(office)
    assert outcome(office, answer(mail, QUOTE)) == "refused"
    assert "aucun texte" in refusal(office)
    assert outcome(office, answer(mail, "x" * 15_000)) == "refused"
    assert outcome(office, answer(mail, "Vois @personne.ici", message_id="<n@x>")) == "published"
    assert office.call("amelie", "PUT", f"/posts/{post}/close", reason="Réglé").status_code == 204
    assert outcome(office, answer(mail, "Encore", message_id="<3@x>")) == "refused"
    assert "a clos cette discussion" in refusal(office)
    office.call("amelie", "DELETE", f"/posts/{post}/close")
    office.at(office.now + timedelta(days=15))
    assert outcome(office, answer(mail, "Encore", message_id="<4@x>")) == "refused"
    assert "deux semaines" in refusal(office)


def test_the_rights_are_those_of_now(office: Post) -> None:
    slug = office.group("karim", "amelie", visibility="secret")
    post, mail = told(office, group=slug)
    assert office.call("karim", "DELETE", f"/groups/{slug}/members/{office.pid('amelie')}").status_code == 204
    assert outcome(office, answer(mail, "Encore là")) == "refused"
    assert "n’existe plus" in refusal(office)
    assert "Le plan" not in refusal(office)
    assert len(office.call("karim", "GET", f"/posts/{post}/comments").json["items"]) == 1
    session = db.begin_write()
    session.get_one(Person, office.ids["amelie"]).status = "deactivated"
    db.commit()
    before = len(office.inbox.mails)
    assert outcome(office, answer(mail, "Et maintenant")) == "unknown"
    assert len(office.inbox.mails) == before


def test_many_answers_in_an_hour_are_refused(office: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replying, "MOST", 2)
    _post, mail = told(office)
    for number in range(2):
        assert outcome(office, answer(mail, "Oui", message_id=f"<{number}@x>")) == "published"
    assert outcome(office, answer(mail, "Oui", message_id="<9@x>")) == "refused"
    office.at(office.now + timedelta(hours=2))
    assert outcome(office, answer(mail, "Oui", message_id="<9@x>")) == "published"


def test_without_a_setting_nothing_is_offered_or_taken(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    assert app.test_client().post("/mail/replies", data=b"x").status_code == 404
    with pytest.raises(BadSettings, match="go together"):
        load({"reply_address": "reponse@rse.example.com"})
    with pytest.raises(BadSettings, match="32 random"):
        load({"reply_address": "reponse@rse.example.com", "reply_secret": "short"})
    with pytest.raises(BadSettings, match="before the @"):
        load({"reply_address": f"{'r' * 19}@rse.example.com", "reply_secret": SECRET})
