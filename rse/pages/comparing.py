"""What differs between two versions of a text, line by line, with the lines around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

AROUND = 3  # lines shown before and after a difference
MOST_LINES = 3_000  # of longer texts the differences are not computed: it could take seconds


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison; `skip` stands for lines that are the same and not shown."""

    kind: Literal["same", "added", "removed", "skip"]
    text: str = ""


def differences(before: str, after: str) -> list[Line] | None:
    """Compare two texts; an empty list when they are the same, None when they are too long for it."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return None
    groups = list(SequenceMatcher(None, old, new, autojunk=True).get_grouped_opcodes(AROUND))
    return list(_lines(groups, old, new))


def _lines(
    groups: Sequence[Sequence[tuple[str, int, int, int, int]]], old: list[str], new: list[str]
) -> Iterator[Line]:
    end = 0
    for group in groups:
        if group[0][1] > end:
            yield Line("skip")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line("same", text) for text in old[i1:i2])
            else:
                yield from (Line("removed", text) for text in old[i1:i2])
                yield from (Line("added", text) for text in new[j1:j2])
        end = group[-1][2]
    if groups and end < len(old):
        yield Line("skip")
