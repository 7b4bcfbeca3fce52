"""Who reads what somebody is open to: those whom they chose, and HR where they said so.

No other role does, nor a manager as such. It carries no audience token: that of a person is held by the
guests of their groups. It is neither indexed nor counted.
"""

from sqlalchemy import ColumnElement, and_, false, or_, select

from rse.core.audience import Viewer, role_token
from rse.mobility.models import Openness, OpennessReader

HR = role_token("hr")
MOST_READERS = 20


def reads(viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion of what others are open to that the viewer reads."""
    if not viewer.is_employee:
        return false()
    chosen = select(OpennessReader.person_id).where(OpennessReader.reader_id == viewer.id)
    shown: ColumnElement[bool] = Openness.person_id.in_(chosen)
    if viewer.holds(HR):
        shown = or_(shown, Openness.to_hr)
    return and_(shown, Openness.person_id != viewer.id)
