"""What files may hang on: declared by the features above, known here by its name."""

from collections.abc import Iterable, Mapping

from rse.core.feature import Holder

_known: dict[str, Holder] = {}


def install(holders: Iterable[Holder]) -> None:
    """Make these the holders of the process; there is one application in a process."""
    _known.clear()
    _known.update({holder.kind: holder for holder in holders})


def known() -> Mapping[str, Holder]:
    """Give the holders by their kinds."""
    return _known
