"""People are found by name whatever the case and the accents that one types, on either database."""

from typing import Any

import pytest
from flask import Flask

from rse.accounts.names import sort_name
from rse.chat import choosing
from rse.core import db
from tests import factories


@pytest.mark.parametrize("typed", ["élodie", "Élodie", "ELODIE", "elo", "élodie p", "Petit"])
def test_capitals_and_accents_do_not_matter(any_app: Flask, typed: str) -> None:
    session = db.begin_write()
    name = {"given_name": "Élodie", "family_name": "Petit", "display_name": "Élodie Petit"}
    factories.make_person(session, "e.petit", **name, sort_name=sort_name("Petit", "Élodie", "Élodie Petit"))
    karim: Any = factories.make_person(session, "karim.benali")
    db.commit()
    found = choosing.known_cards(db.db.session(), factories.viewer_of(karim), q=typed)
    assert [card.display_name for card in found] == ["Élodie Petit"]
