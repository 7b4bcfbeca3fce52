"""Mails: only for what stays unread, in the language of who gets them, one a person; off means off."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from rse.core import jobs
from rse.notifications import mailing
from tests.notifications.office import Office
from tests.smtp import Inbox


class Post(Office):
    """The office, and a mail server."""

    def __init__(self, app: Flask, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inbox = inbox
        super().__init__(app, monkeypatch)

    def run(self) -> int:
        return mailing.run()

    def mails(self, name: str) -> list[Any]:
        return self.inbox.to(f"{ {'amelie': 'amelie.rousseau', 'karim': 'karim.benali'}[name] }@demo.example")


@pytest.fixture
def office(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with Inbox() as inbox:
        app = make_app(mail_url=inbox.url, company="Agora", base_url="http://rse.example.com")
        with app.app_context():
            yield Post(app, inbox, monkeypatch)


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def test_what_stays_unread_is_mailed_once(office: Post) -> None:
    post = office.post("amelie", "Qui sait ?", title="Une question & demie", kind="question")
    office.comment("karim", post, "Moi **oui** <b>là</b>")
    assert office.later(seconds=10) == 0
    assert office.later(minutes=5) == 1
    assert office.later(minutes=5) == 0
    (mail,) = office.inbox.mails
    assert mail["Subject"] == "Une question & demie"
    assert mail["To"] == "Amélie Rousseau <amelie.rousseau@demo.example>"
    assert mail["From"] == "Agora <no-reply@rse.example.com>"
    assert mail["References"].startswith("<thread.post.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = text_of(mail)
    assert "Karim Benali a répondu à votre question\u00a0:\n  Moi oui <b>là</b>\n" in text
    assert "http://rse.example.com/comments/" in text
    html = mail.get_body(("html",)).get_content()
    assert "Une question &amp; demie" in html
    assert "<b>là" not in html


def test_what_is_read_in_time_is_not_mailed(office: Post) -> None:
    post = office.post("amelie", "Bonjour")
    office.comment("karim", post, "Salut")
    jobs.drain()
    office.call("amelie", "PUT", "/notifications/read", up_to_id="zzzzzzzzzzzz")
    assert office.later(minutes=10) == 0


def test_what_is_taken_back_leaves_no_trace(office: Post) -> None:
    post = office.post("amelie", "Bonjour")
    comment = office.comment("karim", post, "Oups, le mot de passe")
    office.later(seconds=9)
    assert office.call("karim", "DELETE", f"/comments/{comment}").status_code == 204
    assert office.later(minutes=10) == 0
    assert office.inbox.mails == []


def test_mails_of_a_thread_stay_together_and_threads_go_in_one_mail(office: Post) -> None:
    first = office.post("amelie", "Le plan", title="Le plan")
    office.comment("karim", first, "Un")
    office.later(minutes=6)
    office.comment("sofia", first, "Deux")
    office.later(minutes=6)
    one, two = office.mails("amelie")
    assert one["References"] == two["References"]
    assert one["Message-ID"] != two["Message-ID"]
    second = office.post("amelie", "Autre chose", title="Autre chose")
    office.comment("karim", first, "Trois")
    office.comment("karim", second, "Quatre")
    office.later(minutes=6)
    gathered = office.mails("amelie")[-1]
    assert gathered["Subject"] == "2 notifications sur Agora"
    assert text_of(gathered).index("== Le plan") < text_of(gathered).index("== Autre chose")


def test_the_evening_is_quiet_and_the_morning_brings_one_mail(office: Post) -> None:
    post = office.post("amelie", "Bonjour")
    office.at(datetime(2026, 11, 27, 18, 30, tzinfo=UTC))  # Friday evening
    office.comment("karim", post, "Encore là ?")
    office.comment("sofia", post, "Oui")
    assert office.later(minutes=10) == 0
    assert office.later(hours=30) == 0
    office.at(datetime(2026, 11, 30, 6, 59, tzinfo=UTC))
    assert office.later(seconds=1) == 0
    assert office.later(minutes=1) == 2  # Karim is told of Sofia's word
    (mail,) = office.mails("amelie")
    assert "Encore là" in text_of(mail)
    assert "Oui" in text_of(mail)


def test_a_person_may_widen_the_silence_and_choose_a_digest(office: Post) -> None:
    office.wish("amelie", quiet={"opens": "11:00"})
    post = office.post("amelie", "Bonjour")
    office.comment("karim", post, "Un")
    assert office.later(minutes=30) == 0
    assert office.later(minutes=31) == 1
    office.wish("amelie", frequency="daily")
    office.comment("karim", post, "Deux")
    assert office.later(hours=3) == 0
    assert office.later(hours=21) == 1
    office.wish("amelie", frequency="weekly")
    office.comment("karim", post, "Trois")
    assert office.later(days=2) == 0
    office.wish("amelie", frequency="soon", quiet={})
    assert office.later(minutes=6) == 1  # planned anew


OFF = {"app": False, "mail": False}


def test_off_means_off(office: Post) -> None:
    kinds = office.call("amelie", "GET", "/me/preferences").json["notifications"]["kinds"]
    assert len(kinds) >= 13
    office.wish("amelie", kinds=dict.fromkeys(kinds, OFF))
    everything(office)
    for _day in range(9):
        assert [m for m in office.inbox.mails if "amelie" in m["To"]] == []
        office.later(days=1)
    assert office.mails("amelie") == []
    assert office.call("amelie", "GET", "/notifications").json["items"] == []


def test_mail_off_leaves_the_page(office: Post) -> None:
    office.wish("amelie", frequency="never")
    everything(office)
    office.later(days=1)
    office.later(days=7)
    assert office.mails("amelie") == []
    assert {item["kind"] for item in office.call("amelie", "GET", "/notifications").json["items"]} >= {
        "answer",
        "comment",
        "mention",
        "reply",
        "accepted",
        "followed",
        "invitation",
        "endorsement",
    }


def everything(office: Post) -> None:
    """Let everything happen to Amélie of which somebody can be told."""
    amelie, karim = office.pid("amelie"), office.pid("karim")
    skills = office.call("amelie", "PUT", "/me/skills", skills=[{"label": "Soudage"}]).json["skills"]
    office.call("karim", "PUT", f"/people/{amelie}/skills/{skills[0]['slug']}/endorsement")
    office.call("amelie", "PUT", f"/people/{karim}/follow")
    office.comment("karim", office.post("amelie", "Bonjour"), "Salut")
    office.comment("karim", office.post("amelie", "Qui ?", kind="question"), "Moi")
    theirs = office.post("karim", "Et ceci ?", kind="question")
    answer = office.comment("amelie", theirs, "Cela")
    office.call("karim", "PUT", f"/posts/{theirs}/answer", comment_id=answer)
    office.comment("sofia", theirs, "Aussi")
    office.post("sofia", "Merci @amelie.rousseau")
    group = office.group("karim", name="Ici")
    office.call("karim", "POST", f"/groups/{group}/members", person_ids=[amelie])
    mine = office.group("amelie", name="Là")
    office.call("sofia", "PUT", f"/groups/{mine}/membership")
    office.say("karim", office.conversation("karim", "amelie"), "Tu viens ?", client_id="c1")
    jobs.drain()


def test_a_group_is_switched_off_alone(office: Post) -> None:
    slug = office.group("amelie", "karim")
    office.wish("amelie", groups={slug: OFF})
    office.comment("karim", office.post("amelie", "Dedans", group=slug), "Un")
    office.comment("karim", office.post("amelie", "Dehors"), "Deux")
    assert office.later(minutes=6) == 1
    assert "Deux" in text_of(office.inbox.mails[0])
    assert "Un" not in text_of(office.inbox.mails[0])


def test_the_way_out_needs_no_sign_in_and_looking_changes_nothing(office: Post) -> None:
    post = office.post("amelie", "Bonjour")
    office.comment("karim", post, "Un")
    office.later(minutes=6)
    address = office.mails("amelie")[0]["List-Unsubscribe"].strip("<>")
    path = address.removeprefix("http://rse.example.com")
    anybody = office.app.test_client()
    assert "Arrêter ces messages" in anybody.get(path).text
    assert "Commentaires sur mes publications" in anybody.get(path).text
    office.comment("karim", post, "Deux")
    assert office.later(minutes=6) == 1
    assert anybody.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    office.comment("karim", post, "Trois")
    assert office.later(minutes=6) == 0
    kinds = office.call("amelie", "GET", "/me/preferences").json["notifications"]["kinds"]
    assert kinds["comment"] == {"app": True, "mail": False, "push": True}
    assert kinds["answer"] == {"app": True, "mail": True, "push": True}
    assert anybody.get(path[:-3] + "abc").status_code == 404
    assert anybody.post("/notifications/unsubscribe/x").status_code == 404


def test_a_server_that_is_away_loses_nothing(office: Post) -> None:
    office.comment("karim", office.post("amelie", "Bonjour"), "Un")
    office.inbox.refuse["amelie.rousseau@demo.example"] = "451 4.3.0 later"
    assert office.later(minutes=6) == 0
    office.inbox.refuse.clear()
    assert office.later(minutes=11) == 1
    office.comment("karim", office.post("amelie", "Encore"), "Deux")
    office.inbox.refuse["amelie.rousseau@demo.example"] = "550 5.1.1 no such user"
    assert office.later(minutes=6) == 0
    office.inbox.refuse.clear()
    assert office.later(hours=1) == 0  # given up


def test_who_cannot_read_it_any_more_gets_no_mail(office: Post) -> None:
    slug = office.group("amelie", "karim", visibility="secret")
    office.comment("amelie", office.post("karim", "Entre nous", group=slug), "Oui")
    jobs.drain()
    assert office.call("amelie", "DELETE", f"/groups/{slug}/members/{office.pid('karim')}").status_code == 204
    office.at(office.now + timedelta(minutes=6))
    assert mailing.run() == 0  # before the worker has come to it


def test_english_is_written_to_who_reads_english(office: Post) -> None:
    office.call("amelie", "PUT", "/me/preferences", language="en")
    office.comment("karim", office.post("amelie", "Hello"), "Hi")
    office.later(minutes=6)
    assert "Karim Benali commented on your post" in text_of(office.inbox.mails[0])


def test_the_page_of_wishes_works_as_a_form(office: Post) -> None:
    browser = office.browser("amelie")
    html = browser.get("/settings/notifications").text
    assert "Commentaires sur mes publications, par courriel" in html
    answer = browser.post(
        "/settings/notifications",
        data={
            "frequency": "daily",
            "app": ["comment"],
            "mail": ["mention"],
            "opens": "09:00",
            "days": ["1", "2"],
        },
    )
    assert answer.status_code == 303
    said = browser.get("/api/v1/me/preferences").json["notifications"]
    assert (said["frequency"], said["quiet"]) == ("daily", {"opens": "09:00", "closes": None, "days": [1, 2]})
    assert said["kinds"]["comment"] == {"app": True, "mail": False, "push": False}
    assert said["kinds"]["mention"] == {"app": False, "mail": True, "push": False}
    wrong = browser.post("/settings/notifications", data={"opens": "12:00", "closes": "09:00"})
    assert wrong.status_code == 422
    assert "finissent après" in wrong.text
    refused = browser.put("/api/v1/me/preferences", json={"notifications": {"kinds": {"no": OFF}}})
    assert refused.status_code == 422


def test_who_writes_in_the_evening_sees_when_mails_go(office: Post) -> None:
    post = office.post("amelie", "Bonjour")
    for path in ("/", f"/posts/{post}"):
        assert "les courriels partiront" not in office.browser("amelie").get(path).text
    office.at(datetime(2026, 11, 27, 18, 30, tzinfo=UTC))  # Friday evening
    for path in ("/", f"/posts/{post}"):
        page = office.browser("amelie").get(path).text
        assert "Visible dès maintenant, les courriels partiront lundi 08:00" in page
