"""The guide for IT names every setting as the code has it. `python -m tests.accounts.test_it_guide` writes its table."""

import re
from pathlib import Path

from rse.accounts.flow import REQUEST_LIFE
from rse.accounts.reasons import BY_CODE
from rse.settings import table

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "it-guide.md"
BEGIN, END = (
    "<!-- settings: written by `python -m tests.accounts.test_it_guide` -->\n",
    "<!-- end of settings -->",
)


def settings_table() -> str:
    rows = "".join(
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |\n"
        for name, default, meaning in table()
    )
    return f"\n| variable | default | meaning |\n| --- | --- | --- |\n{rows}\n"


def test_table_of_settings_is_the_code_s() -> None:
    text = GUIDE.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == settings_table()


def test_every_reason_of_a_refusal_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", GUIDE.read_text()))
    assert set(BY_CODE) - explained == set()


def test_time_to_sign_in_is_the_code_s() -> None:
    assert REQUEST_LIFE.total_seconds() == 15 * 60


if __name__ == "__main__":
    text = GUIDE.read_text()
    GUIDE.write_text(text[: text.index(BEGIN) + len(BEGIN)] + settings_table() + text[text.index(END) :])
