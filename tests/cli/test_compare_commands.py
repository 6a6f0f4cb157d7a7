"""``gepnet compare``, ``gepnet missing`` and ``gepnet whatif`` as a user meets them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.cli import main


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("patient") / "example.yaml"
    path.write_text(api.example_patient(), encoding="utf-8")
    return path


class Run:
    """Runs the program and keeps what it printed."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], patient: Path
    ) -> None:
        self.monkeypatch, self.capsys, self.patient = monkeypatch, capsys, patient

    def __call__(self, command: str, *options: str) -> tuple[int, str, str]:
        dates = ["--knowledge-date", "2026-11-22"]
        self.monkeypatch.setattr(
            sys, "argv", ["gepnet", command, str(self.patient), *dates, *options]
        )
        self.monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = self.capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    def json(self, command: str, *options: str) -> dict[str, Any]:
        code, out, _ = self(command, *options, "--format", "json")
        assert code == 0
        found: dict[str, Any] = json.loads(out)
        return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], patient: Path) -> Run:
    return Run(monkeypatch, capsys, patient)


def test_compare_tells_the_deciding_fact_in_words(run: Run) -> None:
    code, out, _ = run("compare")
    assert code == 0
    assert "Ki-67 index 8-12 % → 3 to 10 %: then both recommend it" in out
    assert "they differ by judgement" in out


def test_compare_as_json_holds_every_pair_of_an_option(run: Run) -> None:
    view = run.json("compare", "--option", "lu177_dotatate")
    assert {row["option"] for row in view["options"]} == {"lu177_dotatate"}
    row = next(r for r in view["options"] if r["intent"] == "tumour_control")
    pair = next(
        p for p in row["pairs"] if set(p["documents"]) == {"esmo-2020", "review-gi-net-2025"}
    )
    assert pair["agreement"] == "conditional_difference"
    assert pair["deciding"] == "facts"
    (found,) = pair["sets"]
    assert found["position"] == "recommended"
    assert [change["fact"] for change in found["changes"]] == ["ki67_percent"]
    assert all(float(value) <= 10 for value in found["changes"][0]["after"])
    assert view["knowledge_digest"]


def test_compare_all_adds_pairs_of_which_one_does_not_speak(run: Run) -> None:
    few, all_ = run.json("compare"), run.json("compare", "--all")
    count = [sum(len(row["pairs"]) for row in view["options"]) for view in (few, all_)]
    assert count[0] < count[1]
    kinds = {p["agreement"] for row in all_["options"] for p in row["pairs"]}
    assert kinds >= {"same", "not_read", "one_silent", "insufficient_data"}
    unread = [p for row in all_["options"] for p in row["pairs"] if p["agreement"] == "not_read"]
    decided = {pair["deciding"] for pair in unread}
    assert "not_read" in decided and "judgement" not in decided


def test_the_same_question_gives_the_same_bytes(run: Run) -> None:
    assert run("compare", "--format", "json") == run("compare", "--format", "json")
    assert run("missing", "--format", "json") == run("missing", "--format", "json")


def test_an_unknown_option_is_refused_with_the_nearest(run: Run) -> None:
    code, out, err = run("compare", "--option", "lu177_dotatat")
    assert (code, out) == (2, "")
    assert "did you mean 'lu177_dotatate'?" in err


def test_missing_tells_the_test_and_what_each_result_brings(run: Run) -> None:
    code, out, _ = run("missing")
    assert code == 0
    assert "Ki-67 index" in out and "below 10 %" in out
    view = run.json("missing")
    ranks = [(m["changed_positions"], m["open_positions"]) for m in view["missing"]]
    assert ranks == sorted(ranks, reverse=True)
    for fact in view["missing"]:
        assert fact["request"] and fact["ask"]


def test_whatif_shows_before_and_after(run: Run) -> None:
    code, out, _ = run("whatif", "--set", "ki67_percent=9", "--set", "differentiation=unknown")
    assert code == 0
    assert "if Ki-67 index: 8-12 % → 9 %" in out
    assert "ESMO 2020: [177Lu]Lu-DOTA-TATE: fact missing → recommended" in out
    view = run.json("whatif", "--set", "ki67_percent=9")
    assert {"facts", "positions", "labels", "safety", "checklists"} <= set(view)


def test_whatif_without_a_difference_says_so(run: Run) -> None:
    _, out, _ = run("whatif", "--set", "ki67_percent=8-12")
    assert "Nothing would differ." in out


def test_whatif_names_every_wrong_setting_and_stops_with_2(run: Run) -> None:
    code, out, err = run("whatif", "--set", "ki67=9", "--set", "sex=maleish", "--set", "nothing")
    assert (code, out) == (2, "")
    assert "expected a fact" in err and "did you mean 'male'?" in err and "fact=value" in err
    assert "3 problems found." in err


def test_pairs_of_which_one_was_not_read_are_hidden_unless_asked_for(run: Run) -> None:
    rows = run.json("compare")["options"]
    assert not [p for row in rows for p in row["pairs"] if p["agreement"] == "not_read"]
