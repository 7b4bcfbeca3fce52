"""Questions judged by hand over the demo company's own texts: what one means is in the first ten, on each engine.

A line says what is typed and which threads or people answer it; one of them must be in the first ten, the
thread by its post or by a comment under it.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rse.core import text as markdown
from rse.core.feature import Document
from rse.search.engine import SearchBackend, SearchQuery
from rse.search.grammar import parse
from rse.search.meaning import corrections
from rse.search.synonyms import STARTER, standing
from tests.search.corpus import EVERYONE
from tests.search.engines import Engines

TEXTS = Path(__file__).resolve().parents[2] / "rse" / "demo" / "texts"
NOW = datetime.now(UTC)
JUDGED = """
congés combien de temps à l'avance | entraide-005
conges | entraide-005 rh entraide-001 entraide-061 maison-015
conges payes | entraide-005 entraide-061 maison-015 entraide-001
pose de congé | entraide-005
télétravail accord | maison-007
teletravail formation | entraide-011
remote work | maison-007 entraide-011
R.G.P.D. | projets-031 projets-003
GDPR | projets-031 projets-003 projets-007
rgpd cv | projets-007
mot de passe expiré | entraide-009
password | entraide-009 suite-003
mots de passe | suite-003 entraide-009
double authentification | entraide-016
double autentification | entraide-016
wifi salle rhône | entraide-055
"salle Rhône" | entraide-055
réunions | projets-012 maison-004 maison-028
salle de réunion fantôme | maison-028
meeting room screens | terrain-045
imprimantes étiquettes | maison-045 entraide-059
hameçonnage | maison-013
phishing | maison-013
fichier dbf | entraide-038
tableur lent | entraide-023
annuler une réception | entraide-007
annulation réception | entraide-007
ME21N | entraide-003
inventaire tournant | entraide-039
fournisseur en double | entraide-054
supplier | entraide-054 maison-019 atelier-024 maison-061
facture bloquée écart de prix | entraide-044 entraide-014
facture -prix | entraide-043 maison-025 entraide-052
vélo | entraide-015 maison-012 suite-010
prime de trajet | entraide-015
covoiturage lille | maison-055
carpooling | maison-055 projets-004
gants taille | maison-022
gants souillés poubelle | maison-031
souder duplex | entraide-022 atelier-020
soudure | atelier-020 entraide-022
fumées de soudage | entraide-022
roulements | suite-021 terrain-036 atelier-035 atelier-004
roulemnt changé | atelier-035
roulement changé | atelier-035
passivation | atelier-050 terrain-046
bain de nickel | atelier-007 atelier-038
5S | atelier-012
cobot | atelier-026 entraide-045
Cpk | suite-006 terrain-016
capabilite | suite-006 terrain-016
certificat matière | maison-061 projets-024
fax | maison-002
exosquelette | maison-057
exosquelete | maison-057
géothermie | maison-042 projets-009
geothermal brine seal | projets-011 projets-017
l'entretien annuel | maison-046 projets-026
entretiens | maison-046 projets-026
annual review | maison-046 projets-026
bilan carbone | maison-051
exchange rate SEK | maison-065
taux de change | maison-065
public holidays dublin | entraide-019
gasket drawer | terrain-015 terrain-059
pump curve | terrain-025
tender noise | terrain-029
chaussures pieds larges | projets-028
safety boots | terrain-041
don du sang | maison-018
dosimètre | entraide-042
astreinte trajet | entraide-032
presque-accident | entraide-004 entraide-033 entraide-037
arrêt technique lyon | maison-048 atelier-039
disjonct* | atelier-006
claire dupont | claire.dupont
Dupon Claire | claire.dupont
assistante de direction | odile.ferrand
directrice production | gerard.vasseur
soudeur toulouse | fabien.delmas
automaticien lille | aurore.vandamme maison-010
ingénieur procédé | amelie.rousseau julien.mercier
thermographie | hakim.zeroual suite-009
"""
QUESTIONS = [line.partition(" | ")[::2] for line in JUDGED.strip().splitlines()]


def documents() -> Iterator[tuple[str, Document]]:
    """The demo company's threads and people, each with what it is judged as."""
    number = 0
    for path in sorted((TEXTS / "threads").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row, number = json.loads(line), number + 1
            kind = "comment" if row.get("parent") else "post"
            yield (
                row.get("parent") or row["id"],
                Document(
                    f"{kind}:{number}", kind, "everyone", row.get("title") or "",
                    markdown.plain(markdown.render(row["text"], {})), NOW - timedelta(days=number % 300), 1,
                    post_kind=row.get("kind") or "",
                ),
            )  # fmt: skip
    with (TEXTS / "people.csv").open() as lines:
        for person in csv.DictReader(lines):
            number += 1
            skills = [skill for skill in person["skills"].split(";") if skill]
            name, body = (
                f"{person['given_name']} {person['family_name']}",
                f"{person['title']}\n{person['about']}",
            )
            found = Document(
                f"person:{number}", "person", "everyone", name, body, NOW, 1,
                department=person["department"], site=person["site"], skills=skills,
            )  # fmt: skip
            yield person["uid"], found


def find(engine: SearchBackend, text: str) -> list[str]:
    """Ask as the page does: with synonyms, and with other spellings where little is found."""
    parsed = parse(text)
    query = SearchQuery(text, EVERYONE, also=standing(STARTER, parsed), facets=True, limit=10)
    results = engine.search(query)
    asker = cast("Any", SimpleNamespace(backend=engine, tokens=EVERYONE))
    near = corrections(asker, parsed, results)
    if near:
        results = engine.search(replace(query, also=query.also + tuple(one.wider for one in near)))
    return [found.key for found in results.found]


@pytest.fixture(scope="module")
def filled(engines: Engines) -> tuple[SearchBackend, dict[str, str]]:
    texts = list(documents())
    return engines.make([document for _, document in texts], "demo"), {d.key: name for name, d in texts}


def test_what_is_meant_is_in_the_first_ten(filled: tuple[SearchBackend, dict[str, str]]) -> None:
    engine, names = filled
    missed = []
    for text, expected in QUESTIONS:
        found = [names[key] for key in find(engine, text)]
        if not set(found) & set(expected.split()):
            missed.append((text, found))
    assert missed == []


def test_as_many_as_were_promised() -> None:
    assert len(QUESTIONS) >= 60
