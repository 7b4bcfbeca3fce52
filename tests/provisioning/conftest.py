"""Run the import commands on an application of the tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests import servers
from tests.provisioning.ldap_server import Company

HEADER = "uid,email,given_name,family_name,title,department,site,manager_uid,languages,skills,start_date"


@pytest.fixture
def bring(tmp_path: Path, any_app: Flask) -> Callable[..., Any]:
    """Import a directory file given as lines or bytes; gives the command's result."""

    def run(*lines: str, data: bytes | None = None, options: tuple[str, ...] = ()) -> Any:
        file = tmp_path / "people.csv"
        file.write_bytes(data if data is not None else "\n".join([HEADER, *lines, ""]).encode())
        return any_app.test_cli_runner().invoke(args=["import", "directory", str(file), *options])

    return run


@pytest.fixture(scope="module")
def slapd() -> Iterator[servers.Slapd]:
    with servers.slapd() as server:
        yield server


@pytest.fixture
def company(slapd: servers.Slapd) -> Iterator[Company]:
    """An empty company in a real directory."""
    found = Company(slapd)
    found.begin()
    yield found
    found.connection.unbind()


@pytest.fixture
def connected(make_app: Callable[..., Flask], company: Company) -> Iterator[Callable[..., Flask]]:
    """Make the application that reads it, with settings of one's own, and enter it."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Flask:
            app = make_app(**company.settings(**settings))
            stack.enter_context(app.app_context())
            return app

        yield make
