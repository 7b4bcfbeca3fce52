"""Who may see the figures of which cell."""

from rse.core.audience import Viewer


def may_have_cells(viewer: Viewer) -> bool:
    """Tell whether to look for a viewer's cells at all: guests manage nobody here."""
    return viewer.is_employee
