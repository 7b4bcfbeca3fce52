"""The language of a text, guessed by its smallest words: for a hint beside it, never for a decision.

Function words are a third to a half of any running text, and hardly shared between languages. A text with too
few of them, or with two languages nearly alike, has none: better no hint than a wrong one.
"""

import re

LEAST = 3  # small words of the language in the text
SHARE = 0.15  # of all its words
LEAD = 1.5  # times as many as of the second language
READ = 4000  # characters
WORD = re.compile(r"[^\W\d_]+(?:['’](?=\w))?")
APART = re.compile(r"https?://\S+|[@#][\w.-]+")

_WORDS = {
    "fr": (
        "le la les des du un une et est sont dans pour par sur avec que qui ne pas plus nous vous ils "
        "elle il je ce cette ces aux au se sa son ses notre nos votre vos leur leurs mais ou où donc "
        "si comme être avoir ont été fait faire tout tous très bien peut quand l' d' qu' j' n' c' s' "
        "m' y en de à comment pourquoi quel quelle quels quelles après avant chez sans sous depuis "
        "entre cela ça aussi bonjour merci voir"
    ),
    "en": (
        "the of and to is are was were be been in for on with that this these those it its we you "
        "they he she i not no but or if as at by from have has had will would can could should do "
        "does did our your their my what when who which how there here all any some about more than "
        "so just after before without under since between why also hello thanks please per into"
    ),
    "de": (
        "der die das den dem des ein eine einen einem und ist sind war nicht mit auf für von zu im am "
        "an aus bei nach wir ihr sie er es ich auch aber oder wenn wie was dass haben hat wird werden "
        "kann noch nur über unser"
    ),
    "es": (
        "el la los las un una unos y es son en de del que para por con no se su sus lo al pero como "
        "más este esta nos ha han hay muy ya cuando donde si tiene todos también qué o entre"
    ),
    "it": (
        "il lo la gli le un una di del della dei delle e è sono in nel nella per con che non si su al "
        "alla ma come più questo questa ci ha hanno anche quando dove se tutti o l' d' dell' nell' "
        "un'"
    ),
    "nl": (
        "de het een en is zijn was van voor met op in te dat die niet aan er om ook maar bij of als "
        "naar we wij je jullie ze hij ik dit deze hebben heeft wordt kan nog uit over onze"
    ),
    "pt": (
        "o a os as um uma e é são em no na nos nas de do da dos das que para por com não se seu sua "
        "mas como mais este esta ao à também quando onde já tem foi ou"
    ),
}
_SMALL = {code: frozenset(words.split()) for code, words in _WORDS.items()}
KNOWN = tuple(_SMALL)


def guess(text: str) -> str:
    """Give the code of the language of a plain text, "" when it does not say enough."""
    plain = APART.sub(" ", text[:READ]).replace("’", "'").lower()
    words = WORD.findall(plain)
    if not words:
        return ""
    counts = sorted(
        ((sum(word in small for word in words), code) for code, small in _SMALL.items()), reverse=True
    )
    (most, code), (second, _other) = counts[0], counts[1]
    enough = most >= LEAST and most >= SHARE * len(words)
    return code if enough and most >= LEAD * second else ""
