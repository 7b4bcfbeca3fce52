"""Is it a question about people ("qui connaît SAP ?", "who knows kubernetes"), and about what."""

import re

from rse.search import analysis

ASKS = re.compile(
    r"""^\s*(?:
      qui\s+(?:
          (?:s['’]y\s+)?conna[iî]t(?:rait)?(?:\s+(?:bien|en))?
        | ma[iî]trise | sait(?:\s+(?:utiliser|faire|comment))? | comprend | utilise | s['’]occupe | g[eè]re
        | travaille\s+(?:sur|avec|dans)
        | est\s+(?:le\s+|la\s+|un\s+|une\s+)?(?:expert|sp[eé]cialiste|r[eé]f[eé]rente?)e?
        | peut\s+(?:m['’]|nous\s+)?(?:aider|former|renseigner|r[eé]pondre)(?:\s+(?:sur|avec|pour|en|[aà]))?
        | a\s+(?:d[eé]j[aà]\s+)?(?:de\s+l['’]exp[eé]rience|travaill[eé]\s+(?:sur|avec)|utilis[eé])
      )
    | (?:je\s+cherche\s+)?(?:une?\s+|des\s+|les\s+)?
      (?:experte?s?|sp[eé]cialistes?|r[eé]f[eé]rente?s?)
    | (?:trouver\s+)?quelqu['’]un\s+qui\s+(?:conna[iî]t|ma[iî]trise|sait)
    | who(?:['’]s|\s+is|\s+are|\s+can|\s+could)?\s+(?:here\s+)?(?:
          knows?(?:\s+about)? | understands? | uses? | works?\s+(?:on|with)
        | an?\s+experts? | experts? | good\s+(?:at|with) | in\s+charge
        | helps?(?:\s+(?:me|us))?(?:\s+with)? | has\s+(?:experience|worked)(?:\s+(?:with|in|on))?
      )
    | (?:i\s+am\s+looking\s+for\s+|looking\s+for\s+|find\s+)?(?:an?\s+|the\s+)?
      (?:experts?|specialists?|someone\s+who\s+knows)
    )(?=[\s:?]|$)\s*:?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
JOINT = re.compile(
    r"^(?:(?:en|de\s+la|de\s+l['’]|du|des|de|d['’]|sur|le|la|les|l['’]|avec|in|on|of|about|with|the)\s*(?<=[\s'’]))+",
    re.IGNORECASE,
)
SUFFIX = re.compile(r"\s+(?:experts?|specialists?)\s*$", re.IGNORECASE)


def topic_of(text: str) -> str | None:
    """Give what a question about people is about; None when it is not one, or is about nothing."""
    asked = text.strip().rstrip("?!. \u00a0\u202f").strip()
    begin = ASKS.match(asked)
    if begin:
        topic = JOINT.sub("", asked[begin.end() :]).strip()
    elif SUFFIX.search(asked):
        topic = SUFFIX.sub("", asked).strip()
    else:
        return None
    return topic if any(True for _ in analysis.tokens(topic)) else None
