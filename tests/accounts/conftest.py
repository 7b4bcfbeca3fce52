"""The application connected to the tests' identity provider."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.accounts import idp
from tests.accounts.steps import Door


@pytest.fixture
def metadata_file(tmp_path: Path) -> Path:
    path = tmp_path / "idp.xml"
    path.write_bytes(idp.metadata())
    return path


@pytest.fixture
def door(make_app: Callable[..., Flask], metadata_file: Path) -> Callable[..., Door]:
    """Make an application connected to the tests' identity provider, with settings of one's own."""

    def make(**settings: Any) -> Door:
        app = make_app(**({"saml_metadata": str(metadata_file), "base_url": idp.BASE} | settings))
        config = app.extensions["rse_sign_in"]
        config.sp = idp.service_provider(config.base_url, *config.name_id_formats)
        return Door(app)

    return make
