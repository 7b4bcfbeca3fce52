"""The measuring of the ranking of experts: fair in time, whatever the files hold, through the product's scoring."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import experts
from bench.community import communities
from rse.search.scoring import DAY, Evidence, Reply, scores

ROOT = Path(__file__).parents[2]


def question(number: int, title: str, *who: str, asker: str = "asker", **more: Any) -> dict[str, Any]:
    day = f"2025-03-{number:02}"
    answers = [{"author": one, "ts": f"{day}T1{n}:00:00Z", "text": title} for n, one in enumerate(who)]
    row = {"id": f"q{number}", "source": "s", "asker": asker, "ts": f"{day}T08:00:00Z", "title": title}
    return row | {"answers": answers, "text": "", "channel": "c"} | more


def judged(folder: Path, *rows: dict[str, Any]) -> dict[str, experts.Judged]:
    (folder / "some.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (questions,) = communities(folder).values()
    return experts.online(questions)


def test_only_questions_count_whose_answerer_was_known_by_then(tmp_path: Path) -> None:
    found = judged(
        tmp_path, question(1, "paie", "ann"), question(2, "congés", "bob"), question(3, "paie", "ann")
    )
    assert found["ours"].values["MRR"] == [1.0]
    assert found["ours"].newcomers == [1.0]


def test_an_answer_that_came_later_is_not_known_though_its_question_is_older(tmp_path: Path) -> None:
    late = question(1, "soudure", "ann")
    late["answers"][0]["ts"] = "2025-03-05T09:00:00Z"
    found = judged(tmp_path, late, question(2, "paie", "bob"), question(3, "soudure", "ann", "bob"))
    assert found["ours"].values["MRR"] == [1.0]  # bob alone is known
    assert found["active"].shown == {"bob": 1}


def test_the_asker_is_not_ranked(tmp_path: Path) -> None:
    rows = [question(1, "paie", "ann", "bob"), question(2, "paie", "ann", "bob", asker="ann")]
    assert "ann" not in judged(tmp_path, *rows)["ours"].shown


def test_who_answered_about_the_words_comes_before_who_answered_as_lately(tmp_path: Path) -> None:
    rows = [question(1, "imprimante bloquée", "ann"), question(1, "paie fausse", "bob", id="q1b")]
    rows += [question(20, "mon imprimante est bloquée", "ann")]
    assert judged(tmp_path, *rows)["ours"].values["hit@1"] == [1.0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json\n[1, 2]\n{}\n",
        '{"ts": "yesterday", "title": "x"}',
        '{"ts": "2025-03-01T00:00:00Z"}\n{"ts": 5, "answers": null}\n{"ts": 9, "answers": [{}, 3, {"author": "a"}]}',
        '{"ts": "2025-03-01", "title": "質問 вопрос", "answers": [{"author": "a", "ts": "2025-03-02"}]}',
    ],
)
def test_files_that_hold_nothing_to_measure_are_said_and_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "some.jsonl").write_text(text)
    (tmp_path / "cut.jsonl.xz").write_bytes(b"\xfd7zXZ\x00\x00")
    done = subprocess.run(
        [sys.executable, "bench/experts.py", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_table_is_printed_for_each_community_with_their_mean(tmp_path: Path, capsys: Any) -> None:
    rows = [question(n, "paie", "ann", id=f"{s}{n}", source=s) for s in ("one", "two") for n in range(1, 6)]
    (tmp_path / "some.jsonl").write_text("\n".join(map(json.dumps, rows)))
    results = experts.judge(communities(tmp_path))
    assert experts.summary(results) == {
        "communities": 2, "mean MRR": 1.0, "mean hit@5": 1.0, "mean ratio": 1.0, "least ratio": 1.0,
        "five words keep": 1.0,
    }  # fmt: skip
    printed = capsys.readouterr().out
    for word in (
        "one: 4 questions count",
        "two: 4",
        "MRR",
        "P@5",
        "hit@1",
        "hit@5",
        "newcomers",
        "top five",
        "bm25",
    ):
        assert word in printed


def test_the_made_up_community_runs_beside_the_other_benchmarks() -> None:
    rows = {row["what"].rpartition(": ")[2]: row["value"] for row in experts.run(())}
    assert rows["ours, MRR"] > rows["active, MRR"]


def test_terms_are_relative_and_old_answers_fade() -> None:
    told = [Reply("ann", 0, "a", "q"), Reply("bob", 360 * DAY, "b", "q")]
    found = scores(Evidence(360 * DAY, {"a": 3.0, "b": 3.0}, told, {"q": 1.0}))
    assert found["bob"] == pytest.approx(0.25 + 0.25 + 0.1)
    assert found["ann"] == pytest.approx(0.25 / 4 + 0.25 / 4 * 3 / 4 + 0.1 / 4)
    declared = scores(Evidence(0.0, declared={"eve": 0.5}, endorsed={"eve": 0.5}, thanked={"eve": 1.0}))
    assert declared == {"eve": pytest.approx(0.5 + 0.2 + 0.3)}
    assert scores(Evidence[str](0.0)) == {}
