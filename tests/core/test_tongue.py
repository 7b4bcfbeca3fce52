"""The language of a text is guessed where it is plain, and never where it is not."""

import pytest

from rse.core import tongue


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Bonjour à tous, la réunion de demain est déplacée dans la salle du deuxième étage."),
        ("fr", "Qui sait comment on règle l’offset du capteur sur la ligne 3 ? Le manuel n’en dit rien."),
        ("fr", "SAP : le batch de nuit a planté, j'ai relancé le job et je vous tiens au courant."),
        ("fr", "Comment étalonner la colonne de mesure après un changement de palpeur ?"),
        ("en", "Has anybody seen the new release notes? We should talk about them before the demo."),
        ("en", "The pump in building B is leaking again, and it has been since Monday."),
        ("de", "Die neue Anlage ist seit gestern in Betrieb, aber wir haben noch nicht alle Werte."),
        ("es", "La reunión de mañana se cambia a las diez porque no hay sala para todos."),
        ("it", "La riunione di domani è stata spostata nella sala del secondo piano, non più alla nostra."),
        ("nl", "De vergadering van morgen is verplaatst naar de zaal op de tweede verdieping."),
        ("pt", "A reunião de amanhã foi mudada para a sala do segundo andar, não se esqueçam."),
    ],
)
def test_a_sentence_says_its_language(language: str, words: str) -> None:
    assert tongue.guess(words) == language


@pytest.mark.parametrize(
    "words",
    [
        "",
        "👍👍",
        "OK merci",
        "Kubernetes, Terraform, Ansible, Prometheus, Grafana",
        "https://example.com/the/of/and/to/is/are/was",
        "@the.of @and.to @is.are #the #of #and",
        "Bonjour à tous, la réunion est dans la salle. Hello all, the meeting is in the room.",
        "2026-11-22 10:00 4,5 kg",
    ],
)
def test_too_little_or_two_at_once_says_none(words: str) -> None:
    assert tongue.guess(words) == ""
