"""Run the import commands on an application of the tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

HEADER = "uid,email,given_name,family_name,title,department,site,manager_uid,languages,skills,start_date"


@pytest.fixture
def bring(tmp_path: Path, any_app: Flask) -> Callable[..., Any]:
    """Import a directory file given as lines or bytes; gives the command's result."""

    def run(*lines: str, data: bytes | None = None, options: tuple[str, ...] = ()) -> Any:
        file = tmp_path / "people.csv"
        file.write_bytes(data if data is not None else "\n".join([HEADER, *lines, ""]).encode())
        return any_app.test_cli_runner().invoke(args=["import", "directory", str(file), *options])

    return run
