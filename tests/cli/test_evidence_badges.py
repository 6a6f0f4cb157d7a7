"""Every figure of a trial on a screen has its badge and source; unverified ones are not used."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from gepnet import api
from gepnet.charts.trial_curves import of_trial
from gepnet.cli.output import table

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Run

BADGE = re.compile(r"\((primary|secondary): [\w-]+\)")


def test_the_list_of_trials_tells_of_each_main_result_where_it_was_read(run: Run) -> None:
    told = " ".join(run("evidence", "trials", columns=240).out.split())
    shown = sum(len(one.main) for one in api.trial_list(api.base()))
    assert shown > 20 and len(BADGE.findall(told)) == shown


def test_a_network_tells_the_source_of_each_trial_and_leaves_the_unverified_out(run: Run) -> None:
    told = run("evidence", "nma", "pancreas-pfs", columns=240).out
    assert "primary: read-r3asco" in told
    row = next(line for line in told.splitlines() if "clarinet" in line)
    assert "unverified" in row and "not included by name" in row
    asked = ("evidence", "nma", "pancreas-pfs", "--include", "clarinet", "--format", "json")
    rows = json.loads(run(*asked).out)["rows"]
    left = {one["study"]: one["left_out"] for one in rows}
    assert not left["clarinet"]
    assert all(one["source"] and one["verification"] for one in rows)


def test_a_simulation_tells_the_source_of_every_number_that_it_did_not_assume(run: Run) -> None:
    asked = ("evidence", "simulate", "pancreas-g1-g2", "--patients", "10", "--draws", "5")
    told = " ".join(run(*asked, columns=400).out.split())
    for one in json.loads(run(*asked, "--format", "json").out)["inputs"]:
        if one["source"]:
            assert f"- {one['place']} = {one['value']:g}" in told
            assert f"{one['source']} ({one['verification']})" in told
        else:
            assert one["assumption"]


def test_a_picture_of_a_trial_says_where_its_figures_were_read() -> None:
    base = api.base()
    for name in ("clarinet", "erasmus"):
        trial = next(one for one in base.knowledge.trials if one.id == name)
        said = of_trial(base, trial, "pfs").sentence
        assert "were read in:" in said and re.search(r"\((primary|secondary)[),]", said)
        assert "unverified" not in said


def test_what_is_not_used_is_greyed_where_the_screen_has_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    table("Figures", ["value"], [["29"], ["30"]], greyed=[False, True])
    lines = {line for line in capsys.readouterr().out.splitlines() if "29" in line or "30" in line}
    dim = {("30" in line) for line in lines if "\x1b[2m" in line}
    assert dim == {True}


def test_a_trial_with_an_unverified_figure_says_that_it_is_not_used(run: Run) -> None:
    told = run("evidence", "show", "erasmus", columns=240).out
    rows = [line for line in told.splitlines() if "midgut" in line and "months" in line]
    assert rows and all("unverified; not used" in row for row in rows)
