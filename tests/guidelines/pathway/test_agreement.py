"""An agreement pathway says of every document what its assessment says, and is proved twice."""

from dataclasses import replace
from functools import cache

import pytest

from gepnet.criteria import interpret
from gepnet.guidelines import Status, assess
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
from gepnet.guidelines.pathway.walk import Walker
from gepnet.guidelines.status import QUIET
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.prover import Prover
from gepnet.vocabulary import Question
from tests.guidelines.pathway.made_up import DAY, base, facts, only, patients
from tests.guidelines.pathway.test_pathway import swapped

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


def test_walking_it_is_assessing_a_patient_of_whom_everything_is_known() -> None:
    quick, compared, stated = only(*PAIR), 0, 0
    walkers = [Walker(page) for page in pages()]
    names = quick.facts_named.union(*(set(w.page.asked.space.asked) for w in walkers))
    for given in patients(300, 5, frozenset(n for n in names if " " not in n)):
        whole = facts(given)
        assessment = assess(quick, whole, QUESTION)
        for walker in walkers:
            asked, values = walker.page.asked, whole.values
            assert isinstance(asked, Agreed)
            found = walker.walk(values)
            if found is None or len(found.leaves) != 1 or found.enters is None:
                continue
            inside = [*found.leaves[0][1].lines, *walker.page.tree.throughout]
            said: dict[int, str] = {}
            for line in inside if found.enters else []:
                when = either([criterion_of(asked.space, way) for way in line.holds])
                if interpret(when, values) is True:
                    said[asked.of_row[line.row]] = asked.rows[line.row].kind
            for place, one in enumerate(asked.statuses):
                column = one.column
                assert column.option is not None and column.intent is not None
                cell = assessment.documents[column.document.id].cells[column.option, column.intent]
                assert said.get(place, "") == told(cell.status, cell.possible), (column.name, given)
                compared += 1
                stated += place in said
    assert compared > 200 and stated > 50, (compared, stated)


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
