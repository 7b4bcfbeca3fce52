"""From what a browser sends to a stored content: checked, drawn anew, written, without a transaction."""

from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from flask import request
from gevent import get_hub, monkey
from pydantic import ValidationError
from werkzeug.datastructures import FileStorage

from rse.core import db, files
from rse.core.i18n import _
from rse.core.model import decode_id, encode_id
from rse.core.policy import Invalid
from rse.core.schema import errors_of
from rse.core.web import Form, read_form, settings, viewer
from rse.files import queries, recognising, service, storage
from rse.files.models import File
from rse.files.queries import Shown
from rse.files.recognising import PICTURES, BadFile
from rse.files.schemas import WithFiles
from rse.files.service import MB, Taken

T = TypeVar("T")
S = TypeVar("S", bound=WithFiles)
ALT = "alt-"  # and an id: the field of a picture's description


def folder() -> Path:
    """Give the folder of contents."""
    found: Path = settings().data_dir / "files" / "attached"
    return found


def most() -> int:
    """Give the size of one file, in bytes."""
    return int(settings().files_max_mb) * MB


def take(sent: FileStorage, alt: str = "") -> File:
    """Store one file for the viewer. Raises Invalid(file=...) with the reason when it is not taken."""
    return _keep(_checked(sent), alt)


def _keep(taken: Taken, alt: str) -> File:
    quota = int(settings().files_quota_mb) * MB
    return service.store(db.session(), viewer(), taken, alt=alt, quota=quota)


def from_form() -> list[int]:
    """Store the files that a form without scripts has brought (`files`, `alt` for all); gives their ids.

    They are committed at once: what is wrong with the rest of the form loses none. Raises Invalid.
    """
    sent = [one for one in request.files.getlist("files") if one.filename]
    if not sent:
        return []
    if len(sent) > service.MOST:
        raise Invalid(attachments=_("At most %(n)s files.", n=service.MOST))
    try:
        taken = [_checked(one) for one in sent]
        ids = [_keep(one, request.form.get("alt", "")).id for one in taken]
    except Invalid as error:
        db.rollback()
        raise Invalid(attachments=error.errors["file"][0]) from error
    db.commit()
    return ids


def _checked(sent: FileStorage) -> Taken:
    name = sent.filename or ""
    with sent.stream as stream:
        data = stream.read(most() + 1)
    if len(data) > most():
        raise Invalid(file=_("“%(name)s” is larger than %(n)s MB.", name=_short(name), n=most() // MB))
    db.rollback()  # nobody waits for a picture to be drawn
    where = folder()
    try:
        return _apart(lambda: _stored(where, data, name))
    except (BadFile, files.BadPicture) as bad:
        said = _("“%(name)s”: %(reason)s", name=_short(name), reason=str(bad))
        raise Invalid(file=said) from bad


def _short(name: str) -> str:
    return recognising.plain_name(name)[:60]


def _stored(where: Path, data: bytes, name: str) -> Taken:
    if recognising.is_picture(data):
        drawn = files.picture(data)
        kind = PICTURES[drawn.media_type]
        digest = storage.put(where, drawn.data, drawn.small)
        clean = recognising.clean_name(name, kind)
        return Taken(clean, kind.media_type, kind.family, len(drawn.data), digest, drawn.width, drawn.height)
    kind = recognising.kind_of(data, name)
    digest = storage.put(where, data, {})
    return Taken(recognising.clean_name(name, kind), kind.media_type, kind.family, len(data), digest)


def _apart(work: Callable[[], T]) -> T:
    """Do slow work without holding up the other greenlets: in the hub's threads where gevent has patched."""
    if not monkey.is_module_patched("threading"):
        return work()
    here = copy_context()  # the language of the reader, for what is said of a bad file
    done: T = get_hub().threadpool.apply(here.run, (work,))
    return done


def read_posted(schema: type[S]) -> Form[S]:
    """Read a form with its files, of scripts (`attachments`) and without (`files`). Never raises Invalid.

    The schema has `attachments`; fields that it does not know are left out.
    """
    try:
        brought, wrong = from_form(), None
    except Invalid as error:
        brought, wrong = [], error
    form = read_form(schema, lenient=True)
    if brought:
        form = _with(schema, form, brought)
    return form if wrong is None else Form(form.data, None, form.errors | wrong.errors)


def _with(schema: type[S], form: Form[S], brought: list[int]) -> Form[S]:
    """Check a form again with the files that it has brought: with them it may need no text."""
    held = [*form.data.get("attachments", ()), *map(encode_id, brought)]
    data = form.data | {"attachments": held}
    try:
        return Form(data, schema.model_validate(data), {})
    except ValidationError as error:
        return Form(data, None, errors_of(error))


def alts() -> dict[int, str]:
    """Give what a form says of its pictures (`alt-ID`), by their ids."""
    found = {}
    for name, text in request.form.items():
        if name.startswith(ALT):
            with suppress(ValueError):
                found[decode_id(name.removeprefix(ALT))] = text
    return found


def held(form: Form[Any] | None) -> list[Shown]:
    """Give the files that a form names which could not be taken: it shows them again."""
    ids = []
    for text in form.data.get("attachments", ()) if form else ():
        with suppress(ValueError):
            ids.append(decode_id(text))
    said = alts() if ids else {}
    rows = queries.waiting(db.session(), viewer(), ids)
    return [replace(queries.shown_of(row), alt=said.get(row.id, row.alt)) for row in rows]
