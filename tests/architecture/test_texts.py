"""Every text is marked, French and English are complete, and nothing stale is kept."""

import pytest

from tests.architecture import texts

FEATURES = texts.features()
TEMPLATES = sorted((texts.ROOT / "templates").rglob("*.html"))
PYTHON = sorted((texts.ROOT / "rse").rglob("*.py"))


@pytest.mark.parametrize("feature", FEATURES)
def test_french_is_complete(feature: str) -> None:
    assert texts.missing(feature) == []


@pytest.mark.parametrize("feature", FEATURES)
def test_no_translation_is_stale(feature: str) -> None:
    assert texts.obsolete(feature) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(texts.ROOT / "templates")))
def test_templates_mark_their_texts(path) -> None:
    assert list(texts.unmarked_in_template(path)) == []


def test_code_marks_what_people_read() -> None:
    assert [found for path in PYTHON for found in texts.unmarked_in_python(path)] == []


@pytest.mark.parametrize("feature", FEATURES)
def test_placeholders_are_the_same_in_both_languages(feature: str) -> None:
    import re

    place = re.compile(r"%\((\w+)\)")
    wrong = []
    for key, value in texts.catalogue(feature).items():
        wanted = set(place.findall(" ".join(key) if isinstance(key, tuple) else key))
        given = set(place.findall(" ".join(value) if isinstance(value, list | tuple) else str(value)))
        if given != wanted:
            wrong.append(str(key))
    assert wrong == []


def test_french_typography_keeps_signs_with_their_word() -> None:
    import re

    loose = re.compile(r"\w [?!;:»]|« ")
    wrong = [
        str(value)
        for feature in FEATURES
        for value in texts.catalogue(feature).values()
        for text in (value if isinstance(value, list | tuple) else [value])
        if text and loose.search(str(text))
    ]
    assert wrong == []


def test_a_text_is_translated_the_same_everywhere() -> None:
    seen: dict[object, tuple[str, object]] = {}
    differing = []
    for feature in FEATURES:
        for key, value in texts.catalogue(feature).items():
            if key in seen and seen[key][1] != value:
                differing.append(f"{key}: {seen[key]} and {feature}: {value}")
            seen[key] = (feature, value)
    assert differing == []
