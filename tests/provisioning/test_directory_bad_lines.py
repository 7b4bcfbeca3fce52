"""A bad line is reported with its number and its reason; the others go in."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from rse.accounts.models import Person
from rse.core import db
from rse.people.models import Profile

from .conftest import HEADER
from .test_directory_import import ADA, BEN, CLO, person, profile

Bring = Callable[..., Any]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",x@x.example,X,Y,,,,,,,", "L’identifiant (uid) manque"),
        ("x y,x@x.example,X,Y,,,,,,,", "ne peut pas être un identifiant"),
        ("x,not-an-address,X,Y,,,,,,,", "n’est pas une adresse électronique"),
        ("x,x@x.example,,,,,,,,,", "Le nom manque"),
        ("x,x@x.example,X,Y,,,,,,,2020-13-45", "n’est pas une date"),
        ("x,x@x.example,X,Y,,,,,klingonais,,", "n’est pas une langue"),
        ("x,x@x.example,X,Y", "4 colonnes au lieu de 11"),
        ("x,x@x.example,X\x07,Y,,,,,,,", "caractères qu’aucun texte n’a"),
        ("x,x@x.example,X,Y," + "t" * 201 + ",,,,,,", "dépasse 200 caractères"),
        ("ada.king,x@x.example,X,Y,,,,,,,", "ada.king figure déjà à la ligne 2"),
        ("x,ada@x.example,X,Y,,,,,,,", "ada@x.example figure déjà à la ligne 2"),
        ('x,x@x.example,"X,Y,,,,,,,', "guillemet n’est pas fermé"),
    ],
)
def test_bad_line_is_reported_and_the_others_go_in(bring: Bring, line: str, reason: str) -> None:
    result = bring(ADA, line, BEN)
    assert result.exit_code == 0, result.output
    assert "ligne 3\u00a0:" in result.stderr
    assert reason in result.stderr
    assert set(db.db.session.scalars(select(Person.uid))) == {"ada.king", "ben.roy"}


def test_an_unknown_manager_is_reported_and_the_person_taken(bring: Bring) -> None:
    result = bring(BEN)
    assert "ligne 2\u00a0: Le responsable ada.king est inconnu" in result.stderr
    assert profile("ben.roy").manager_id is None


def test_a_circle_of_managers_is_opened_and_reported(bring: Bring) -> None:
    result = bring(ADA.replace("Lyon,,", "Lyon,clo.bel,"), BEN, CLO)
    assert result.stderr.count("tourne en rond") == 1
    managers = dict(db.db.session.execute(select(Profile.person_id, Profile.manager_id)).all())
    assert list(managers.values()).count(None) == 1
    assert profile("ben.roy").manager_id == person("ada.king").id


def test_a_manager_of_oneself_is_a_circle(bring: Bring) -> None:
    result = bring(ADA.replace("Lyon,,", "Lyon,ada.king,"))
    assert "tourne en rond" in result.stderr


def test_a_circle_with_people_outside_the_file_is_seen(bring: Bring) -> None:
    bring(ADA, BEN, CLO)
    result = bring(ADA.replace("Lyon,,", "Lyon,clo.bel,"))
    assert "tourne en rond" in result.stderr
    assert profile("ada.king").manager_id is None


def test_windows_1252_is_read_with_a_notice(bring: Bring) -> None:
    result = bring(data=f"{HEADER}\r\n{CLO}\r\n".encode("cp1252"))
    assert "lu en Windows-1252" in result.stderr
    assert person("clo.bel").given_name == "Chloé"


def test_byte_order_mark_and_semicolons_are_read(bring: Bring) -> None:
    head, line = HEADER.replace(",", ";"), "clo.bel;clo@x.example;Chloé;Bel;;;;;;;"
    result = bring(data=b"\xef\xbb\xbf" + f"{head}\n{line}\n".encode())
    assert "UTF-8" not in result.stderr
    assert person("clo.bel").given_name == "Chloé"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "pas de colonne"),
        (b"name,mail\nx,y\n", "pas de colonne uid, email"),
        (HEADER.encode() + b"\n", "Le fichier est vide"),
        (HEADER.encode() + b"\nx\n", "Aucune ligne"),
        (b"\x00\x01\x02\xff\xfe", "pas de colonne"),
    ],
)
def test_a_file_that_is_none_is_refused(bring: Bring, data: bytes, reason: str) -> None:
    result = bring(data=data)
    assert result.exit_code == 1
    assert reason in result.stderr


def test_an_address_of_somebody_else_is_not_taken(bring: Bring) -> None:
    bring(ADA)
    result = bring(BEN.replace("ben@", "ada@"))
    assert "ada@x.example appartient à ada.king" in result.stderr
    assert set(db.db.session.scalars(select(Person.uid))) == {"ada.king"}
