"""A mail that came in, taken apart: who it is to, whether a person wrote it, and what they wrote. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr

import nh3
from mailparser_reply import EmailReplyParser

from rse.core import text

MOST = 1_000_000  # bytes of a mail
MOST_TEXT = 20_000  # characters that are looked at: what is quoted below an answer may be long
TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
AUTOMATIC = {"bulk", "list", "junk", "auto_reply", "auto-reply"}
LANGUAGES = ["en", "fr", "de", "es", "it", "nl"]  # of the lines that mail programs write above a quote
# The line above a quote, where a program may break it in two: "Le lun. 23 nov. 2026, Agora <...> a écrit :".
ABOVE = re.compile(
    r"^(?:> ?)*(?:Le|On|Am|El|Il|Op) [^\n]{3,160}(?:\n[^\n]{0,160})?"
    r"(?:a écrit|wrote|schrieb[^\n]{0,80}|escribió|ha scritto|schreef[^\n]{0,80})\s?:\s*$",
    re.MULTILINE,
)
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
# At the end of what is left: quoted lines, the rule above another mail, what a telephone adds.
LEFT_OVER = re.compile(
    r">|-{3,}.*-{3,}\s*$|_{5,}\s*$"
    r"|(?:Envoyé (?:de|depuis|à partir)|Sent (?:from|via)|Obtenez Outlook|Get Outlook)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: `sender` as it says itself (nothing proves it), `automatic` when no person wrote it."""

    message_id: str
    sender: str
    to: Sequence[str]
    automatic: bool
    content: EmailMessage

    def written(self) -> str:
        """Give what was written: without the quotes below it, without the signature."""
        return answer(_text(self.content)[:MOST_TEXT].replace("\r\n", "\n").replace("\x00", ""))


def answer(said: str) -> str:
    """Give the part of a mail's text that its writer has written: what stands above quote and signature."""
    above = ABOVE.split(said, maxsplit=1)[0].strip()
    found = EmailReplyParser(languages=LANGUAGES).parse_reply(above) if above else ""
    lines = SIGNATURE.split(found or "", maxsplit=1)[0].rstrip().split("\n")
    while lines and (not lines[-1].strip() or LEFT_OVER.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip()


def read(content: bytes) -> Letter:
    """Take a mail apart. Raises ValueError for what is none."""
    try:
        message = message_from_bytes(content, policy=policy.default)
        to = [str(value) for name in TO for value in message.get_all(name, [])]
        sender = parseaddr(str(message.get("From", "")))[1].lower()
        return Letter(str(message.get("Message-ID", "")).strip(), sender, to, _automatic(message), message)
    except (MessageError, LookupError, AttributeError, TypeError) as error:
        raise ValueError("this is no mail") from error


def _automatic(message: EmailMessage) -> bool:
    """Tell whether a program wrote it: an absence note, a report, a list (RFC 3834 and what is usual)."""
    said = str(message.get("Auto-Submitted", "no")).strip().lower()
    return (
        said != "no"
        or str(message.get("Precedence", "")).strip().lower() in AUTOMATIC
        or str(message.get("Return-Path", "")).strip() == "<>"
        or any(message.get(name) for name in ("List-Id", "X-Autoreply", "X-Autorespond", "X-Auto-Response"))
        or message.get_content_type() in {"multipart/report", "message/delivery-status"}
    )


def _text(message: EmailMessage) -> str:
    """Give the plain text, else that of the HTML; files are left out."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        said = str(part.get_content())
    except (LookupError, UnicodeError):  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        said = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return text.plain(nh3.clean(said)) if part.get_content_type() == "text/html" else said
