"""The same on PostgreSQL, where the statements or the locks are others."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.files.test_forms import test_the_page_of_a_groups_files
from tests.files.test_removal import (
    export,
    test_an_erased_person_leaves_no_file,
    test_files_of_what_was_deleted_go_after_a_month,
)
from tests.files.test_rights import test_what_hangs_is_counted

__all__ = [
    "export",
    "test_an_erased_person_leaves_no_file",
    "test_files_of_what_was_deleted_go_after_a_month",
    "test_the_page_of_a_groups_files",
    "test_what_hangs_is_counted",
]
pytestmark = pytest.mark.postgres


@pytest.fixture
def any_app(make_app: Callable[..., Flask], postgres_url: str) -> Iterator[Flask]:
    app = make_app(database_url=postgres_url)
    with app.app_context():
        yield app
