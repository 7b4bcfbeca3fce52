"""The demo identity provider: everybody of the directory can be picked, without a password. Loopback only.

Started as `python -m rse.demo.idp --port 5001` with the application's environment; `make run` does. It speaks
real SAML with the application, which treats it as it would treat any other.
"""

import argparse
import logging
import re
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as BaseResponse

from rse import settings as settings_module
from rse.accounts import saml_keys
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import NameId
from rse.accounts.saml_metadata import ServiceProvider
from rse.core import clock, i18n, render
from rse.demo import idp_saml
from rse.demo.idp_people import Directory, Pick
from rse.demo.idp_saml import Sides
from rse.settings import BadSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
NAME = "localhost"  # another host name than the application's, so that cookies behave as between two sites
COOKIE = "rse_demo_idp"
LANGUAGE = "rse_demo_idp_lang"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{1,100}")
YEAR = 365 * 86400


def sides_of(settings: Settings, port: int) -> Sides:
    """Give both sides of the conversation. Raises BadSettings beside a production configuration."""
    if settings.env == "production" or not settings.loopback:
        raise BadSettings(
            "the demo identity provider lets anybody be anybody: it does not start beside a production "
            f"configuration (RSE_ENV={settings.env}, RSE_BASE_URL={settings.base_url})"
        )
    folder = settings.data_dir / "saml"
    keys = saml_keys.load_or_create(folder, "demo-idp", "rse demo identity provider", clock.now())
    own = saml_keys.load_or_create(folder, "sp", urlsplit(settings.base_url).hostname or "rse", clock.now())
    sp = ServiceProvider(settings.base_url, own)
    return Sides(f"http://{NAME}:{port}", keys, sp.entity_id, sp.acs_url, sp.sls_url, own.certificate_body)


def create_idp(settings: Settings, port: int) -> Flask:
    """Make the identity provider's own small application. Raises BadSettings in production."""
    sides = sides_of(settings, port)
    app = Flask(
        "rse.demo.idp",
        root_path=str(ROOT / "rse" / "demo"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static/dist",
    )
    app.extensions.update(sides=sides, directory=Directory(settings.database), settings=settings)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=render.asset, icon=render.icon, _=i18n._, ngettext=i18n.ngettext, built=render.STATIC.exists
    )
    for path, view, methods in ROUTES:
        app.add_url_rule(path, view_func=view, methods=methods)
    app.before_request(choose_language)
    app.after_request(protect)
    app.register_error_handler(Refused, refuse)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    return app


def _of(name: str) -> Any:
    return current_app.extensions[name]


def choose_language() -> None:
    """Use the language asked for here, else the one chosen before, else the browser's."""
    asked = request.args.get("lang") or request.cookies.get(LANGUAGE) or ""
    header = request.headers.get("Accept-Language")
    g.locale = asked if asked in i18n.LOCALES else i18n.negotiate(header, _of("settings").default_locale)
    i18n.use(g.locale)


def protect(response: Response) -> Response:
    """Set the same strict headers as the application; forms go here and to the application only."""
    there = urlsplit(_of("sides").acs_url)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action 'self' {there.scheme}://{there.netloc}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint not in {"static", "idp_asset"}:
        response.headers["Cache-Control"] = "no-store"
    if request.args.get("lang") in i18n.LOCALES:
        response.set_cookie(LANGUAGE, g.locale, max_age=YEAR, httponly=True, samesite="Lax")
    return response


def refuse(refusal: Refused) -> tuple[str, int]:
    """Say what is wrong with a question; this is a tool for developers, so plainly."""
    return page("wrong.html", code=refusal.code, detail=refusal.detail), 400


def page(template: str, **values: Any) -> str:
    """Render one of the pages of this provider."""
    config: Settings = _of("settings")
    about = {"locale": g.locale, "company": config.company, "app_url": config.base_url}
    return render_template(f"demo_idp/{template}", here=_here, **about, **values)


def _here(**changed: str) -> str:
    """Give the address of this page with parameters changed."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), **changed})}"


def home() -> str:
    """Say what this is, and who is signed in here."""
    return page("home.html", current=_current())


def _current() -> Pick | None:
    directory: Directory = _of("directory")
    uid = request.cookies.get(COOKIE, "").partition(" ")[0]
    return directory.find(uid) if uid else None


def idp_metadata() -> Response:
    """Describe this provider."""
    return Response(idp_saml.metadata(_of("sides")), mimetype="application/samlmetadata+xml")


def sso() -> str:
    """Show whom one may be, to answer the application's question."""
    directory: Directory = _of("directory")
    question = idp_saml.read_question(_of("sides"), request.query_string.decode("ascii", "replace"))
    words = request.args.get("q", "")[:100]
    people, total = directory.search(words)
    cast = [] if words.strip() else directory.cast()
    return page(
        "pick.html", question=question, words=words, people=people, total=total, cast=cast, current=_current()
    )


def pick() -> Any:
    """Answer the question with the person picked: a page that posts the answer to the application."""
    directory: Directory = _of("directory")
    person = directory.find(request.form.get("person", ""))
    question = request.form.get("question", "")
    if person is None or not IDENTIFIER.fullmatch(question):
        raise Refused("malformed", "nobody was picked, or the question is missing")
    index = f"_{secrets.token_hex(16)}"
    encoded = idp_saml.answer(
        _of("sides"), question, NameId(person.uid, None, index), person.attributes, clock.now()
    )
    relay_state = request.form.get("RelayState", "")[:200]
    response = make_response(page("submit.html", answer=encoded, relay_state=relay_state, person=person))
    response.set_cookie(COOKIE, f"{person.uid} {index}", httponly=True, samesite="Lax")
    return response


def slo() -> BaseResponse:
    """End the session here because the application asks; or show that the application has ended its own."""
    sides: Sides = _of("sides")
    if "SAMLResponse" in request.args:
        response: BaseResponse = make_response(page("home.html", current=None, signed_out=True))
    else:
        query = request.query_string.decode("ascii", "replace")
        relay_state = request.args.get("RelayState")
        response = redirect(idp_saml.answer_logout(sides, query, relay_state, clock.now()), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


def leave() -> BaseResponse:
    """Sign out here, and ask the application to do the same."""
    uid, _separator, index = request.cookies.get(COOKIE, "").partition(" ")
    if not uid:
        return redirect("/", 303)
    response = redirect(idp_saml.ask_logout(_of("sides"), NameId(uid, None, index), clock.now()), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


def idp_asset(name: str) -> Response:
    """Serve this provider's own style and script."""
    return send_from_directory(ROOT / "static" / "demo_idp", name)


ROUTES: tuple[tuple[str, Any, list[str]], ...] = (
    ("/", home, ["GET"]),
    ("/metadata", idp_metadata, ["GET"]),
    ("/sso", sso, ["GET"]),
    ("/pick", pick, ["POST"]),
    ("/slo", slo, ["GET"]),
    ("/leave", leave, ["POST"]),
    ("/assets/<name>", idp_asset, ["GET"]),
)


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; 1 when it may not start."""
    parser = argparse.ArgumentParser(prog="python -m rse.demo.idp", description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    port = parser.parse_args(arguments).port
    try:
        app = create_idp(settings_module.load(), port)
    except BadSettings as error:
        sys.stderr.write(f"{error}\n")
        return 1
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(HOST, port, app, threaded=True)
    sys.stdout.write(f"demo identity provider: http://{NAME}:{port}/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
