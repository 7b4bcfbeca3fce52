"""What files may hang on: declared by the features above, known here by its name."""

from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy.orm import Session

from rse.core.feature import Holder

Names = Callable[[Session, Mapping[int, int]], Collection[int]]
_known: dict[str, Holder] = {}
_names: list[Names] = []


def install(holders: Iterable[Holder], names: Iterable[Names]) -> None:
    """Make these the holders of the process; there is one application in a process."""
    _known.clear()
    _known.update({holder.kind: holder for holder in holders})
    _names[:] = names


def named(session: Session, waiting: Mapping[int, int]) -> set[int]:
    """Give those of the waiting files, {id: whose}, that a text names which is not published yet."""
    return {file_id for ask in _names for file_id in ask(session, waiting)} if waiting else set()


def known() -> Mapping[str, Holder]:
    """Give the holders by their kinds."""
    return _known
