"""The size of files and functions, names of files, and escapes from the linters stay within DESIGN's budgets."""

import ast
import re
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "rse").rglob("*.py"))
MAX_FILE, MAX_FUNCTION, MEDIAN_FUNCTION, MAX_ESCAPES = 300, 50, 8, 10
FORBIDDEN = {"utils", "helpers", "common", "manager", "misc", "util"}


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length of each function: lines of its body, docstring and signature apart."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            found.append(
                (f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - body[0].lineno + 1)
            )
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_short_and_named_by_its_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_FILE
    assert path.stem not in FORBIDDEN


def test_no_function_is_long() -> None:
    assert [f for path in FILES for f in functions(path) if f[1] > MAX_FUNCTION] == []


def test_functions_are_short_by_habit() -> None:
    assert median(length for path in FILES for _, length in functions(path)) <= MEDIAN_FUNCTION


def test_escapes_from_the_linters_are_few_and_explained() -> None:
    escapes = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in FILES
        for line in path.read_text().splitlines()
        if re.search(r"#\s*(noqa|type: ignore)", line)
    ]
    assert len(escapes) <= MAX_ESCAPES, escapes
    assert [e for e in escapes if "noqa" in e and not re.search(r"noqa: [A-Z0-9, ]+ - \w+", e)] == []


def test_imports_stand_at_the_top() -> None:
    inside = total = 0
    for path in FILES:
        tree = ast.parse(path.read_text())
        total += sum(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside += sum(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(node))
    assert inside / total < 0.01 + 3 / total, f"{inside} of {total} imports stand inside functions"
