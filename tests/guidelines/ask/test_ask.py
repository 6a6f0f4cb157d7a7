"""What asking settles is what an assessment of the whole record says, and it asks little."""

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.facts import Facts
from gepnet.guidelines import Assessment, Status
from gepnet.guidelines.ask import UNKNOWN, AskStep
from gepnet.guidelines.status import QUIET
from gepnet.vocabulary import Interval, Question, Several, Value

DAY = datetime.date(2026, 11, 28)
QUESTION = Question(knowledge_date=DAY)
CLINIC = Path(__file__).parents[2] / "clinic"
#: Patients in whom the documents differ, one whose record leaves much open, and one who is out.
RECORDS = (
    "p03-ileum-g2-ki12-bulky",
    "p09-pnet-g3-mismatch-pd-captem",
    "e06-prrt-pd-10",
    "p18-letter-complete-tx",
    "p10-colon-nec",
)


def step(answers: dict[str, Any] | None = None, **more: Any) -> AskStep:
    return api.ask_step(api.base(), answers, asked=QUESTION, **more)


@cache
def of_clinic(name: str) -> tuple[Facts, Assessment]:
    record = api.read_patient(CLINIC / f"{name}.yaml", api.base())
    facts = api.facts_of(record, api.base())
    return facts, api.assess_facts(facts, api.base(), QUESTION)


def answer(value: Value) -> Any:
    """Return a value as somebody answers it."""
    if isinstance(value, Several):
        return list(value.values)
    if isinstance(value, Interval):
        return str(value)
    return UNKNOWN if value is None else value


def interview(facts: Facts, **more: Any) -> list[AskStep]:
    """Answer every question from a record."""
    answers: dict[str, Any] = {}
    steps = [step(answers, **more)]
    while steps[-1].next is not None:
        name = steps[-1].next.fact
        assert name not in answers, "nothing is asked twice"
        answers[name] = answer(facts.values.get(name))
        steps.append(step(answers, **more))
    return steps


def said(status: Status) -> str:
    """Return a status; in which way a document says nothing is not told apart."""
    return "nothing" if status in QUIET else status.value


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_settled_is_what_an_assessment_of_the_whole_record_says(name: str) -> None:
    facts, assessment = of_clinic(name)
    steps = interview(facts)
    assert [one.settled for one in steps] == sorted(one.settled for one in steps)
    last = steps[-1]
    for one in last.positions:
        cell = assessment.documents[one.document].cells[one.option, one.intent]
        if one.settled:
            assert said(one.status) == said(cell.status), one
        else:
            assert {said(s) for s in one.possible} <= {said(s) for s in cell.possible}, one
    if not last.unknown:
        assert last.state == "settled"
    assert last.settled >= 20 and not last.contradictions


def test_a_patient_file_leaves_little_to_ask() -> None:
    facts, _ = of_clinic("p03-ileum-g2-ki12-bulky")
    begun = step(facts=facts)
    assert begun.settled >= 25
    assert begun.next is None or facts.values.get(begun.next.fact) is None


def test_the_first_question_is_in_a_clinicians_words_and_each_answer_says_what_it_settles() -> None:
    first = step().next
    assert first is not None
    assert first.question.endswith("?") and first.opens > 0
    assert first.choices[-1].value == UNKNOWN and not first.choices[-1].settles
    for choice in first.choices[:-1]:
        then = step({first.fact: choice.value})
        told = {(p.document, p.option, p.status) for p in then.positions if p.settled}
        assert told == {(b.document, b.option, b.status) for b in choice.settles}


def test_answers_that_no_patient_gives_together_are_noticed_and_none_of_them_is_used() -> None:
    found = step({"metastatic": True, "stage": "localised", "primary_site": "pancreas"})
    (one,) = found.contradictions
    assert {told.fact for told in one.facts} == {"metastatic", "stage"}
    assert one.rules
    apart = step({"primary_site": "pancreas"})
    assert [p.status for p in found.positions] == [p.status for p in apart.positions]


def test_what_follows_from_answers_is_said_with_the_answers_that_it_follows_from() -> None:
    found = step({"stage": "metastatic"})
    by_name = {one.fact: one for one in found.follows}
    assert [told.fact for told in by_name["advanced_disease"].because] == ["stage"]
    assert not {one.fact for one in step().follows} & {"stage", "grade"}


def test_a_question_that_is_not_the_patients_asks_nothing() -> None:
    facts, _ = of_clinic("e06-prrt-pd-10")
    found = step(facts=facts, question="first-line")
    assert found.state == "not_this_patient" and found.next is None
    assert "of whom this is not so" in found.note


def test_the_same_answers_give_the_same_step() -> None:
    answers = {"primary_site": "jejunum_ileum", "grade": "NET_G2"}
    assert step(answers) == step(dict(answers))


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"primary_sit": "pancreas"}, "did you mean 'primary_site'?"),
        ({"primary_site": "pancraes"}, "did you mean 'pancreas'?"),
        ({"metastatic": "perhaps"}, "yes, no, or not known"),
        ({"ki67_percent": "130"}, "a value from 0 to 100"),
    ],
)
def test_an_answer_that_is_none_is_refused(answers: dict[str, Any], told: str) -> None:
    with pytest.raises(api.InputError) as refused:
        step(answers)
    assert told in str(refused.value.problems[0])


def test_an_unknown_primary_is_an_answer_and_no_missing_one() -> None:
    assert step({"primary_site": "unknown"}).answered[0].text == "unknown primary"
    assert step({"grade": "unknown"}).unknown[0].fact == "grade"


def test_on_a_day_without_documents_nothing_is_asked() -> None:
    early = Question(knowledge_date=datetime.date(1990, 1, 1))
    found = api.ask_step(api.base(), {"stage": "metastatic"}, asked=early)
    assert (found.state, found.total, found.next, found.follows) == ("settled", 0, None, ())
