"""What ``gepnet pathway`` prints, draws and refuses."""

import datetime
import json
import re
from pathlib import Path

import pytest

from gepnet import api
from tests.cli.conftest import Run

PRRT = ("pathway", "asco-2023", "--question", "prrt")


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    """The packaged example patient as a file."""
    file = tmp_path / "patient.yaml"
    file.write_text(api.example_patient(), encoding="utf-8")
    return file


def test_a_document_that_takes_no_position_is_said_so(run: Run) -> None:
    done = run("pathway", "asco-2023", "jnets-2026", "--question", "prrt")
    assert done.code == 0
    assert "jnets-2026: takes no position on this question" in done.out
    assert "Grade?" in done.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("pathway", "asco-2032"), "field document, value asco-2032"),
        (("pathway", "asco-2023", "--question", "prt"), "did you mean 'prrt'?"),
        (("pathway", "asco-2023", "--options", "everolimu"), "did you mean 'everolimus'?"),
        (("pathway", "asco-2023", "acr-2022", "--question", "prrt", "--format", "svg"), "one page"),
    ],
)
def test_what_is_not_known_is_refused(run: Run, arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert told in done.err


def test_a_picture_is_the_same_each_time_and_says_in_words_what_it_shows(run: Run) -> None:
    first, second = (run(*PRRT, "--format", "svg").out for _ in range(2))
    assert first == second
    assert 'role="img"' in first
    assert "<desc" in first and "What ASCO 2023 says on prrt now" in first
    assert "Where did it start?" in first


def test_printed_each_pathway_is_one_page_and_every_question_a_poster() -> None:
    found = api.every_pathway(api.base(), ["acr-2022"])
    assert len({one.question for one in found.pathways}) > 2
    sheets = api.pathway_sheets(found, api.base())
    assert len(sheets) == len(found.pathways)
    landscape = re.search(r'width="([0-9.]+)pt" height="([0-9.]+)pt"', sheets[0])
    assert landscape is not None and float(landscape[1]) > float(landscape[2])
    day = datetime.date(2026, 1, 1)
    first, second = (api.pathway_pdf(found, api.base(), day) for _ in range(2))
    assert first == second and first.startswith(b"%PDF")


def test_a_poster_is_asked_for_without_a_question(run: Run) -> None:
    done = run(*PRRT, "--every-question")
    assert done.code == 2 and "no question or options beside it" in done.err


def test_nothing_is_printed_of_a_document_without_a_position(run: Run) -> None:
    done = run("pathway", "jnets-2026", "--question", "prrt", "--format", "pdf")
    assert done.code == 2 and "takes a position" in done.err


def test_a_flowchart_has_an_arrow_for_each_answer(run: Run) -> None:
    drawn = run(*PRRT, "--format", "mermaid").out
    view = json.loads(run(*PRRT, "--format", "json").out)["pathways"][0]
    assert drawn.startswith("%% ASCO 2023: PRRT now\nflowchart LR")
    assert drawn.count("-->") == answers(view["start"])


def answers(step: dict) -> int:  # type: ignore[type-arg]
    """Return how many answers follow a question."""
    return sum(1 + answers(branch["then"]) for branch in step["branches"])


def test_the_way_of_a_patient_is_marked_and_the_rest_folded(run: Run, patient: Path) -> None:
    asked = ("pathway", "esmo-2020", "--question", "prrt", "--patient", str(patient))
    done = run(*asked, "--at", "2026-01-15")
    assert "NET G1: folded" in done.out
    view = json.loads(run(*asked, "--at", "2026-01-15", "--format", "json").out)["pathways"][0]
    states = {branch["answer"]: branch["state"] for branch in view["start"]["branches"]}
    assert states["NET G2"] == "taken"
    assert set(states.values()) == {"taken", "folded"}
    assert view["enters"] == "met"


def test_a_question_that_is_not_the_patients_is_said_so_and_nothing_is_marked(
    run: Run, patient: Path
) -> None:
    asked = ("pathway", "esmo-2020", "--question", "first-line", "--patient", str(patient))
    done = run(*asked, "--at", "2026-01-15")
    assert "not a question about this patient, of whom this is not so: No systemic" in " ".join(
        done.out.split()
    )
    assert "folded" not in done.out
    assert "holds" not in done.out
