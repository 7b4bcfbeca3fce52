"""The file of old conversations: one JSON object a line, plain or compressed (API.md, threads.jsonl)."""

import lzma
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from rse.core.i18n import _
from rse.core.schema import errors_of

MAX_TEXT = 20_000
SHOWN = 200  # problems kept for the report


class Line(BaseModel):
    """One message of a threads file (API.md)."""

    model_config = ConfigDict(extra="ignore", strict=False)

    id: str = Field(min_length=1, max_length=120)
    parent: str | None = None
    group: str = Field(min_length=1, max_length=80, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    author: str = Field(min_length=1, max_length=64)
    at: AwareDatetime
    text: str = Field(max_length=MAX_TEXT)  # empty where the source had one: replies hang on it
    title: str | None = Field(None, max_length=200)
    kind: Literal["message", "question"] | None = None


@dataclass
class Report:
    """What an import did."""

    posts: int = 0
    comments: int = 0
    known: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)

    def skip(self, number: int, why: str) -> None:
        """Note a line that did not go in."""
        self.skipped += 1
        if len(self.problems) < SHOWN:
            self.problems.append(_("line %(n)s: %(why)s", n=number, why=why))


@contextmanager
def opened(path: Path) -> Iterator[tuple[Any, IO[bytes]]]:
    """Open a plain or .xz file: (decoded lines, the file underneath, whose position shows the progress)."""
    with path.open("rb") as raw:
        if path.suffix == ".xz":
            with lzma.open(raw) as lines:
                yield lines, raw
        else:
            yield raw, raw


def parse(number: int, line: bytes, report: Report) -> Line | None:
    """Read one line; what is wrong with it goes to the report, with its number."""
    try:
        found = Line.model_validate(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        report.skip(number, _("not JSON in UTF-8 (%(why)s)", why=error.msg))
    except ValidationError as error:
        report.skip(number, "; ".join(f"{name}: {' '.join(why)}" for name, why in errors_of(error).items()))
    else:
        if "\x00" not in found.text:
            return found
        report.skip(number, _("text: holds a NUL character"))
    return None
