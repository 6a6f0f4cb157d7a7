"""An agreement pathway says of every document what its assessment says, and is proved twice."""

import random
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from gepnet import api
from gepnet.criteria import interpret
from gepnet.facts import Facts
from gepnet.guidelines import Assessment, Status, assess
from gepnet.guidelines.pathway.agreement import (
    Agreed,
    AgreementCutter,
    is_agreement_proved,
    kind_of,
    solver_doubts,
)
from gepnet.guidelines.pathway.agreement_view import (
    AgreementPathway,
    AgreementStep,
    agreed_pathways,
)
from gepnet.guidelines.pathway.cut import Page
from gepnet.guidelines.pathway.literals import criterion_of, either
from gepnet.guidelines.pathway.make import question_of
from gepnet.guidelines.pathway.proof import faults
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.pathway.walk import Walk, Walker
from gepnet.guidelines.status import QUIET
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.prover import Prover
from gepnet.io import published_records
from gepnet.vocabulary import Question
from tests.guidelines.pathway.made_up import DAY, base, facts, only, patients
from tests.guidelines.pathway.test_pathway import completes, swapped

PAIR = ("acr-2022", "asco-2023")
QUESTION = Question(at=None, knowledge_date=DAY)


@cache
def pages() -> tuple[Page, ...]:
    asked = question_of(base(), "prrt")
    return tuple(AgreementCutter(base(), PAIR, asked, "tumour_control", DAY).pages())


@cache
def shown() -> AgreementPathway:
    (one,) = agreed_pathways(
        base(), [*PAIR, "jnets-2026"], question_of(base(), "prrt"), DAY
    ).pathways
    return one


def told(status: Status, possible: tuple[Status, ...]) -> str:
    """Return the kind of what an assessment says."""
    return "" if status in QUIET else kind_of((status, possible))


class Compared:
    """Patients on the pages, compared with their assessments by the two documents."""

    def __init__(self) -> None:
        self.base = only(*PAIR)
        self.walkers = [Walker(page) for page in pages()]
        asked = (set(walker.page.asked.space.asked) for walker in self.walkers)
        self.names = frozenset(
            name for name in self.base.facts_named.union(*asked) if " " not in name
        )
        self.counts: Counter[str] = Counter()

    def compare(self, whole: Facts, known: Facts) -> None:
        """Compare what is said of a patient of whom some facts are hidden."""
        assessment = assess(self.base, known, QUESTION)
        for walker in self.walkers:
            asked = walker.page.asked
            assert isinstance(asked, Agreed)
            if any(interpret(node, whole.values) is False for node in asked.given):
                continue
            found, of_all = walker.walk(known.values), walker.walk(whole.values)
            if found is None or of_all is None:
                continue
            if len(of_all.leaves) == 1 and completes(whole, known, asked.space.asked):
                # A completion ends at one of the ends that are left.
                assert of_all.leaves[0][0] in [way for way, _ in found.leaves]
                self.counts["the end of a completion is left"] += 1
            if len(found.leaves) == 1 and found.enters is not None:
                self._at_an_end(walker, found, known, assessment)

    def _at_an_end(self, walker: Walker, found: Walk, known: Facts, assessment: Assessment) -> None:
        asked = walker.page.asked
        assert isinstance(asked, Agreed)
        inside = [*found.leaves[0][1].lines, *walker.page.tree.throughout]
        said: dict[int, str] = {}
        open_: set[int] = set()
        for line in inside if found.enters else []:
            when = either([criterion_of(asked.space, way) for way in line.holds])
            truth, place = interpret(when, known.values), asked.of_row[line.row]
            if truth is True:
                said[place] = asked.rows[line.row].kind
            elif truth is None:
                open_.add(place)
        for place, one in enumerate(asked.statuses):
            column = one.column
            assert column.option is not None and column.intent is not None
            cell = assessment.documents[column.document.id].cells[column.option, column.intent]
            if place in open_:
                continue
            kind = said.get(place, "")
            if cell.possible and cell.status is Status.FACT_MISSING:
                # What follows from rules between facts may settle more than the assessment.
                possible = {told(status, ()) for status in cell.possible}
                assert kind in possible | {"in_favour", "open"}, (column.name, known.values)
                self.counts["settled where an assessment is open"] += 1
            else:
                assert kind == told(cell.status, cell.possible), (column.name, known.values)
                self.counts["same"] += 1
                self.counts["stated"] += bool(kind)


def test_walking_it_is_assessing_a_patient_of_whom_everything_is_known() -> None:
    seen = Compared()
    for given in patients(2000, 5, seen.names):
        whole = facts(given, seen.names)
        seen.compare(whole, whole)
    assert seen.counts["same"] > 1000 and seen.counts["stated"] > 300, seen.counts


def test_packaged_patients_are_said_as_they_are_assessed() -> None:
    seen = Compared()
    for case in published_records(base().vocabulary):
        whole = api.facts_of(case.record, base())
        seen.compare(whole, whole)
    assert seen.counts["same"], seen.counts


def test_what_is_not_known_leaves_the_end_of_every_completion() -> None:
    seen, choose = Compared(), random.Random(7)
    for given in patients(300, 6, seen.names):
        kept = {name: value for name, value in given.items() if choose.random() < 0.75}
        seen.compare(facts(given, seen.names), facts(kept, seen.names))
    assert seen.counts["the end of a completion is left"] > 20, seen.counts


def test_a_branch_that_is_swapped_is_noticed_by_both_proofs() -> None:
    (page,) = pages()
    assert is_agreement_proved(base(), page)
    wrong = replace(page, tree=replace(page.tree, root=swapped(page.tree.root)))
    prover = Prover(Axioms(base(), page.asked.space.closure))
    assert faults(wrong) and next(solver_doubts(wrong, prover), None) is not None


def test_it_holds_what_a_page_may_hold_and_names_who_is_silent() -> None:
    settings = PathwayQuestions.read(base().knowledge.measures)
    assert shown().boxes <= settings.most_boxes and shown().depth <= settings.most_depth
    assert shown().documents == PAIR
    found = agreed_pathways(base(), [*PAIR, "jnets-2026"], question_of(base(), "prrt"), DAY)
    assert found.silent == ("jnets-2026",) and not found.withheld


def ends(step: AgreementStep) -> list[AgreementStep]:
    return [end for b in step.branches for end in ends(b.then)] if step.question else [step]


def test_every_document_has_its_place_at_every_end_and_where_they_part_is_marked() -> None:
    for end in ends(shown().start):
        assert {voice.document for one in end.stances for voice in one.voices} == set(PAIR)
    assert shown().start.parting == ("ACR 2022 and ASCO 2023",)


@pytest.mark.parametrize("documents", [["asco-2032"], ["asco-2023", "esmo-2021"]])
def test_a_document_that_is_not_known_is_refused(documents: list[str]) -> None:
    from gepnet.knowledge import InputError

    with pytest.raises(InputError):
        agreed_pathways(base(), documents, question_of(base(), "prrt"), DAY)
