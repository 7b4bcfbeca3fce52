"""Finds the texts of each feature in its code and templates. `python -m tests.architecture.texts` lists what is missing."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "gettext": None, "lazy": None, "ngettext": (1, 2)}
SHARED = ("components", "errors", "core")
Text = str | tuple[str, ...]


def features() -> list[str]:
    return sorted(p.name for p in (ROOT / "rse").iterdir() if p.is_dir() and (p / "__init__.py").exists())


def sources(feature: str) -> list[Path]:
    """The files whose texts stand in rse/<feature>/translations/fr.po."""
    folders = {
        "core": SHARED,
        "demo": ("demo", "demo_idp"),
        "administration": ("administration", "admin"),
    }.get(feature, (feature,))
    found = [p for folder in folders for p in sorted((ROOT / "templates" / folder).rglob("*")) if p.is_file()]
    found += sorted((ROOT / "rse" / feature).rglob("*.py"))
    return found + (sorted((ROOT / "rse").glob("*.py")) if feature == "core" else [])


def texts(feature: str) -> dict[Text, str]:
    """Each marked text, with a place where it stands."""
    found: dict[Text, str] = {}
    for path in sources(feature):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        with path.open("rb") as file:
            for line, message, _comments, _context in extract(
                method, file, KEYWORDS, options={"encoding": "utf-8", "silent": "false"}
            ):
                key = tuple(message) if isinstance(message, tuple) else message
                if key:
                    found[key] = f"{path.relative_to(ROOT)}:{line}"
    return found


def catalogue(feature: str) -> dict[Text, object]:
    """Each text of the feature's French catalogue, with its translation."""
    path = ROOT / "rse" / feature / "translations" / "fr.po"
    if not path.exists():
        return {}
    parsed = read_po(BytesIO(path.read_bytes()), locale="fr")
    return {
        (tuple(m.id) if isinstance(m.id, list | tuple) else m.id): (None if m.fuzzy else m.string)
        for m in parsed
        if m.id
    }


def missing(feature: str) -> list[str]:
    """Texts without a French translation."""
    known = catalogue(feature)
    return [f"{place}: {key}" for key, place in texts(feature).items() if not _complete(known.get(key))]


def _complete(translation: object) -> bool:
    if isinstance(translation, list | tuple):
        return all(translation)
    return bool(translation)


def obsolete(feature: str) -> list[str]:
    """Translations of texts that are nowhere any more."""
    used = texts(feature)
    return [str(key) for key in catalogue(feature) if key not in used]


LETTERS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
SPOKEN = re.compile(
    r"""\b(?:aria-label|title|placeholder|alt|data-text-[\w-]+)=("[^"{]*[A-Za-zÀ-ÿ]{2,}[^"{]*"|'[^'{]*[A-Za-zÀ-ÿ]{2,}[^'{]*')"""
)
ALLOWED = re.compile(r"^(?:rse|https?|SAML|CSV|JSON|Markdown|@prenom\.nom|defenseurdesdroits|fr)$")


def unmarked_in_template(path: Path) -> Iterator[str]:
    """Words that stand in a template outside gettext."""
    # Only the literal data of the template, its expressions cut out.
    data = "".join(
        value if kind == "data" else "\x00" if kind in {"variable_begin", "block_begin"} else ""
        for _line, kind, value in Environment().lex(path.read_text())
    )
    for match in SPOKEN.finditer(data):
        if not all(ALLOWED.match(w) for w in LETTERS.findall(match[1])) and "@" not in match[1]:
            yield match[0]
    data = re.sub(r"<(script|style|code|svg)\b.*?</\1>", "", data, flags=re.DOTALL)
    data = re.sub(r"""[\w:-]+=(?:"[^"]*"|'[^']*')|\b(?:data|aria)-[\w-]+|\brequired\b""", "", data)
    visible = re.sub(r"<[^>]*>|&\w+;|<!--.*?-->", "\n", data, flags=re.DOTALL)
    for word in LETTERS.findall(visible):
        if not ALLOWED.match(word):
            yield word


SAYING = {"flash", "Invalid"}


def unmarked_in_python(path: Path) -> Iterator[str]:
    """Literal texts given to what people will read."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Name)
            or node.func.id not in SAYING
        ):
            continue
        said = node.args[:1] if node.func.id == "flash" else [k.value for k in node.keywords]
        for value in said:
            if isinstance(value, ast.Constant | ast.JoinedStr):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(value)}"


if __name__ == "__main__":
    for name in features():
        for line in missing(name):
            print(f"[{name}] {line}")
        for line in obsolete(name):
            print(f"[{name}] obsolete: {line}")
