"""Signing in by SAML over HTTP, one web process: from the POST of a real signed answer to the landing page.

Timed are the POST to the ACS, the ticket that it buys, and the first page with all its text; the question and
the signing of the answer are the browser's and the provider's time. Then the transform attack (python3-saml
issue 447): a style sheet among the transforms that would compute for hours, plain and inside an encrypted
assertion; measured is the processor time of the web process for each refusal.
"""

import http.client
import re
import tempfile
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from bench import company
from bench.front import skip_welcome
from bench.imports import timed
from bench.serving import Web, served
from rse.accounts import saml_keys, saml_messages
from rse.accounts.saml_guard import DS, NS
from tests.accounts import idp

PEOPLE, MESSAGES, QUICK = 1_200, 7_000, 1_000
SIGN_INS, ATTACKS = 200, 50
WELCOME = "/welcome"
HOPS = 5  # redirects from the answer to a page
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
LOOPS = 9  # a thousand nodes to the power of nine


class Browser:
    """A browser with a connection that it keeps, and cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Give (status, where to, text)."""
        headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        self.connection.request(method, path, urlencode(form) if form else None, headers)
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: kept.value for name, kept in SimpleCookie(line).items() if kept.value}
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()

    def question(self) -> tuple[str, str]:
        """Begin to sign in; give (id of the request, relay state)."""
        status, where, _text = self.ask("GET", "/saml/login")
        if status != 303:
            raise RuntimeError(f"/saml/login answered {status}")
        query = urlsplit(where).query
        return saml_messages.read_redirect(query, "SAMLRequest").get("ID"), parse_qs(query)["RelayState"][0]


def come_in(web: Web, uid: str) -> tuple[float, float]:
    """Sign somebody in; give the seconds until the ticket's answer, and until the landing page is there."""
    browser, provider = Browser(web.port), Browser(web.port)
    request_id, relay_state = browser.question()
    said = {"uid": [uid], "mail": [f"{uid}@bench.example"]}
    encoded = idp.signed(request_id, web.url, name_id=f"name-{uid}", attributes=said)
    start = time.perf_counter()
    form = {"SAMLResponse": encoded, "RelayState": relay_state}
    status, where, text = provider.ask("POST", "/saml/acs", form)  # from another site: without cookies
    bought = time.perf_counter() - start
    for _hop in range(HOPS):
        if status != 303:
            break
        status, where, text = browser.ask("GET", where.removeprefix(web.url))
    taken = time.perf_counter() - start
    if status != 200 or 'name="csrf-token"' not in text or "rse_session" not in browser.cookies:
        raise RuntimeError(f"no landing page: {status} {where}")
    return bought, taken


def style_sheet() -> Any:
    """Give the transform of issue 447: loops within loops over every node of the message."""
    opened = '<xsl:for-each select="//.|//@*">' * LOOPS
    return etree.fromstring(
        f'<ds:Transform xmlns:ds="{DS}" Algorithm="{XSLT}"><xsl:stylesheet version="1.0" '
        'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
        f"{opened}<x/>{'</xsl:for-each>' * LOOPS}</xsl:template></xsl:stylesheet></ds:Transform>"
    )


def attack(web: Web, certificate: str | None) -> str:
    """Write the message of the attack; encrypted for the holder of a certificate when there is one."""
    root = idp.response("_nobody", web.url)
    idp.sign(idp.find_assertion(root))
    root.find(".//ds:Transforms", NS).insert(0, style_sheet())
    return idp.encode(idp.encrypt(root, saml_keys.KeyPair("", certificate)) if certificate else root)


def refused(web: Web, encoded: str, times: int) -> tuple[float, float]:
    """Post it so often; give processor time of the web process for each, and the slowest answer, in ms."""
    browser, slowest, before = Browser(web.port), 0.0, web.cpu()
    for _n in range(times):
        start = time.perf_counter()
        status, _where, text = browser.ask("POST", "/saml/acs", {"SAMLResponse": encoded, "RelayState": "x"})
        slowest = max(slowest, time.perf_counter() - start)
        if status != 403 or not re.search(r"\b[0-9A-F]{8}\b", text):
            raise RuntimeError(f"the attack was answered {status}")
    return (web.cpu() - before) / times * 1000, slowest * 1000


def row(what: str, size: int, value: float, unit: str, target: str = "") -> dict[str, Any]:
    return {"what": what, "size": size, "value": value, "unit": unit, "target": target}


def run(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure on a generated company; signing in joins known people by their login."""
    large = len(sizes) > 1
    messages = MESSAGES if large else QUICK
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary)
        uids = company.directory(data / "people.csv", PEOPLE)
        company.threads(data / "threads.jsonl", uids, messages)
        (data / "idp.xml").write_bytes(idp.metadata())
        timed(data, "db", "upgrade")
        timed(data, "import", "directory", str(data / "people.csv"))
        timed(data, "import", "threads", str(data / "threads.jsonl"))
        skip_welcome(data)
        settings = {"saml_metadata": str(data / "idp.xml"), "saml_link": "uid"}
        with served(data, **settings) as web:
            return list(measured(web, uids, messages, SIGN_INS if large else SIGN_INS // 4))


def measured(web: Web, uids: list[str], messages: int, times: int) -> Iterator[dict[str, Any]]:
    """Give the figures."""
    for uid in uids[-5:]:
        come_in(web, uid)  # warm
    before, taken = web.cpu(), [come_in(web, uid) for uid in uids[:times]]
    used = (web.cpu() - before) / times * 1000
    whole = [seconds for _bought, seconds in taken]
    yield row(
        "sign-in, answer to landing page: p95", messages, quantiles(whole, n=20)[-1] * 1000, "ms", "< 250"
    )
    yield row("the same, median", messages, median(whole) * 1000, "ms")
    yield row("of it until the ticket is bought, median", messages, median(b for b, _w in taken) * 1000, "ms")
    yield row("processor of a whole sign-in, with its question", messages, used, "ms")
    again = [come_in(web, uid)[1] for uid in uids[:times]]
    yield row("sign-in of somebody known: p95", messages, quantiles(again, n=20)[-1] * 1000, "ms", "< 250")
    text = Browser(web.port).ask("GET", "/saml/metadata")[2]
    certificate = etree.fromstring(text.encode()).findtext(".//ds:X509Certificate", namespaces=NS) or ""
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate.strip()}\n-----END CERTIFICATE-----\n"
    for what, encoded in (("plain", attack(web, None)), ("encrypted", attack(web, pem))):
        cpu, slowest = refused(web, encoded, ATTACKS)
        size = len(encoded)
        yield row(f"transform attack ({what}) refused, processor", size, cpu, "ms", "< 100")
        yield row(f"transform attack ({what}) refused, slowest answer", size, slowest, "ms")


if __name__ == "__main__":
    for found in run((1,)):
        print(found)
