"""People whom a full file no longer names are listed, and deactivated only when that is asked for."""

from collections.abc import Callable
from typing import Any

from rse.accounts import sessions
from rse.core import db
from tests import factories

from .test_directory_import import person, profile

Bring = Callable[..., Any]


def line(n: int) -> str:
    return f"p{n},p{n}@x.example,P{n},Test,,Groupe / A,Lyon,{'p0' if n else ''},,,"


FULL = [line(n) for n in range(20)]


def test_missing_people_are_listed_and_stay(bring: Bring) -> None:
    bring(*FULL)
    result = bring(*FULL[:-1])
    assert "1 personne manque dans le fichier\u00a0: p19" in result.stderr
    assert person("p19").status == "active"


def test_on_request_they_are_deactivated_and_signed_out(bring: Bring) -> None:
    bring(*FULL)
    sessions.begin(db.begin_write(), person("p19").id)
    db.commit()
    result = bring(*FULL[:-1], options=("--deactivate-missing",))
    assert "1 désactivées" in result.output
    assert person("p19").status == "deactivated"
    assert db.db.session.query(sessions.Session).count() == 0


def test_more_than_a_tenth_stops_before_anything_is_written(bring: Bring) -> None:
    bring(*FULL)
    changed = [text.replace("Lyon", "Nantes") for text in FULL[:17]]
    result = bring(*changed, options=("--deactivate-missing",))
    assert result.exit_code == 1
    assert "3 personnes sur 20" in result.stderr
    assert person("p1").site == "Lyon"
    result = bring(*changed, options=("--deactivate-missing", "--force"))
    assert result.exit_code == 0
    assert person("p19").status == "deactivated"


def test_who_comes_back_in_the_file_comes_back(bring: Bring) -> None:
    bring(*FULL)
    bring(*FULL[:-1], options=("--deactivate-missing",))
    bring(*FULL)
    assert person("p19").status == "active"
    assert profile("p19").end_date is None


def test_a_person_on_a_bad_line_is_not_missing(bring: Bring) -> None:
    bring(*FULL)
    result = bring(
        *FULL[:-2], "p18,wrong,P,Q,,,,,,,", "p19,p19@x.example,P", options=("--deactivate-missing",)
    )
    assert "0 désactivées" in result.output
    assert person("p18").status == person("p19").status == "active"


def test_people_of_another_origin_are_not_missing(bring: Bring) -> None:
    bring(*FULL)
    factories.make_person(db.begin_write(), "zoe.admin")
    db.commit()
    result = bring(*FULL, options=("--deactivate-missing",))
    assert "manque" not in result.stderr
    assert person("zoe.admin").status == "active"


def test_without_its_last_report_a_manager_is_none_any_more(bring: Bring) -> None:
    bring("boss,boss@x.example,Bo,Ss,,,,,,,", *FULL[:19], "p19,p19@x.example,P,T,,,,boss,,,")
    assert person("boss").is_manager
    bring("boss,boss@x.example,Bo,Ss,,,,,,,", *FULL[:19], options=("--deactivate-missing",))
    assert not person("boss").is_manager
