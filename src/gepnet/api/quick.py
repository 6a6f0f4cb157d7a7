"""The quick check: a handful of answers in, the answer table out; nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gepnet.api.assessing import assess_facts, facts_of
from gepnet.facts import Facts, facts_with
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.answer.quick import quick_questions, quick_record
from gepnet.guidelines.languages import in_language, languages
from gepnet.knowledge import refuse
from gepnet.record import record_to_yaml
from gepnet.report.answer import answer_view
from gepnet.report.entries import explain_recommendation
from gepnet.vocabulary import Question, ValueProblem

View = dict[str, Any]


def quick_form(base: KnowledgeBase, language: str = "en") -> list[View]:
    """Return the questions of the quick check with their answers, in a language.

    Each is {id, asks, short, hint, number, facts, choices: [{id, label}]}; ``number`` is the fact
    that may be typed instead, or None. That it is not known is an answer to each.
    """
    return [
        {
            "id": one.id,
            "asks": _in(one.asks, language),
            "short": _in(one.short, language),
            "hint": _in(one.hint, language) if one.hint else "",
            "number": one.number,
            "facts": list(one.facts),
            "choices": [{"id": c.id, "label": _in(c.label, language)} for c in one.choices],
        }
        for one in quick_questions(base)
    ]


def answer_language(base: KnowledgeBase, wanted: str) -> str:
    """Return the language of an answer: the wanted one, else English."""
    known = languages(base)
    return wanted if wanted in known else known[0]


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()))


def quick_facts(
    base: KnowledgeBase,
    chosen: Mapping[str, str],
    further: Mapping[str, str] | None = None,
    asked: Question | None = None,
) -> Facts:
    """Return the facts that answers give.

    Args:
        base: the knowledge.
        chosen: the id of the answer, by the id of its question.
        further: values of other facts.
        asked: date, region and day of the documents.

    Raises:
        InputError: for a question, answer, fact or value that is none.
    """
    when = asked or Question()
    record, rest = quick_record(base, chosen, further, when.region)
    facts = facts_of(record, base, when)
    changes: dict[str, Any] = {}
    for name, text in rest.items():
        try:
            fact = base.vocabulary[name]
            flag = base.vocabulary.words.flag(text) if fact.type == "boolean" else None
            changes[name] = fact.parse(text if flag is None else flag)
        except ValueProblem as fault:
            raise refuse(name, repr(text), fault.expected) from fault
    if changes:
        facts = facts_with(facts, changes, base.knowledge, base.criteria)
    return facts


def quick_check(
    base: KnowledgeBase,
    chosen: Mapping[str, str],
    further: Mapping[str, str] | None = None,
    question: str | None = None,
    asked: Question | None = None,
    language: str = "en",
    facts: Facts | None = None,
) -> View:
    """Return the answer to what was chosen, stateless: everything goes in, nothing is kept.

    Args:
        base: the knowledge.
        chosen: the id of the answer, by the id of its question.
        further: values of other facts.
        question: set by a person; by default it follows from the answers.
        asked: date, region and day of the documents.
        language: of the answer.
        facts: what ``quick_facts`` made of these answers, where that is at hand.

    Returns:
        ``answer`` (see ``answer_view``), ``waits``: how many positions wait for each question that
        is not answered, ``beyond``: the facts behind no question that most wait for, with how many
        do; ``positions``: the status by "option document", to compare two answers with; and
        ``path``: the conditions of the entry that the deciding fact is about, with truths.

    Raises:
        InputError: for a question, answer, fact or value that is none.
    """
    facts = quick_facts(base, chosen, further, asked) if facts is None else facts
    assessment, base = assess_facts(facts, base, asked), in_language(base, language)
    answer = answer_view(assessment, base, question)
    positions: dict[str, View] = {}
    waiting: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for row in (*answer["rows"], *answer["no_document_for"]):
        for column, chips in row["cells"].items():
            for chip in chips:
                key = f"{row['short']}|{chip['intent']}|{chip['document']}"
                told = {"row": row["short"], "name": chip["text"], "symbol": chip["symbol"]}
                positions[key] = {**told, "column": column}
                for fact in chip["missing"]:
                    waiting[fact["id"]] += 1
                    labels[fact["id"]] = fact["label"]
    waits: dict[str, int] = {}
    mine: set[str] = set()
    for one in quick_questions(base):
        mine |= set(one.facts)
        if one.id not in chosen and (count := sum(waiting[name] for name in one.facts)):
            waits[one.id] = count
    beyond = [
        {"fact": name, "label": labels[name], "positions": count}
        for name, count in waiting.most_common()
        if name not in mine
    ]
    return {
        "answer": answer,
        "waits": waits,
        "beyond": beyond,
        "positions": positions,
        "path": _path(answer, facts, base, asked),
    }


def _path(answer: View, facts: Facts, base: KnowledgeBase, asked: Question | None) -> View | None:
    """Return the conditions of the entry that the deciding fact is about, else of the first row."""
    deciding = [(d, one["option"]) for one in answer["why"]["deciding"] for d in one["documents"]]
    chips = [
        (row, chip)
        for row in answer["rows"]
        for chips in row["cells"].values()
        for chip in chips
        if chip["recommendations"]
    ]
    decided = (
        (row, chip)
        for row, chip in chips
        if any(chip["text"] == name and option in row["options"] for name, option in deciding)
    )
    found = next(decided, chips[0] if chips else None)
    if found is None:
        return None
    row, chip = found
    entry = explain_recommendation(facts, base, chip["recommendations"][0], asked)
    parts = entry["explanation"].get("parts") or [entry["explanation"]]
    conditions = [{"text": part["text"], "truth": part["truth"]} for part in parts]
    told = {"symbol": chip["symbol"], "word": chip["word"], "status": chip["status"]}
    names = {"document": chip["document"], "name": chip["text"], "option": row["short"]}
    return {**names, **told, "entry": entry["recommendation"], "conditions": conditions}


def quick_reasons(
    base: KnowledgeBase,
    chosen: Mapping[str, str],
    further: Mapping[str, str] | None,
    recommendations: list[str],
    asked: Question | None = None,
) -> list[View]:
    """Return why some entries apply to what was chosen; each as ``explain_recommendation`` has it.

    Raises:
        InputError: for an answer or an entry that is none.
    """
    facts = quick_facts(base, chosen, further, asked)
    return [explain_recommendation(facts, base, name, asked) for name in recommendations]


def quick_patient_file(
    base: KnowledgeBase,
    chosen: Mapping[str, str],
    further: Mapping[str, str] | None = None,
    asked: Question | None = None,
) -> str:
    """Return answers as a patient file; facts that no event can carry are left to be recorded.

    Raises:
        InputError: for a question, answer, fact or value that is none.
    """
    when = asked or Question()
    record, _ = quick_record(base, chosen, further, when.region)
    return record_to_yaml(record)
