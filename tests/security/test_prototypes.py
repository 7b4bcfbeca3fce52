"""Prototype pollution: no script of ours copies names that came from outside into an object.

What could: assigning to a computed name, Object.assign of something other than what stands there, loops of copies.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
COMPUTED = re.compile(
    r"[\w)\]]\[(?!\d+\]|'[^']*'\]|\"[^\"]*\"\])[^\]]+\]\s*(?:\?\?|\|\||&&|[-+*/])?=(?![=>])"
)
OTHER_WAYS = re.compile(
    r"__proto__|\bfor\s*\((?:const|let|var)\s+\w+\s+in\b|Reflect\.set|Object\.(?:definePropert|setPrototypeOf)"
)


def arguments(script: str, start: int) -> list[str]:
    """Give the arguments of a call whose bracket opens at `start`."""
    depth, begun, found = 0, start + 1, []
    for at in range(start, len(script)):
        depth += (script[at] in "([{") - (script[at] in ")]}")
        if (script[at] == "," and depth == 1) or depth == 0:
            found.append(script[begun:at].strip())
            begun = at + 1
        if depth == 0:
            break
    return found


def faults(script: str) -> list[str]:
    named = script.replace("copy.style[name] = style[name]", "")  # names of a list that stands beside it
    found = [match[0] for pattern in (COMPUTED, OTHER_WAYS) for match in pattern.finditer(named)]
    for call in re.finditer(r"Object\.assign(?=\()", script):
        sources = arguments(script, call.end())[1:]
        found += [
            one for one in sources if not one.startswith("{") or "..." in one or re.search(r"[{,]\s*\[", one)
        ]
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_takes_names_from_outside(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "script",
    ["all[key] = value;", "a[b][c] ??= d;", "Object.assign(options, JSON.parse(text));", "Object.assign({}, { ...sent });",
     "for (const key in sent) copy(key);", "Object.assign(x, { [name]: 1 });"],
)  # fmt: skip
def test_each_way_is_seen(script: str) -> None:
    assert faults(script)
