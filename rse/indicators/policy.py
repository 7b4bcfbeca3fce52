"""Who may see the figures of which cell."""

from rse.core.audience import Viewer

LEADERSHIP = frozenset({"executive", "works_council", "community_manager", "dpo"})


def may_have_cells(viewer: Viewer) -> bool:
    """Tell whether to look for a viewer's cells at all: guests manage nobody here."""
    return viewer.is_employee


def may_see_company(viewer: Viewer, *, restricted: bool) -> bool:
    """Tell whether a viewer may see the company's figures: everybody, unless the company has said otherwise.

    Then it is leadership, the works council, the community managers and data protection.
    """
    return viewer.is_employee and (not restricted or bool(viewer.roles & LEADERSHIP))
