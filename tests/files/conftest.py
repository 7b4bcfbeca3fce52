"""What the tests of files share: pictures and documents made here, and browsers on both databases."""

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests import factories
from tests.feed.conftest import browse, make_group, no_cached_cards, people, publish

__all__ = ["browse", "make_group", "no_cached_cards", "people", "publish"]


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (10, 120, 90, 200)[: len(mode)]).save(out, kind, **options)
    return out.getvalue()


def archive(*names: str, first: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for at, name in enumerate(names):
            made.writestr(name, b"x" if at else first)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def send(browser: factories.Client, data: bytes, name: str = "plan.png", **form: str) -> Any:
    """Send a file by the API and give the answer."""
    return browser.post(
        "/api/v1/files", data={"file": (io.BytesIO(data), name), **form}, content_type="multipart/form-data"
    )


def sent(browser: factories.Client, data: bytes = PDF, name: str = "plan.pdf", **form: str) -> Any:
    """Send a file that is taken and give it as the API does."""
    answer = send(browser, data, name, **form)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


@pytest.fixture
def any_app(app: Flask) -> Flask:
    """SQLite; what differs on PostgreSQL runs there in test_on_postgresql.py."""
    return app
