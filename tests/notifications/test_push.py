"""Push: to a browser that was switched on, for what stays unread, in working hours; nobody between reads it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from flask import Flask
from sqlalchemy import func, select

from rse.core import company, db, jobs
from rse.notifications import exports, pushing, subscribing, webpush
from rse.notifications.models import PushKey, PushSubscription
from tests import factories
from tests.notifications.office import Office
from tests.push_service import Browser, PushService

SOON = 31  # seconds: a push goes for what is not read within thirty
HERE = "/settings/notifications"


class Phones(Office):
    """The office, and a push service."""

    def __init__(self, app: Flask, service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
        self.service = service
        super().__init__(app, monkeypatch)

    def run(self) -> int:
        return pushing.run()

    def switch_on(self, name: str, device: str = "phone") -> tuple[Browser, factories.Client]:
        """Switch a browser on as its page does; gives it, and the client that is signed in there."""
        signed, browser = self.browser(name), Browser(self.service, device)
        self.key = signed.post("/notifications/push/key").json["key"]
        answer = signed.post("/notifications/push", data=browser.form)
        assert answer.status_code == 204, answer.text
        return browser, signed


@pytest.fixture
def office(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[Phones]:
    with PushService(monkeypatch) as service:
        app = make_app(company="Agora")
        with app.app_context():
            yield Phones(app, service, monkeypatch)


def kept() -> int:
    db.rollback()
    return db.db.session().scalar(select(func.count()).select_from(PushSubscription)) or 0


def test_what_stays_unread_is_pushed_once_and_only_that_browser_opens_it(office: Phones) -> None:
    phone, _signed = office.switch_on("amelie")
    post = office.post("amelie", "Le mot de passe est melon", title="Un secret")
    comment = office.comment("karim", post, "Melon, vraiment ?")
    assert office.later(seconds=29) == 0
    assert office.later(seconds=2) == 1
    assert office.later(minutes=5) == 0
    (said,) = phone.opened()
    assert said["title"] == "Karim Benali a commenté votre publication"
    assert said["body"] == ""  # what was written is asked for
    assert said["url"] == f"/comments/{comment}"
    assert said["lang"] == "fr"
    ((_name, headers, content),) = office.service.taken
    assert b"Karim" not in content
    assert headers["content-encoding"] == "aes128gcm"
    assert 0 < int(headers["ttl"]) <= 4 * 3600
    assert len(headers["topic"]) == 32
    claims = office.service.claims(headers, office.key)
    assert claims["aud"] == office.service.url
    assert office.now.timestamp() < claims["exp"] <= office.now.timestamp() + 86_400
    assert claims["sub"].startswith("mailto:")
    stranger = Browser(office.service, "another")
    with pytest.raises(Exception, match=r"(?i)decrypt"):
        stranger.open(content)


def test_what_was_written_is_said_to_who_asks_for_it(office: Phones) -> None:
    phone, _signed = office.switch_on("amelie")
    office.wish("amelie", push_text=True)
    office.call("karim", "PUT", "/me/preferences", language="en")
    laptop, _signed = office.switch_on("karim", "laptop")
    post = office.post("amelie", "Bonjour", title="Le plan")
    office.comment("karim", post, "D'accord")
    office.comment("sofia", post, "Pas moi")
    assert office.later(seconds=SOON) == 2
    (said,) = laptop.opened()
    assert (said["lang"], said["title"]) == ("en", "Sofia Marchetti wrote in a thread that you follow")
    assert said["body"] == ""
    (said,) = phone.opened()
    assert said["title"] == "Sofia Marchetti a commenté votre publication"
    assert said["body"] == "Le plan\nPas moi\net 1 de plus"
    office.comment("karim", post, "Si")
    office.comment("karim", office.post("amelie", "Autre chose", title="Le reste"), "Oui")
    office.later(seconds=SOON)
    said = phone.opened()[-1]
    assert (said["title"], said["url"]) == ("2 notifications sur Agora", "/notifications")
    assert set(said["body"].split("\n")) == {"Le plan", "Le reste"}


def test_what_is_read_or_taken_back_in_time_is_not_pushed(office: Phones) -> None:
    office.switch_on("amelie")
    post = office.post("amelie", "Bonjour")
    office.comment("karim", post, "Salut")
    jobs.drain()
    office.call("amelie", "PUT", "/notifications/read", up_to_id="zzzzzzzzzzzz")
    assert office.later(minutes=1) == 0
    comment = office.comment("karim", post, "Oups")
    office.later(seconds=9)
    assert office.call("karim", "DELETE", f"/comments/{comment}").status_code == 204
    assert office.later(minutes=1) == 0
    slug = office.group("amelie", "sofia", visibility="secret")
    theirs = office.post("sofia", "Entre nous", group=slug)
    office.switch_on("sofia", "laptop")
    office.comment("amelie", theirs, "Oui")
    jobs.drain()
    assert office.call("amelie", "DELETE", f"/groups/{slug}/members/{office.pid('sofia')}").status_code == 204
    office.at(office.now + timedelta(minutes=1))
    assert pushing.run() == 0  # before the worker has come to it
    assert office.service.asked == []


def test_the_evening_is_quiet_and_the_morning_brings_one_push(office: Phones) -> None:
    phone, _signed = office.switch_on("amelie")
    post = office.post("amelie", "Bonjour")
    office.at(datetime(2026, 11, 27, 16, 40, tzinfo=UTC))  # Friday, twenty minutes before the end
    _phone, signed = office.switch_on("amelie")
    office.comment("sofia", post, "Encore là ?")
    assert office.later(seconds=SOON) == 1
    assert int(office.service.taken[0][1]["ttl"]) == 20 * 60 - SOON
    office.at(datetime(2026, 11, 27, 18, 30, tzinfo=UTC))
    office.comment("karim", post, "Moi oui")
    office.comment("sofia", post, "Moi aussi")
    assert office.later(minutes=10) == 0
    assert office.later(hours=30) == 0
    office.at(datetime(2026, 11, 30, 7, 0, tzinfo=UTC))
    assert pushing.run() == 0  # the session there has idled out
    phone, signed = office.switch_on("amelie", "phone2")
    office.comment("karim", post, "Bonne semaine")
    assert office.later(seconds=SOON) == 1
    assert "Karim" in phone.opened()[0]["title"]
    assert signed.get("/").status_code == 200
    office.wish("amelie", quiet={"opens": "09:00"})
    office.comment("karim", post, "Tu es là ?")
    assert office.later(minutes=5) == 0
    assert office.later(minutes=55) == 1


def test_off_means_off(office: Phones) -> None:
    office.switch_on("amelie")
    post = office.post("amelie", "Bonjour")
    office.wish("amelie", kinds={"comment": {"push": False}})
    said = office.call("amelie", "GET", "/me/preferences").json["notifications"]
    assert said["kinds"]["comment"] == {"app": True, "mail": True, "push": False}
    office.wish("amelie", kinds={"comment": {"app": True, "mail": False}})  # a program that knows no push
    assert not office.call("amelie", "GET", "/me/preferences").json["notifications"]["kinds"]["comment"][
        "push"
    ]
    slug = office.group("amelie", "karim")
    office.wish("amelie", groups={slug: {"push": False}})
    office.comment("karim", post, "Un")
    office.post("karim", "Dans le groupe @amelie.rousseau", group=slug)
    assert office.later(minutes=1) == 0
    office.post("karim", "Dehors @amelie.rousseau")
    jobs.drain()
    office.wish("amelie", kinds={"mention": {"push": False}})
    assert office.later(minutes=1) == 0
    office.wish("amelie", kinds={"mention": {"push": True}})
    company.put(db.begin_write(), "features_off", ["push"])
    db.commit()
    company.forget(db.db.session())
    office.post("karim", "Encore @amelie.rousseau")
    assert office.later(minutes=1) == 0
    signed = office.browser("amelie")
    assert signed.post("/notifications/push/key").status_code == 404
    assert 'id="push"' not in signed.get(HERE).text
    assert signed.post(HERE, data={"app": ["mention"]}).status_code == 303  # the page has no push to tick
    assert signed.get("/api/v1/me/preferences").json["notifications"]["kinds"]["mention"]["push"] is True
    assert office.service.asked == []


def test_a_browser_that_is_gone_is_forgotten_and_a_service_that_is_away_is_tried_again(
    office: Phones,
) -> None:
    phone, _signed = office.switch_on("amelie", "phone")
    office.switch_on("amelie", "gone")
    office.service.answers |= {"gone": 410, "phone": 503}
    office.comment("karim", office.post("amelie", "Bonjour"), "Un")
    assert office.later(seconds=SOON) == 0
    assert kept() == 1
    assert "injoignable" in office.browser("amelie").get(HERE).text
    assert office.later(minutes=9) == 0
    assert office.service.asked.count("phone") == 1
    office.service.answers.clear()
    assert office.later(minutes=2) == 1
    assert len(phone.opened()) == 1
    assert "injoignable" not in office.browser("amelie").get(HERE).text


def test_a_browser_ends_with_its_session(office: Phones) -> None:
    _phone, signed = office.switch_on("amelie", "phone")
    _laptop, other = office.switch_on("amelie", "laptop")
    assert kept() == 2
    signed.post("/logout")
    assert kept() == 1
    office.call("amelie", "PUT", "/me/preferences", language="fr")
    other.post("/settings/sessions/end-others")
    assert kept() == 1
    third = office.browser("amelie")
    third.post("/settings/sessions/end-others")
    assert kept() == 0
    office.comment("karim", office.post("amelie", "Bonjour"), "Un")
    assert office.later(minutes=1) == 0


def test_the_settings_list_try_and_end_them_and_nobody_else_does(office: Phones) -> None:
    phone, signed = office.switch_on("amelie")
    office.at(datetime(2026, 11, 23, 20, 0, tzinfo=UTC))  # a trial is asked for, also in the evening
    assert "Ce navigateur" in signed.get(HERE).text
    (row,) = signed.get("/api/v1/me/push").json["items"]
    assert row["failing"] is False
    assert office.browser("karim").post(f"/notifications/push/{row['id']}/try").status_code == 404
    assert office.browser("karim").delete(f"/api/v1/me/push/{row['id']}").status_code == 404
    office.monkeypatch.setattr(pushing, "try_out", pushing.try_out.__wrapped__)
    assert signed.post(f"/notifications/push/{row['id']}/try").status_code == 303
    assert phone.opened()[0]["title"] == "Voici comment Agora vous prévient."
    exported = [row["what"] for row in exports.rows(db.db.session(), office.ids["amelie"])]
    assert exported.count("browser that is pushed to") == 1
    elsewhere = office.browser("amelie")
    assert elsewhere.post(f"/notifications/push/{row['id']}/end").status_code == 303
    assert kept() == 0
    # The browser was switched off from elsewhere: at its next sign-in it does not come back by itself.
    again = office.browser("amelie")
    assert again.post("/notifications/push", data=phone.form | {"renewed": "true"}).status_code == 409
    assert again.post("/notifications/push", data=phone.form).status_code == 204
    assert (
        office.browser("amelie")
        .post("/notifications/push", data=phone.form | {"renewed": "true"})
        .status_code
        == 204
    )
    assert kept() == 1  # the same browser, in its new session
    (row,) = again.get("/api/v1/me/push").json["items"]
    assert again.delete(f"/api/v1/me/push/{row['id']}").status_code == 204
    assert kept() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://10.0.0.1/push/x"},
        {"endpoint": "http://localhost/push/x"},
        {"endpoint": "ftp://push.example.com/x"},
        {"p256dh": "B" + "A" * 86},
        {"auth": "c2hvcnQ" * 4},
        {"auth": ""},
    ],
)
def test_what_no_browser_would_send_is_refused(office: Phones, wrong: dict[str, str]) -> None:
    browser = Browser(office.service, "phone")
    answer = office.browser("amelie").post("/notifications/push", data=browser.form | wrong)
    assert answer.status_code == 422
    assert kept() == 0


def test_the_keys_are_sealed_and_follow_the_secret_key(office: Phones) -> None:
    office.switch_on("amelie")
    session = db.begin_write()
    row = session.scalars(select(PushKey)).one()
    assert "PRIVATE" not in row.private
    secret = office.app.config["SECRET_KEY"]
    assert subscribing.seal_anew(session, secret, []) == ([], [])
    assert subscribing.seal_anew(session, "n" * 40, [secret]) == (["web push"], [])
    assert subscribing.public_key(session, "n" * 40) == office.key
    assert subscribing.seal_anew(session, "m" * 40, []) == ([], ["web push"])
    assert subscribing.public_key(session, "m" * 40) != office.key  # made anew: browsers are asked again
    assert session.scalar(select(func.count()).select_from(PushSubscription)) == 0
    db.rollback()


def test_the_sealing_is_that_of_the_standard() -> None:
    """RFC 8291, section 5: the message of its example opens with the same library that seals ours."""
    number = int.from_bytes(webpush.decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    plain = http_ece.decrypt(
        webpush.decode(body), private_key=derive_private_key(number, SECP256R1()),
        auth_secret=webpush.decode("BTBZMqHH6r4Tts7J_aSIgg"), version="aes128gcm",
    )  # fmt: skip
    assert plain == b"When I grow up, I want to be a watermelon"
