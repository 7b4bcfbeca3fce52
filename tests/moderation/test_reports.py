"""What is reported is copied for the moderators, decided with reasons, told of, and can be appealed against once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from rse.accounts.models import AuditEntry, Person
from rse.core import clock, db, jobs
from rse.core.model import decode_id, encode_id
from rse.demo import clearing
from rse.groups import service as groups
from rse.moderation import exports, queries, service
from rse.moderation.models import Report, ReportVoice
from tests import factories

Browsers = Callable[[str], Any]
RUDE = "Vous êtes tous des incapables"
WHY = "Injure envers des collègues, article 3 de la charte."


class House:
    """The cast, with a second moderator (Claire); Karim has written something rude for everybody."""

    def __init__(self, app: Flask) -> None:
        cast = factories.make_cast(db.begin_write())
        cast["claire"].roles = frozenset({"moderator"})
        self.ids = {name: person.id for name, person in cast.items()}
        db.commit()
        self.browsers = {name: factories.browser_of(app, person) for name, person in self.ids.items()}
        self.post = self.publish("karim", RUDE)

    def publish(self, who: str, body: str, **more: Any) -> str:
        answer = self.call(who, "post", "/posts", body=body, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def call(self, who: str, method: str, path: str, **body: Any) -> Any:
        given = {"json": body} if body else {}
        return getattr(self.browsers[who], method)(f"/api/v1{path}", **given)

    def report(self, who: str = "amelie", kind: str = "post", target: str = "", **more: Any) -> str:
        about = {"target_type": kind, "target_id": target or self.post, "reason": "insult"}
        answer = self.call(who, "post", "/reports", **(about | more))
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def change(self, who: str, report: str, **body: Any) -> int:
        return int(self.call(who, "patch", f"/reports/{report}", **body).status_code)

    def decide(self, who: str, report: str, decision: str = "hide", statement: str = WHY) -> int:
        return self.change(who, report, decision=decision, statement=statement)

    def sees(self, who: str, path: str) -> bool:
        return bool(self.call(who, "get", path).status_code == 200)

    def page(self, who: str, path: str = "/settings/reports") -> str:
        return str(self.browsers[who].get(path).text)


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def test_a_report_goes_from_the_card_to_a_decision_and_an_appeal(any_app: Flask) -> None:
    house = House(any_app)
    amelie, thomas, karim = (house.browsers[name] for name in ("amelie", "thomas", "karim"))
    where = f"/report/post/{house.post}"
    assert where in amelie.get("/").text
    assert RUDE in amelie.get(where).text
    wrong = amelie.post(where, data={"reason": "other"})
    assert wrong.status_code == 422
    assert amelie.post(where, data={"reason": "insult", "comment": "Ça blesse."}).status_code == 303
    assert "Attend un modérateur" in house.page("amelie")
    queue = thomas.get("/moderation").text
    assert RUDE in queue
    report = encode_id(db.session().scalars(select(Report.id)).one())
    db.rollback()
    assert "Ça blesse." in thomas.get(f"/moderation/{report}").text
    assert thomas.post(f"/moderation/{report}/hide", data={"hidden": "1"}).status_code == 303
    assert not house.sees("sofia", f"/posts/{house.post}")
    assert "masqué le temps de l’examiner" in house.page("karim")
    no_reasons = thomas.post(f"/moderation/{report}", data={"decision": "remove"})
    assert no_reasons.status_code == 422
    assert "droit aux motifs" in no_reasons.text
    assert (
        thomas.post(f"/moderation/{report}", data={"decision": "remove", "statement": WHY}).status_code == 303
    )
    told = house.page("karim")
    assert WHY in told
    assert "Amélie" not in told.partition("<main")[2].partition("</main>")[0]
    appeal = f"/settings/reports/{report}/appeal"
    assert amelie.post(appeal, data={"words": "Non"}).status_code == 404
    assert karim.post(appeal, data={"words": "C’était de l’humour."}).status_code == 303
    assert karim.post(appeal, data={"words": "Encore"}).status_code == 422
    assert house.decide("thomas", report, "keep") == 403  # not the one who has decided
    assert house.decide("claire", report, "keep", "L’ironie était claire.") == 200
    assert house.sees("sofia", f"/posts/{house.post}")
    assert "L’ironie était claire." in house.page("karim")
    assert house.decide("claire", report) == 422  # it is over
    assert "Laissé en place" in house.page("amelie")
    lines = db.session().scalars(select(AuditEntry.action).where(AuditEntry.target.startswith("report:")))
    assert list(lines) == ["report.hide", "report.decide", "report.appeal"]


def test_only_moderators_without_a_part_in_it_judge(house: House) -> None:
    report = house.report("thomas")
    assert house.call("thomas", "get", "/reports").get_json()["items"] == []
    assert house.decide("thomas", report) == 404
    assert house.browsers["thomas"].get(f"/moderation/{report}").status_code == 404
    assert [house.call(name, "get", "/reports").status_code for name in ("amelie", "ines")] == [404, 404]
    assert [house.decide(name, report) for name in ("amelie", "ines", "karim")] == [404, 404, 404]
    assert house.browsers["amelie"].get("/moderation").status_code == 404
    listed = house.call("claire", "get", "/reports").get_json()["items"]
    assert [(one["id"], one["body"], one["state"]) for one in listed] == [(report, RUDE, "open")]
    own = house.report("amelie", target=house.publish("claire", "Ceci est de Claire"))
    assert house.decide("claire", own) == 404
    assert house.decide("thomas", own, "warn") == 200
    assert "Ceci est de Claire" in house.page("claire")


def test_nobody_reports_what_they_cannot_read_or_wrote_themselves(house: House) -> None:
    session = db.begin_write()
    group = groups.insert(session, name="Projet Aurore", visibility="secret")
    groups.enter(session, group, house.ids["karim"], "owner")
    slug = group.slug
    db.commit()
    hidden = house.publish("karim", "Secret", group=slug)
    about = {"target_type": "post", "target_id": hidden, "reason": "spam"}
    assert house.call("amelie", "post", "/reports", **about).status_code == 404
    assert house.browsers["amelie"].get(f"/report/post/{hidden}").status_code == 404
    assert house.browsers["amelie"].get(f"/report/thing/{hidden}").status_code == 404
    mine = house.call("karim", "post", "/reports", **about)
    assert mine.status_code == 422
    assert "target_id" in mine.get_json()["errors"]
    wrong = house.call("amelie", "post", "/reports", **(about | {"target_id": house.post, "reason": "why"}))
    assert wrong.status_code == 422


def test_a_copy_from_a_secret_group_opens_nothing_else(house: House) -> None:
    session = db.begin_write()
    group = groups.insert(session, name="Projet Aurore", visibility="secret")
    for name in ("karim", "sofia"):
        groups.enter(session, group, house.ids[name], "member")
    slug = group.slug
    db.commit()
    post = house.publish("karim", "Une insulte ici", group=slug)
    report = house.report("sofia", target=post)
    [seen] = house.call("thomas", "get", "/reports").get_json()["items"]
    assert (seen["body"], seen["place"]) == ("Une insulte ici", "secret")
    assert "Aurore" not in house.page("thomas", f"/moderation/{report}")
    assert not house.sees("thomas", f"/posts/{post}")
    assert house.decide("thomas", report, "remove") == 200
    assert not house.sees("sofia", f"/posts/{post}")


def test_several_reports_of_one_thing_are_one_case(house: House) -> None:
    first = house.report("amelie")
    assert house.report("sofia", reason="harassment") == first
    assert house.report("sofia", reason="other", comment="Je précise.") == first
    [seen] = house.call("thomas", "get", "/reports").get_json()["items"]
    assert [(v["reason"], v["comment"]) for v in seen["reports"]] == [
        ("insult", ""),
        ("other", "Je précise."),
    ]
    assert house.decide("thomas", first, "keep", "") == 200
    assert house.report("amelie") != first  # decided: it may be reported anew
    assert "Laissé en place" in house.page("sofia")


def test_comments_messages_and_profiles_are_hidden_and_put_back(house: House) -> None:
    path = f"/posts/{house.post}/comments"
    comment = house.call("karim", "post", path, body="Encore une injure").get_json()["id"]
    report = house.report("amelie", "comment", comment)
    assert house.change("thomas", report, hidden=True) == 200
    assert house.call("sofia", "get", path).get_json()["items"] == []
    assert house.sees("sofia", f"/posts/{house.post}")
    assert house.change("thomas", report, hidden=False) == 200
    assert [c["body"] for c in house.call("sofia", "get", path).get_json()["items"]] == ["Encore une injure"]
    members = [encode_id(house.ids["amelie"])]
    talk = house.call("karim", "post", "/conversations", member_ids=members).get_json()["id"]
    path = f"/conversations/{talk}/messages"
    message = house.call("karim", "post", path, body="**Menace**", client_id="c1").get_json()["id"]
    assert f"/report/message/{message}" in house.page("amelie", f"/messages/{talk}/on/{message}")
    report = house.report("amelie", "message", message, reason="harassment")
    assert house.change("thomas", report, hidden=True) == 200
    assert house.call("amelie", "get", path).get_json()["items"][0]["body"] == ""
    assert house.decide("thomas", report, "keep", "") == 200
    kept = house.call("amelie", "get", path).get_json()["items"][0]
    assert (kept["body"], "<strong>" in kept["body_html"], kept["deleted_at"]) == ("**Menace**", True, None)
    house.call("karim", "patch", "/me", about="Des propos déplacés")
    karim = encode_id(house.ids["karim"])
    assert f"/report/person/{karim}" in house.page("amelie", f"/people/{karim}")
    assert "/report/person" not in house.page("karim", f"/people/{karim}")
    report = house.report("amelie", "person", karim)
    assert house.change("thomas", report, hidden=True) == 422
    assert house.decide("thomas", report, "hide") == 422
    assert house.decide("thomas", report, "remove") == 200
    assert house.call("amelie", "get", f"/people/{karim}").get_json()["about"] == ""
    house.browsers["karim"].post(f"/settings/reports/{report}/appeal", data={"words": "C’est exact."})
    assert house.decide("claire", report, "keep") == 200
    assert house.call("amelie", "get", f"/people/{karim}").get_json()["about"] == "Des propos déplacés"


def test_what_its_author_took_back_stays_so(house: House) -> None:
    report = house.report()
    assert house.call("karim", "delete", f"/posts/{house.post}").status_code == 204
    assert house.decide("thomas", report, "remove") == 200
    house.browsers["karim"].post(f"/settings/reports/{report}/appeal", data={"words": "Je l’ai retiré."})
    assert house.decide("claire", report, "keep") == 200
    assert not house.sees("sofia", f"/posts/{house.post}")


def test_those_concerned_are_notified_and_never_of_who_reported(house: House) -> None:
    report = house.report("amelie")
    jobs.drain()
    assert "/moderation/" in house.call("thomas", "get", "/notifications").text
    assert "/moderation/" not in house.call("sofia", "get", "/notifications").text
    assert house.decide("thomas", report) == 200
    jobs.drain()
    author = house.call("karim", "get", "/notifications").text
    assert f"/settings/reports#r-{report}" in author
    assert "Amélie" not in author
    assert f"/settings/reports#r-{report}" in house.call("amelie", "get", "/notifications").text


def test_the_queue_is_read_in_pages_with_a_bounded_number_of_queries(house: House) -> None:
    viewer = factories.viewer_of(house.ids["thomas"])
    session = db.begin_write()
    for number in range(25):
        target = {"target_type": "post", "target_id": number, "author_id": house.ids["karim"]}
        one = Report(**target, copy={"body": f"n° {number}", "place": "company"}, opened_at=clock.now())
        session.add(one)
        session.flush()
        who = {"report_id": one.id, "person_id": house.ids["amelie"]}
        session.add(ReportVoice(**who, reason="spam", at=clock.now()))
    db.commit()
    first = house.call("thomas", "get", "/reports?limit=20").get_json()
    second = house.call("thomas", "get", f"/reports?limit=20&cursor={first['next_cursor']}").get_json()
    bodies = [one["body"] for one in first["items"] + second["items"]]
    assert bodies == [f"n° {number}" for number in range(25)]
    assert len(queries.queue(db.session(), viewer, waiting=False, after=None, limit=5)) == 0
    seen: list[str] = []
    event.listen(db.db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    assert "n° 19" in house.page("thomas", "/moderation")
    assert len(seen) <= 15


def test_exported_erased_and_cleared_with_the_demo(house: House) -> None:
    report = house.report("amelie", comment="Mes mots")
    assert house.decide("thomas", report) == 200
    session = db.begin_write()
    about = list(exports.rows(session, house.ids["karim"]))
    assert [(row["what"], row["text"], row["reasons"]) for row in about] == [("decision about me", RUDE, WHY)]
    assert "Mes mots" in str(list(exports.rows(session, house.ids["amelie"])))
    assert "Mes mots" not in str(about)
    exports.erase(session, house.ids["karim"])
    exports.erase(session, house.ids["amelie"])
    found = session.get_one(Report, decode_id(report), populate_existing=True)
    assert (found.copy["body"], found.decision) == ("", "hide")
    assert "Mes mots" not in str(list(exports.rows(session, house.ids["amelie"])))
    assert service.policy.outcomes("person") == ("keep", "remove", "warn")
    session.execute(Person.__table__.update().values(demo=True))
    clearing.remove(session, clearing.choose(session))
    assert session.scalars(select(Report)).all() == []
    db.rollback()


def test_the_author_is_told_why_something_is_out_of_sight(house: House) -> None:
    report = house.report("amelie", "post", house.post)
    assert house.change("thomas", report, hidden=True) == 200
    jobs.drain()
    told = house.call("karim", "get", "/notifications").get_json()["items"][0]
    assert (told["kind"], told["text"]) == ("hidden", "Masqué pendant qu’un modérateur l’examine")
    assert "amelie" not in str(told).lower()
    assert "Un modérateur l’a masqué" in house.page("karim", "/settings/reports")
    assert house.decide("thomas", report, "hide", "La charte") == 200
    jobs.drain()
    kinds = [one["kind"] for one in house.call("karim", "get", "/notifications").get_json()["items"]]
    assert (kinds[0], "hidden" in kinds) == ("judged", False)
