"""The quick check: answers in, answer out, nothing kept."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from gepnet import api

ANSWERS = {
    "q.site": "small-bowel", "q.differentiation": "well", "q.ki67": "3-9.9",
    "q.sstr": "above-all", "q.extent": "metastatic", "q.treated": "ssa", "q.growth": "recist",
}  # fmt: skip
BEFORE = "&".join(f"{k}={v}" for k, v in ANSWERS.items())


def test_an_answer_moves_the_table(public: TestClient) -> None:
    first = public.get("/").text
    assert 'class="next"' in first and "Change an answer and the table moves" in first
    sent = {**ANSWERS, "answered": "1", "before": BEFORE, "q.ki67": "20.1-55"}
    answer = public.post("/", data=sent, headers={"hx-request": "true"})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "positions moved" in answer.text and "177Lu-DOTATATE" in answer.text
    same = public.post("/", data={**sent, "q.ki67": "3-9.9"})
    assert "No position moved" in same.text and "<html" in same.text


def test_it_says_what_the_assessment_of_the_same_facts_says(public: TestClient) -> None:
    base = api.base()
    chosen = {k.removeprefix("q."): v for k, v in ANSWERS.items()}
    text = api.quick_patient_file(base, chosen)
    (record,) = api.read_upload(base, "quick.yaml", text.encode())
    expected = api.answer_view(api.assess_record(record, base), base)
    found = api.quick_check(base, chosen)["answer"]
    told = [[(r["short"], r["for"], r["of"]) for r in view["rows"]] for view in (found, expected)]
    assert told[0] == told[1] and told[0]


def test_nothing_is_kept_and_nothing_stands_in_the_address(public: TestClient) -> None:
    answer = public.post("/", data=ANSWERS)
    assert "set-cookie" not in answer.headers and answer.headers["cache-control"] == "no-store"
    link = re.findall(r'href="(/#[^"]+)"', answer.text)[0]
    assert "q.site=small-bowel" in link
    assert not re.findall(r'(?:href|action)="[^"#]*\?[^"]*small-bowel', answer.text)


def test_a_number_may_be_typed_and_any_fact_be_added(public: TestClient) -> None:
    sent = {**ANSWERS, "typed.ki67": "12", "other": "ecog", "other_value": "1"}
    answer = public.post("/", data=sent).text
    assert 'value="12"' in answer and 'name="f.ecog"' in answer
    again = public.post("/", data={**ANSWERS, "f.received_everolimus": "no"})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"q.site": "moon"},
        {"q.nothing": "x"},
        {"typed.ki67": "250"},
        {"f.ki67_percnt": "9"},
        {"f.ecog": "ninety"},
        {"f.received_everolimus": "perhaps"},
        {"f.ecog": "9" * 100},
        {"region": "Atlantis"},
        {"question": "life"},
        {"q.site": "<script>alert(1)</script>"},
        {f"f.fact_{n}": "1" for n in range(40)},
    ],
)
def test_wrong_answers_are_told_and_the_form_stays(
    public: TestClient, wrong: dict[str, str]
) -> None:
    answer = public.post("/", data={**ANSWERS, **wrong}, headers={"hx-request": "true"})
    assert answer.status_code == 422 and answer.headers["hx-retarget"] == "#told"
    assert "<script>alert" not in answer.text and "expected" in answer.text


def test_the_reason_of_a_chip(public: TestClient) -> None:
    page = public.post("/", data=ANSWERS).text
    entry = re.findall(r'name="entries" value="([^"]+)"', page)[0]
    reason = public.post("/quick/reason", data={**ANSWERS, "entries": entry})
    assert reason.status_code == 200 and "It applies to these facts" in reason.text
    unknown = public.post("/quick/reason", data={**ANSWERS, "entries": "no-such/entry"})
    assert unknown.status_code == 422


def test_a_member_of_a_family_that_is_not_known_stays_so(public: TestClient) -> None:
    """Of each fact, also the metastases of one site: else it would be asked again for ever."""
    for fact in ("metastasis_liver", "resectability_liver"):
        sent = {**ANSWERS, "answered": "1", f"f.{fact}": "not-known"}
        assert f"f.{fact}=not-known" in public.post("/", data=sent).text
    invented = {**ANSWERS, "answered": "1", "f.no_such_fact": "not-known"}
    assert "no_such_fact" not in public.post("/", data=invented).text


def test_after_an_answer_the_next_question_is_the_one_of_asking(public: TestClient) -> None:
    assert "asked next" not in public.get("/").text
    desk = public.app.state.desk  # type: ignore[attr-defined]
    base, chosen = api.base(), {k[2:]: v for k, v in ANSWERS.items()}
    question = api.quick_check(base, chosen)["answer"]["question"]["id"]
    assert desk.next_facts.prepare(question, "en").wait(120)
    sent = {**ANSWERS, "answered": "1"}
    asked, unknown = desk.question(), {}
    for _ in range(2):
        facts = api.quick_facts(base, chosen, {}, asked)
        expected = api.ask_step(base, unknown, question, facts=facts, asked=asked).next
        assert expected is not None
        told = public.post("/", data=sent).text
        assert "asked next" in told and told.count("ask another") == 1
        fixed = [one["id"] for one in api.quick_form(base) if expected.fact in one["facts"]]
        fact = re.findall(r'name="f.([^"]+)" value="not-known">Not known, ask', told)[0]
        assert fact == expected.fact
        by = [one for one in fixed if one not in chosen]
        assert f'id="q-{by[0] if by else "ask"}" class="next"' in told
        # Who does not know it is asked another, and the link remembers.
        sent[f"f.{fact}"], unknown[fact] = "not-known", api.UNKNOWN
        assert f"f.{fact}=not-known" in public.post("/", data=sent).text
    # It is asked of the question on the screen, and in the language of the page.
    assert desk.next_facts.prepare("symptoms", "it").wait(120)
    italian = api.in_language(base, "it")
    facts = api.quick_facts(italian, chosen, {}, asked)
    expected = api.ask_step(italian, {}, "symptoms", facts=facts, asked=asked).next
    assert expected is not None
    sent = {**ANSWERS, "answered": "1", "question": "symptoms"}
    told = public.post("/", data=sent, headers={"accept-language": "it"}).text
    assert "chiesto ora" in told
    assert f'name="f.{expected.fact}" value="not-known">Non noto' in told
