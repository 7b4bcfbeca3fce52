"""Mail through the company's SMTP server: its address is checked at the start, messages are built here alone.

TLS certificates are verified. A name and password are never sent over a connection that anybody could read.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465}
MAX_PORT = 65535
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TIMEOUT = 20.0  # seconds that a server may take for one answer
REFUSED_FOR_GOOD = 500  # from this code on an SMTP server says: do not try again
MAX_SUBJECT = 200


class MailFailed(Exception):
    """A mail was not taken. `for_good`: this one never will be; else it may be tried again later."""

    def __init__(self, said: str, *, for_good: bool = False) -> None:
        super().__init__(said)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in, from `smtp://user:password@host:port` (or smtps:// for TLS from the start)."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Literal["start", "offered"] = "offered"

    @property
    def loopback(self) -> bool:
        """Tell whether it is on this machine: nobody reads along."""
        return self.host in LOOPBACK


def server_of(url: str) -> Server:
    """Read the address of a mail server. Raises ValueError that says what is wrong, without the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("smtp://host:port, with a port of 1 to 65535") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("smtp://user:password@host:port, or smtps:// for TLS from the start")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("nothing follows the port; write / ? # @ : in a password as %2F %3F %23 %40 %3A")
    if port == 0:
        raise ValueError("smtp://host:port, with a port of 1 to 65535")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a user and a password go together")
    return Server(
        parts.hostname,
        port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        "start" if parts.scheme == "smtps" else "offered",
    )


def sender_of(address: str, base_url: str) -> str:
    """Give the address that mails come from: the one set, or no-reply@ the network's own name."""
    return address or f"no-reply@{urlsplit(base_url).hostname or 'localhost'}"


def check_address(address: str) -> str:
    """Give a mail address back when it is one. Raises ValueError."""
    try:
        read = Address(addr_spec=address)
    except (ValueError, MessageError, IndexError) as error:
        raise ValueError("an address such as rse@example.com") from error
    if not read.username or not read.domain:
        raise ValueError("an address such as rse@example.com")
    return address


def line(text: str, length: int = MAX_SUBJECT) -> str:
    """Make one line of a text, for a header: nobody adds a header of their own with a line end."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:length]


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: plain text that reads well alone, and the same as HTML."""

    to: str
    subject: str
    text: str
    html: str = ""
    to_name: str = ""
    message_id: str = ""  # with its angle brackets
    references: str = ""  # the thread's, so that mail programs keep its mails together
    headers: Mapping[str, str] = field(default_factory=dict)


def build(mail: Mail, *, sender: str, sender_name: str, at: datetime) -> EmailMessage:
    """Make the message as it goes over the wire. Raises ValueError for what is no address."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(line(sender_name), addr_spec=check_address(sender))
    message["To"] = Address(line(mail.to_name), addr_spec=check_address(mail.to))
    message["Subject"] = line(mail.subject)
    message["Date"] = format_datetime(at)
    if mail.message_id:
        message["Message-ID"] = mail.message_id
    if mail.references:
        message["References"] = mail.references
        message["In-Reply-To"] = mail.references.split()[-1]
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes to us
    for name, value in mail.headers.items():
        message[name] = line(value, 900)
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


class Outlet:
    """An open connection to the mail server."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp

    def send(self, message: EmailMessage) -> None:
        """Hand in one message. Raises MailFailed."""
        try:
            self.smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _said in error.recipients.values()]
            self._again()
            refused = bool(codes) and min(codes) >= REFUSED_FOR_GOOD
            raise MailFailed("the recipient was refused", for_good=refused) from error
        except smtplib.SMTPResponseException as error:
            self._again()
            refused = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= REFUSED_FOR_GOOD
            raise MailFailed(f"the server answered {error.smtp_code}", for_good=refused) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(f"the connection broke: {type(error).__name__}") from error

    def _again(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.smtp.rset()


@contextmanager
def connected(server: Server) -> Iterator[Outlet]:
    """Open a connection, for one mail or many. Raises MailFailed when there is none to be had."""
    smtp = None
    try:
        smtp = _open(server)
    except smtplib.SMTPAuthenticationError as error:
        raise MailFailed("the server refuses the user or the password") from error
    except ssl.SSLError as error:
        raise MailFailed(f"no trusted TLS connection: {error.reason or type(error).__name__}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(f"the server cannot be reached: {type(error).__name__}") from error
    try:
        yield Outlet(smtp)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()


def _open(server: Server) -> smtplib.SMTP:
    if server.tls == "start":
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        _secure(smtp, server)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _secure(smtp: smtplib.SMTP, server: Server) -> None:
    """Ask for TLS where it is offered, and sign in: never in the clear, but on this machine."""
    smtp.ehlo_or_helo_if_needed()
    secured = server.tls == "start"
    if not secured and smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
        secured = True
    if server.user:
        if not secured and not server.loopback:
            raise smtplib.SMTPNotSupportedError("a password needs TLS")
        smtp.login(server.user, server.password)


def send(server: Server, message: EmailMessage) -> None:
    """Hand in one message over a connection of its own. Raises MailFailed."""
    with connected(server) as outlet:
        outlet.send(message)
