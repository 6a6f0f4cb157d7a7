"""``gepnet ask``: it asks, goes back, stops, and writes a patient file that says the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.record import Answers
from tests.cli.conftest import Run

DAY = ("--knowledge-date", "2026-01-15")
ANSWERS = ("--answer", "primary_site=jejunum_ileum", "--answer", "grade=NET_G2")


def asked(run: Run, *more: str) -> dict[str, Any]:
    done = run("ask", *more, "--format", "json", *DAY)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_json_is_the_next_step_and_a_file_of_answers_is_the_same(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("primary_site: jejunum_ileum\ngrade: NET_G2\n", encoding="utf-8")
    told = asked(run, *ANSWERS)
    assert told == asked(run, "--answers", str(file))
    assert [one["fact"] for one in told["answered"]] == ["primary_site", "grade"]
    assert told["next"]["fact"] not in ("primary_site", "grade")
    assert 0 < told["settled"] < told["total"]


def test_a_written_file_is_assessed_as_it_was_answered(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "asked.yaml"
    before = asked(run, *ANSWERS, "--answer", "received_prrt=no", "-o", str(file))
    record = api.read_patient(file, api.base())
    (event,) = record.events
    assert isinstance(event, Answers)
    facts = api.facts_of(record, api.base())
    assert (facts["grade"].value, facts["received_prrt"].value) == ("NET_G2", False)
    after = asked(run, str(file))
    assert [one["status"] for one in after["positions"] if one["settled"]] == [
        one["status"] for one in before["positions"] if one["settled"]
    ]
    again = run("ask", *ANSWERS, "-o", str(file), "--format", "json", *DAY)
    assert again.code == 2 and "--force" in again.err


def test_people_answer_go_back_ask_what_is_meant_and_stop(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = iter(["9", "b", "pancreas", "nonsense of a value", "d", "?", "s"])
    monkeypatch.setattr("builtins.input", lambda _: next(lines))
    file = tmp_path / "asked.yaml"
    done = run("ask", "-o", str(file), *DAY)
    assert done.code == 0, done.err
    assert done.out.count("1. Where did it start?") == 2
    assert "0 of" in done.out and "Stopped before everything was settled." in done.out
    assert "Asked and not known" in done.out
    assert "primary_site: pancreas" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--answer", "grade"), "FACT=VALUE"),
        (("--question", "prtt"), "did you mean 'prrt'?"),
        (("--documents", "esmo-2021"), "did you mean 'esmo-2020'?"),
        (("--answer", "ki67_percent=130"), "a value from 0 to 100"),
    ],
)
def test_what_is_no_answer_is_refused(run: Run, arguments: tuple[str, ...], told: str) -> None:
    done = run("ask", *arguments, *DAY)
    assert done.code == 2
    assert told in done.err


def test_answers_of_a_file_are_facts() -> None:
    with pytest.raises(api.InputError) as refused:
        api.answered_record(api.base(), {"primary_sit": "pancreas"})
    assert "primary_site" in str(refused.value)
