"""The oracles: every value of the two folders, on SQLite and PostgreSQL, through `evaluate`."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from rse.indicators.engine.evaluation import evaluate
from rse.indicators.engine.lines import FolderError
from rse.indicators.engine.signal_folder import evaluate_signals

HERE = Path(__file__).parent
FOLDERS = ("golden", "golden-edge")
FILES = ("people", "memberships", "events", "expertise", "survey")


def close(got, wanted, where=""):
    """Compare two JSON values, numbers within 1e-6."""
    if isinstance(wanted, dict):
        assert isinstance(got, dict), where
        assert got.keys() == wanted.keys(), where
        for key, value in wanted.items():
            close(got[key], value, f"{where}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), where
        for n, pair in enumerate(zip(got, wanted, strict=True)):
            close(*pair, f"{where}[{n}]")
    elif isinstance(wanted, float) and got is not None:
        assert abs(got - wanted) <= 1e-6, where
    else:
        assert got == wanted, where


def expected(name, file="expected.json"):
    return json.loads((HERE / name / file).read_text(encoding="utf-8"))


def check(name, engine=None):
    close(evaluate(HERE / name, engine), expected(name))


@pytest.mark.parametrize("name", FOLDERS)
def test_every_value_of_the_oracle(name):
    check(name)


@pytest.mark.postgres
@pytest.mark.parametrize("name", FOLDERS)
def test_every_value_of_the_oracle_on_postgresql(name, postgres_url):
    engine = create_engine(postgres_url)
    check(name, engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM indicator_act")) == 0  # temporary tables only
    engine.dispose()


@pytest.mark.parametrize("name", FOLDERS)
def test_every_value_of_the_signals(name):
    close(evaluate_signals(HERE / name), expected(name, "signal_expected.json"))


@pytest.mark.parametrize("name", FOLDERS)
def test_the_command_prints_the_same(app, name):
    done = app.test_cli_runner().invoke(args=["indicators", "evaluate", str(HERE / name)])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == evaluate(HERE / name)
    done = app.test_cli_runner().invoke(args=["indicators", "evaluate", str(HERE / name), "--signals"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == evaluate_signals(HERE / name)


def test_the_command_says_what_is_wrong_with_a_folder(app, tmp_path):
    done = app.test_cli_runner().invoke(args=["indicators", "evaluate", str(tmp_path)])
    assert done.exit_code == 1
    assert "config.json" in done.stderr


def copy(tmp_path, name="golden"):
    target = tmp_path / name
    shutil.copytree(HERE / name, target)
    return target


@pytest.mark.parametrize("name", FOLDERS)
def test_the_order_of_lines_does_not_matter(tmp_path, name):
    target = copy(tmp_path, name)
    for file in FILES:
        head, *lines = (target / f"{file}.csv").read_text(encoding="utf-8").splitlines()
        (target / f"{file}.csv").write_text("\n".join([head, *reversed(lines)]) + "\n", encoding="utf-8")
    assert evaluate(target) == evaluate(HERE / name)


@pytest.mark.parametrize("name", FOLDERS)
def test_once_more_gives_the_same(name):
    assert evaluate(HERE / name) == evaluate(HERE / name)


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("memberships.csv", "p01,BUR,2026-01-01,", "line 12, from_date: p01 is in two teams"),
        ("memberships.csv", "p99,*,2026-01-01,", "line 12, team_id: no team may be named"),
        ("memberships.csv", "p99,BUR,2026-13-01,", "line 12, from_date: no date: '2026-13-01'"),
        (
            "events.csv",
            "x1,2026-06-01T08:00:00Z,post,p01,c01,question,c01,,,,,",
            "line 43, content_id: 'c01'",
        ),
        ("events.csv", "x1,2026-06-01T08:00:00Z,reply,p01,c99,,,c01,,,,", "line 43, root_id: it is empty"),
        ("events.csv", "x1,2026-06-01T08:00:00,visit,p01,,,,,,,,", "line 43, ts_utc: a time without zone"),
        ("events.csv", "x1,2026-06-01,visit,p01,,,,,,,,", "line 43, ts_utc: a time without zone"),
        ("events.csv", "x1,gestern,visit,p01,,,,,,,,", "line 43, ts_utc: no time"),
        ("events.csv", "x1,2026-06-01T08:00:00Z,poke,p01,,,,,,,,", "line 43, type: 'poke' is none of"),
        ("events.csv", "x1,2026-06-01T08:00:00Z,visit,p01,,,,,,,,,,,", "line 43: more values than columns"),
        ("events.csv", "x1,2026-06-01T08:00:00Z,visit,,,,,,,,,", "line 43, actor_id: it is empty"),
        ("people.csv", "p01,employee,0,,", "line 12, person_id: p01 is there twice"),
        ("people.csv", "p99,boss,0,,", "line 12, kind: 'boss' is none of"),
        ("people.csv", "p99,employee,maybe,,", "line 12, is_leader: 'maybe' is none of"),
        ("expertise.csv", "p01,paie,soon,", "line 7, from_date: no date"),
        ("survey.csv", "a99,2026-06-15,ATL,perhaps", "line 10, answer: 'perhaps' is none of"),
        ("survey.csv", "a99,,ATL,very", "line 10, wave_date: it is empty"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path, file, line, message):
    target = copy(tmp_path)
    text = (target / file).read_text(encoding="utf-8")
    (target / file).write_text(text.rstrip("\n") + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(FolderError, match=f"^{file}, {message}".replace("*", r"\*")):
        evaluate(target)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("params", {"k": 3}, "signal_config.json, params, min_teams: it is missing"),
        ("as_of", "30/06/2026", "signal_config.json, as_of: it cannot be '30/06/2026'"),
        ("directory_names", "luc", "signal_config.json, directory_names: it cannot be 'luc'"),
    ],
)
def test_a_bad_setting_of_the_signals_is_refused_with_its_name(tmp_path, setting, value, message):
    target = copy(tmp_path)
    given = json.loads((target / "signal_config.json").read_text(encoding="utf-8"))
    (target / "signal_config.json").write_text(json.dumps(given | {setting: value}), encoding="utf-8")
    with pytest.raises(FolderError, match=message):
        evaluate_signals(target)


def test_a_column_that_is_missing_is_named(tmp_path):
    target = copy(tmp_path)
    text = (target / "survey.csv").read_text(encoding="utf-8")
    (target / "survey.csv").write_text(text.replace("wave_date", "wave"), encoding="utf-8")
    with pytest.raises(FolderError, match=r"survey\.csv, line 1, wave_date: there is no such column"):
        evaluate(target)


def test_a_floor_of_zero_or_an_unknown_zone_is_refused(tmp_path):
    target = copy(tmp_path)
    for config in ({"as_of": "2026-06-30", "timezone": "Europe/Paris", "k": 0}, {"as_of": "x"}, []):
        (target / "config.json").write_text(json.dumps(config))
        with pytest.raises(FolderError, match=r"config\.json"):
            evaluate(target)
    (target / "config.json").write_text('{"as_of": "2026-06-30", "timezone": "Mars/Base", "k": 3}')
    with pytest.raises(FolderError, match="Mars"):
        evaluate(target)


def test_an_empty_company_has_no_figure(tmp_path):
    target = copy(tmp_path)
    for file in FILES:
        head = (target / f"{file}.csv").read_text(encoding="utf-8").splitlines()[0]
        (target / f"{file}.csv").write_text(head + "\n", encoding="utf-8")
    result = evaluate(target)
    assert result["population"] == result["counted_events"] == 0
    assert {cell["*"]["status"] for cell in result["indicators"].values()} == {"suppressed_primary"}
