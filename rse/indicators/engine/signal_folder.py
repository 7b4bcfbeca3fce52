"""`indicators evaluate --signals`: the weak signals of a folder, in the form of `signal_expected.json`."""

from pathlib import Path
from typing import Any

from rse.indicators.engine.lines import Config, FolderError, config, lines
from rse.indicators.engine.signals import Contribution, Detection, Params, Term, detect, read, spans
from rse.indicators.engine.tokens import folded, tokens
from rse.indicators.engine.windows import Calendar

FIELDS = ("ts_utc", "author", "team", "root_id", "text")
LISTED = 3  # pairs of the fortnight that a term of the output has


def evaluate_signals(path: Path) -> dict[str, Any]:
    """Find the weak signals of a folder. Raises lines.FolderError."""
    given = config(path / "signal_config.json")
    as_of, zone, params = given.day("as_of"), given.zone("timezone"), _params(given.part("params"))
    names, texts = given.words("directory_names"), given.words("token_texts")
    dropped = _stop_words(path / "stopwords.txt") | {folded(name) for name in names}
    when = spans(Calendar(zone), as_of)
    found = detect(read(_contributions(path / "signal_contributions.csv"), when, dropped), params)
    return {
        "as_of": as_of.isoformat(),
        "timezone": zone.key,
        "params": dict(given["params"]),
        "directory_names": names,
        "windows": {
            "B": when.baseline.isoformat(),
            "C": when.fortnight.isoformat(),
            "E": when.end.isoformat(),
        },
        "n1": found.n1,
        "n2": found.n2,
        "tests": found.tests,
        "terms": {t.term: _plain(t) for t in sorted(found.terms.values(), key=_by_name) if t.y1 >= LISTED},
        "emerging": _emerging(found),
        "tokens": {text: [token.key for token in tokens(text, dropped)] for text in texts},
    }


def _by_name(term: Term) -> str:
    return term.term


def _plain(term: Term) -> dict[str, Any]:
    return {
        "y1": term.y1,
        "y2": term.y2,
        "authors": term.authors,
        "teams": term.teams,
        "roots": term.roots,
        "p": round(term.p, 8),
    }


def _emerging(found: Detection) -> list[dict[str, Any]]:
    return [
        {
            "term": signal.term.term,
            "p": round(signal.term.p, 8),
            "y1": signal.term.y1,
            "y2": signal.term.y2,
            "z": round(signal.z, 4),
        }
        for signal in found.emerging
    ]


def _params(given: Config) -> Params:
    return Params(
        given.count("k"),
        given.count("min_teams", 0),
        given.count("min_roots", 0),
        given.share("max_author_share"),
        given.share("rr"),
        given.share("q"),
    )


def _stop_words(path: Path) -> set[str]:
    try:
        return {folded(word) for word in path.read_text(encoding="utf-8-sig").split()}
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path.name}: {error}") from error


def _contributions(path: Path) -> list[Contribution]:
    return [
        Contribution(
            line.time("ts_utc"),
            line.name("author"),
            line.text("team") or "-",
            line.name("root_id"),
            line.text("text"),
        )
        for line in lines(path, FIELDS)
    ]
