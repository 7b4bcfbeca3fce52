"""A backup made while people write is restored elsewhere, whole; a wrong one touches nothing."""

import contextlib
import io
import json
import sqlite3
import stat
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry, Session
from rse.core import clock, db, revision
from rse.core.backup import DATABASE, MANIFEST
from rse.core.model import decode_id
from rse.feed.models import Post
from tests import factories
from tests.accounts import idp
from tests.accounts.steps import Door
from tests.conftest import SECRET, build

PICTURE = f"files/pictures/{'b' * 32}.jpg"


@contextlib.contextmanager
def installed(data_dir: Path, **settings: Any) -> Iterator[Flask]:
    """Give another installation, in its context."""
    app = build(data_dir, **settings)
    with app.app_context():
        yield app
        db.db.session.remove()
        db.db.engine.dispose()


def run(app: Flask, *arguments: str) -> Any:
    with contextlib.suppress(RuntimeError):
        db.db.session.remove()
    return app.test_cli_runner().invoke(args=list(arguments))


def posting(browser: Any, acknowledged: list[tuple[float, str]], end: threading.Event) -> None:
    while not end.is_set():
        answer = browser.post("/api/v1/posts", json={"kind": "message", "body": "Un texte #essai"})
        assert answer.status_code == 201, answer.text
        acknowledged.append((time.monotonic(), answer.json["id"]))
        end.wait(0.02)


def stored_ids() -> set[int]:
    return set(db.db.session().scalars(select(Post.id)))


def backed_up_while_posting(app: Flask, target: Path) -> tuple[set[int], set[int], int]:
    """Back up while three people post; give the posts acknowledged before it, those of all the time, and one of them."""
    with app.app_context():
        people = factories.make_cast(db.begin_write())
        db.commit()
        browsers = [factories.browser_of(app, people[name]) for name in ("amelie", "karim", "sofia")]
        amelie = people["amelie"].id
    acknowledged: list[tuple[float, str]] = []
    end = threading.Event()
    threads = [threading.Thread(target=posting, args=(b, acknowledged, end)) for b in browsers]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 6 and all(thread.is_alive() for thread in threads):
        time.sleep(0.05)
    began = time.monotonic()
    with app.app_context():
        done = run(app, "backup", str(target))
    end.set()
    for thread in threads:
        thread.join()
    assert done.exit_code == 0, done.output
    assert SECRET not in done.output
    ids = [(at, decode_id(shown) or 0) for at, shown in acknowledged]
    return {number for at, number in ids if at < began}, {number for _at, number in ids}, amelie


