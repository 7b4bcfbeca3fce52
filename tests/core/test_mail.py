"""Mails reach a real SMTP server as they should, or say why they did not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from rse.core import mail
from tests.smtp import Inbox

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as running:
        yield running


def built(**more: str) -> EmailMessage:
    values = {"to": "amelie@demo.example", "subject": "Bonjour", "text": "Déjà lu ?\n"} | more
    return mail.build(
        mail.Mail(**values),
        sender="rse@demo.example",
        sender_name="Réseau d’Agora",
        at=AT,  # type: ignore[arg-type]
    )


def test_a_mail_in_two_forms_arrives(inbox: Inbox) -> None:
    message = built(
        html="<p>Déjà lu ?</p>", to_name="Amélie Rousseau", message_id="<2@rse>", references="<1@rse>"
    )
    mail.send(mail.server_of(inbox.url), message)
    (got,) = inbox.mails
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    assert got.get_body(("plain",)).get_content() == "Déjà lu ?\r\n"
    assert got["From"] == "Réseau d’Agora <rse@demo.example>"
    assert (got["Message-ID"], got["References"], got["In-Reply-To"]) == ("<2@rse>", "<1@rse>", "<1@rse>")
    assert got["Auto-Submitted"] == "auto-generated"


def test_nobody_adds_a_header_by_a_line_end() -> None:
    sent = message_from_bytes(bytes(built(subject="Hi\r\nBcc: other@demo.example")), policy=policy.default)
    assert sent["Subject"] == "Hi Bcc: other@demo.example"
    assert sent["Bcc"] is None
    with pytest.raises(ValueError, match="address"):
        built(to="a@b.example\nBcc: other@demo.example")


def test_many_mails_go_over_one_connection(inbox: Inbox) -> None:
    with mail.connected(mail.server_of(inbox.url)) as outlet:
        for number in range(3):
            outlet.send(built(subject=f"No. {number}"))
    assert [m["Subject"] for m in inbox.mails] == ["No. 0", "No. 1", "No. 2"]
    assert inbox.connections == 1


def test_a_refused_recipient_is_given_up_and_the_next_mail_goes(inbox: Inbox) -> None:
    inbox.refuse["gone@demo.example"] = "550 5.1.1 no such user"
    inbox.refuse["full@demo.example"] = "452 4.2.2 try later"
    with mail.connected(mail.server_of(inbox.url)) as outlet:
        with pytest.raises(mail.MailFailed) as gone:
            outlet.send(built(to="gone@demo.example"))
        with pytest.raises(mail.MailFailed) as full:
            outlet.send(built(to="full@demo.example"))
        outlet.send(built())
    assert gone.value.for_good
    assert not full.value.for_good
    assert len(inbox.mails) == 1


def test_a_user_and_password_are_sent_where_nobody_reads_along(inbox: Inbox) -> None:
    server = mail.server_of(inbox.url.replace("//", "//rse:s%40cret@"))
    assert (server.user, server.password) == ("rse", "s@cret")
    assert "s@cret" not in repr(server)
    mail.send(server, built())
    assert inbox.logins == [("rse", "s@cret")]
    wrong = mail.server_of(inbox.url.replace("//", "//rse:wrong@"))
    with pytest.raises(mail.MailFailed, match="user or the password"):
        mail.send(wrong, built())


def test_a_server_that_is_away_is_said_to_be() -> None:
    with pytest.raises(mail.MailFailed, match="cannot be reached"):
        mail.send(mail.server_of("smtp://127.0.0.1:1"), built())


def test_the_sender_is_the_networks_own_name() -> None:
    assert mail.sender_of("", "https://rse.example.com") == "no-reply@rse.example.com"
    assert mail.sender_of("agora@example.com", "https://rse.example.com") == "agora@example.com"
