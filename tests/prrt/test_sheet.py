"""The patient's sheet: plain words, the advice, the same bytes."""

from __future__ import annotations

import re

from gepnet.prrt.plan.sheet import sheet_html, sheet_pdf, sheet_view
from tests.prrt.plans import d, given, plan


def test_the_pdf_is_a_pdf_and_always_the_same() -> None:
    first, second = (sheet_pdf(plan(start=d("2026-02-02"), country="NO")) for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert first == second


def test_the_page_says_that_it_is_a_plan_and_whom_to_ask() -> None:
    page = sheet_html(plan(start=d("2026-02-02"), patient="<b>Ola & Kari</b>"))
    assert "It is not medical advice" in page
    assert "ask your team" in page
    assert "&lt;b&gt;Ola &amp; Kari&lt;/b&gt;" in page, "data is never markup"
    assert "Monday 2 February 2026" in page


def test_what_was_not_read_is_marked_for_the_patient_too() -> None:
    view = sheet_view(plan(start=d("2026-02-02")))
    lines = [line["text"] for cycle in view["cycles"] for line in cycle["before"]]
    assert view["unverified"]
    assert all(text.endswith("*") for text in lines if "hormone injection" in text)
    assert not [text for text in lines if text.startswith("Blood test before") and "*" in text]


def test_given_treatments_are_ticked_and_only_what_lies_ahead_is_told() -> None:
    view = sheet_view(plan(given=given("2026-01-05"), made_on=d("2026-01-06")))
    assert [cycle["given"] for cycle in view["cycles"]] == [True, False, False, False]
    page = sheet_html(plan(given=given("2026-01-05"), made_on=d("2026-01-06")))
    assert "Treatment 1: " not in page
    assert "Treatment 2: " in page


def test_what_is_past_is_not_told_and_a_held_treatment_is_not_sure() -> None:
    made = plan(given=given("2026-01-05"), made_on=d("2026-02-20"), held=frozenset({2}))
    view = sheet_view(made)
    told = [line["when"] for cycle in view["cycles"] for line in cycle["before"]]
    assert told
    assert not [when for when in told if "January 2026" in when]
    assert [cycle["unsure"] for cycle in view["cycles"]] == [False, True, True, True]
    assert "not sure yet" in sheet_html(made)
    assert "not sure yet" not in sheet_html(plan(start=d("2026-02-02")))


def test_a_held_treatment_has_no_day_on_the_sheet() -> None:
    # Held for low platelets, it stood there with the next day, ten o'clock and the drips.
    made = plan(given=given("2026-01-05"), made_on=d("2026-03-03"), held=frozenset({2}))
    held = sheet_view(made)["cycles"][1]
    assert (held["date"], held["time"]) == (None, None)
    page = sheet_html(made)
    assert "waiting</strong>: your team tells you the day" in page
    assert "Treatment 2: " not in page
    assert "Treatment 3: " in page
    until = [rule["until"] for rule in sheet_view(made)["rules"] if rule["until"]]
    assert until
    assert all(day.endswith("or later") for day in until)
    assert sheet_pdf(made).startswith(b"%PDF")


def test_rules_are_told_once() -> None:
    view = sheet_view(plan(start=d("2026-02-02")))
    texts = [rule["text"] for rule in view["rules"]]
    assert len(texts) == len(set(texts))
    assert any("airports" in text for text in texts)


def test_the_words_are_plain() -> None:
    """Short sentences of short words: a Flesch reading ease of an easy text (60 and more).

    Flesch R. J Appl Psychol 1948;32:221-233, doi 10.1037/h0057532.
    """
    view = sheet_view(plan(start=d("2026-02-02")))
    texts = [line["text"] for c in view["cycles"] for line in (*c["before"], *c["on_day"])]
    texts += [rule["text"] for rule in view["rules"]]
    text = ". ".join(dict.fromkeys(t.rstrip("* ") for t in texts))
    sentences = len([s for s in re.split(r"[.;:]\s", text) if s])
    words = re.findall(r"[a-z]+", text.lower())
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", w)))) for w in words)
    ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
    assert ease >= 60, f"Flesch reading ease {ease:.0f}"