def test_what_was_acknowledged_is_in_it(
    make_app: Callable[..., Flask], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What people were told before it began is there, and the copy is in working order: checks, sign-in, search."""
    away = tmp_path_factory.mktemp("away")
    (away / "idp.xml").write_bytes(idp.metadata())
    settings = {"saml_metadata": str(away / "idp.xml"), "base_url": idp.BASE}
    app = make_app(**settings)
    door = Door(app)
    door.come_in()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / f"{'a' * 32}.jpg").write_bytes(b"picture")
    before, everything, amelie = backed_up_while_posting(app, away / "rse.tar")
    assert before, "nobody posted before the backup"
    assert stat.S_IMODE((away / "rse.tar").stat().st_mode) == 0o600

    other = away / "other"
    with installed(other, **settings) as copy:
        restored = run(copy, "restore", str(away / "rse.tar"))
        assert restored.exit_code == 0, restored.output
        assert SECRET not in restored.output
    assert (other / "saml" / "sp.pem").read_bytes() == (tmp_path / "saml" / "sp.pem").read_bytes()
    assert (other / "pictures" / f"{'a' * 32}.jpg").read_bytes() == b"picture"
    assert stat.S_IMODE((other / "rse.db").stat().st_mode) == 0o600
    with installed(other, **settings) as copy:
        here = stored_ids()
        assert before <= here <= everything
        checked = run(copy, "check")
        assert checked.exit_code == 0, checked.output
        assert not db.db.session().scalars(select(Session)).all(), "a session outlived the restore"
        assert db.db.session().scalar(select(AuditEntry).where(AuditEntry.action == "data.restored"))
        db.rollback()
        again = Door(copy)
        again.come_in()
        assert again.person().id == door.person().id
        found = factories.browser_of(copy, amelie).get("/api/v1/search?q=texte&type=post").json
        assert found["total"] == len(here)


@pytest.fixture
def archive(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an installation with the cast and a post."""
    people = factories.make_cast(db.begin_write())
    db.commit()
    factories.browser_of(app, people["amelie"]).post(
        "/api/v1/posts", json={"kind": "message", "body": "Bonjour"}
    )
    pictures = Path(app.extensions["rse_settings"].data_dir, "pictures")
    pictures.mkdir()
    (pictures / f"{'b' * 32}.jpg").write_bytes(b"picture")
    target = tmp_path_factory.mktemp("kept") / "rse.tar"
    made = run(app, "backup", str(target))
    assert made.exit_code == 0, made.output
    return target


def changed(archive: Path, name: str, change: Callable[[bytes], bytes | None]) -> Path:
    """Write the archive again with one member changed, or left out."""
    target = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data: bytes | None = content.read()
            if member.name == name and data is not None:
                data = change(data)
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


def manifest_with(**values: Any) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps(json.loads(data) | values).encode()


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (DATABASE, lambda data: data[:-1] + b"x", "checksums do not agree"),
        (PICTURE, lambda data: None, "checksums do not agree"),
        (PICTURE, lambda data: b"other", "checksums do not agree"),
        (MANIFEST, lambda data: None, "no manifest"),
        (MANIFEST, lambda data: b"{", "not a backup"),
        (MANIFEST, manifest_with(revision="9999", version="7.0"), "install version 7.0"),
        (MANIFEST, manifest_with(format=2), "format 2"),
        (MANIFEST, manifest_with(database="postgresql"), "on postgresql"),
    ],
)
def test_a_wrong_one_is_refused_and_nothing_is_touched(
    archive: Path, tmp_path_factory: pytest.TempPathFactory, name: str, change: Any, said: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with installed(elsewhere) as copy:
        before = sorted(path.relative_to(elsewhere) for path in elsewhere.rglob("*"))
        answer = run(copy, "restore", str(changed(archive, name, change)))
        assert answer.exit_code == 1
        assert said in answer.output
        assert sorted(path.relative_to(elsewhere) for path in elsewhere.rglob("*")) == before


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "other/file"])
def test_nothing_is_written_outside(
    archive: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(archive, "a") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with installed(elsewhere) as copy:
        answer = run(copy, "restore", str(archive))
    assert answer.exit_code == 1
    assert "does not belong" in answer.output
    assert not (elsewhere.parent / "outside").exists()


def test_one_that_was_cut_off_is_refused(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with installed(tmp_path_factory.mktemp("elsewhere")) as copy:
        answer = run(copy, "restore", str(archive))
    assert answer.exit_code == 1
    assert "not a backup, or cut off" in answer.output


def test_data_are_not_replaced_unless_one_insists_and_are_put_aside(
    app: Flask, archive: Path, tmp_path: Path
) -> None:
    before = stored_ids()
    people = factories.make_person(db.begin_write(), "nora.late")
    db.commit()
    factories.browser_of(app, people).post("/api/v1/posts", json={"kind": "message", "body": "Après"})
    assert len(stored_ids()) == len(before) + 1
    refused = run(app, "restore", str(archive))
    assert (refused.exit_code, "--force" in refused.output) == (1, True)
    db.rollback()
    db.db.session.remove()
    done = run(app, "restore", "--force", str(archive))
    assert done.exit_code == 0, done.output
    assert stored_ids() == before
    (aside,) = tmp_path.glob("before-restore-*")
    with contextlib.closing(sqlite3.connect(aside / "rse.db")) as put_aside:
        assert put_aside.execute("SELECT count(*) FROM post").fetchone()[0] == len(before) + 1


def test_a_running_application_is_not_replaced(app: Flask, archive: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "rse.db")) as other:
        assert other.execute("SELECT count(*) FROM post").fetchone()[0]
        answer = run(app, "restore", "--force", str(archive))
    assert answer.exit_code == 1
    assert "stop its processes" in answer.output
    assert not list(tmp_path.glob("before-restore-*"))


def test_an_older_revision_is_upgraded(tmp_path_factory: pytest.TempPathFactory) -> None:
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    target = old.parent / f"{old.name}.tar"
    with installed(old) as app:
        assert run(app, "db", "upgrade", "0001").exit_code == 0
        assert run(app, "backup", str(target)).exit_code == 0
    with installed(new) as app:
        answer = run(app, "restore", str(target))
        assert answer.exit_code == 0, answer.output
        assert f"upgraded from revision 0001 to {revision.newest()}" in answer.output
        checked = run(app, "check")
        assert checked.exit_code == 0, checked.output


def test_another_secret_key_is_told(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with installed(tmp_path_factory.mktemp("other"), secret_key="z" * 20 + "another-secret-key-0123") as copy:
        answer = run(copy, "restore", str(archive))
    assert answer.exit_code == 0
    assert "RSE_SECRET_KEY differs" in answer.output


def test_what_is_made_anew_or_was_put_aside_is_left_out(app: Flask, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "before-restore-20260101T000000Z").mkdir()
    (tmp_path / "before-restore-20260101T000000Z" / "rse.db").write_text("old")
    (tmp_path / "search").mkdir(exist_ok=True)
    (tmp_path / "search" / "segment").write_text("index")
    second = archive.with_name("second")
    second.mkdir()
    assert run(app, "backup", str(second)).exit_code == 0
    (made,) = second.iterdir()
    with tarfile.open(made) as tar:
        names = set(tar.getnames())
    assert names == {DATABASE, MANIFEST, PICTURE}
    assert made.name.startswith(f"rse-{clock.now():%Y%m}")


def test_one_inside_the_data_directory_or_over_another_is_refused(
    app: Flask, archive: Path, tmp_path: Path
) -> None:
    inside = run(app, "backup", str(tmp_path / "rse.tar"))
    assert (inside.exit_code, "outside the data directory" in inside.output) == (1, True)
    held = archive.read_bytes()
    over = run(app, "backup", str(archive))
    assert (over.exit_code, "is there already" in over.output) == (1, True)
    assert archive.read_bytes() == held
    nowhere = run(app, "backup", str(tmp_path.parent / "absent" / "rse.tar"))
    assert nowhere.exit_code == 1
