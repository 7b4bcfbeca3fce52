"""The indicators of every publication, in the order in which they are told."""

from rse.indicators.engine import answers, network, presence
from rse.indicators.engine.statements import Indicator

_ORDER = (
    "ACT", "REG", "LADDER", "CONC", "ANS", "TTFR", "KNOW", "SILO", "RECIP", "COH", "LEAD", "NEW",
    "EXP_VISIBLE", "EXP_COVER", "IDEA", "MISS",
)  # fmt: skip
_KNOWN = {one.code: one for one in (*presence.INDICATORS, *answers.INDICATORS, *network.INDICATORS)}
INDICATORS: tuple[Indicator, ...] = tuple(_KNOWN[code] for code in _ORDER)
