"""A bad setting stops the start and is named; production refuses what is weak."""

import tomllib
from pathlib import Path

import pytest

from rse import __version__, settings

GOOD = {
    "env": "production",
    "secret_key": "3f9c1e7ab2d84c60915e7fa3b8d2c4e6",
    "base_url": "https://rse.example.com",
}


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"timezone": "Europe/Nowhere"}, "RSE_TIMEZONE"),
        ({"base_url": "rse.example.com"}, "RSE_BASE_URL"),
        ({"base_url": "https://rse.example.com/sub"}, "RSE_BASE_URL"),
        ({"database_url": "mysql://x"}, "RSE_DATABASE_URL"),
        ({"floor": 4}, "RSE_FLOOR"),
        ({"default_locale": "de"}, "RSE_DEFAULT_LOCALE"),
        ({"frame_ancestors": "https://a.example; script-src *"}, "RSE_FRAME_ANCESTORS"),
        ({"mail_url": "mail.example.com:25"}, "RSE_MAIL_URL"),
        ({"mail_url": "http://mail.example.com"}, "RSE_MAIL_URL"),
        ({"mail_url": "smtp://mail.example.com:99999"}, "RSE_MAIL_URL"),
        ({"mail_url": "smtp://user@mail.example.com"}, "RSE_MAIL_URL"),
        ({"mail_url": "smtp://mail.example.com/inbox"}, "RSE_MAIL_URL"),
        ({"mail_from": "nobody"}, "RSE_MAIL_FROM"),
        ({"mail_from": "a@b.example\nBcc: x@y.example"}, "RSE_MAIL_FROM"),
        ({**GOOD, "secret_key": ""}, "RSE_SECRET_KEY"),
        ({**GOOD, "secret_key": "a" * 40}, "RSE_SECRET_KEY"),
        ({**GOOD, "base_url": "http://rse.example.com"}, "RSE_BASE_URL"),
        ({**GOOD, "rate_limits": False}, "RSE_RATE_LIMITS"),
    ],
)
def test_a_bad_value_is_refused_by_name(tmp_path: Path, bad: dict, named: str) -> None:
    with pytest.raises(settings.BadSettings, match=named):
        settings.load({"data_dir": tmp_path, **bad})


def test_the_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSE_DATA_DIR", str(tmp_path / "d"))
    monkeypatch.setenv("RSE_FLOOR", "12")
    loaded = settings.load()
    assert loaded.floor == 12
    assert loaded.database == f"sqlite:///{tmp_path / 'd' / 'rse.db'}"


def test_production_starts_with_good_values(tmp_path: Path) -> None:
    assert settings.load({"data_dir": tmp_path, **GOOD}).secure


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == __version__


def test_every_setting_is_described() -> None:
    assert [name for name, _default, meaning in settings.table() if not meaning] == []
