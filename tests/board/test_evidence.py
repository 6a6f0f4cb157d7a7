"""The evidence beside the answer of a case: trials behind positions, and what is newer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gepnet import api
from tests.board.conftest import Person, item_of

Find = Callable[[str], Person]


def fold(text: str) -> str:
    """Return the part of a board page that holds the evidence."""
    return text.partition('id="evidence"')[2].partition("</section>")[0]


@pytest.fixture
def shown(kept: api.Store, person: Find, case: str) -> str:
    """The case, with its documents in sight."""
    item = item_of(kept, case)
    assert fold(person("ada").get(f"/case/{case}/board").text) == ""  # nobody leans on it before
    fields = {"seen": str(item.version)}
    assert person("ada").post(f"/item/{item.id}/show", fields).status_code in (200, 303)
    return case


def test_the_board_tells_the_same_of_trials_as_the_api(
    person: Find, shown: str, tmp_path: Any
) -> None:
    base, path = api.base(), tmp_path / "patient.yaml"
    path.write_text(api.example_patient(), encoding="utf-8")
    found = api.evidence_view(api.read_patient(path, base), base)
    told = fold(person("ben").get(f"/case/{shown}/board").text)
    for one in found.trials:
        assert f'id="trial-{one.id}"' in told
    eligible = sum(one.outcome == "eligible" for one in found.trials)
    newer = sum(one.evidence_newer for one in found.options)
    assert eligible > 1 and f"{eligible} trials speak of this patient" in told
    assert newer > 1 and f"newer than a position on {newer} options" in told
    # Every figure leads to its source and has its badge.
    figures = [item for one in found.trials if one.outcome != "not eligible" for item in one.main]
    assert figures and told.count('class="bd ') >= len(figures)
    for item in figures:
        assert item.source_title in told.replace("&#39;", "'").replace("&amp;", "&"), item


def test_a_cell_leads_to_the_trials_that_it_rests_on(person: Find, shown: str) -> None:
    ben = person("ben")
    reason = ben.get(f"/case/{shown}/reason?entry=esmo-2020/rlt-midgut-second-line-after-ssa").text
    assert "Rests on" in reason and "Evidence newer than this position" in reason
    to = re.findall(rf'href="/case/{shown}/board#trial-([\w-]+)"', reason)
    assert "netter-1" in to and len(to) > 1
    told = fold(ben.get(f"/case/{shown}/board").text)
    assert all(f'id="trial-{name}"' in told for name in to)


def test_evidence_speaks_italian(person: Find, shown: str) -> None:
    told = fold(person("ben").get(f"/case/{shown}/board?lang=it").text)
    person("ben").get("/account?lang=en")
    assert "studi parlano di questo paziente" in told and "Dietro le posizioni" in told
