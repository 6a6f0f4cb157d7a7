"""The head of the answer: who, what is asked, the strip of facts, and what fires."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from gepnet.facts import FactValue
from gepnet.facts.files import TherapyGroups
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.guidelines.answer import AskedQuestion
from gepnet.guidelines.answer.questions import Answers, StripItem
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.pathway.wording import Wordings, capital, low
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.report.explanations import SourceView
from gepnet.report.facts import fact_view, value_text
from gepnet.report.headline import headline
from gepnet.report.history import History
from gepnet.report.safety import SafetyView, safety_views
from gepnet.tables import Shown, also_shown, view_class
from gepnet.vocabulary import Interval, PartialDate, Several

_PLACES = {"failed": "progressed_on_{therapy}", "given": "on_{therapy}"}


@view_class
class Who:
    """The patient: sex and age as far as they are known, and the tumour in one line."""

    text: str
    sex: str | None
    age_years: str | None
    tumour: str


@view_class
class QuestionView:
    """What is asked: by the state of disease and treatment, or set by a person."""

    id: str
    text: str
    title: str
    is_set: bool
    choices: list[dict[str, str]]


@view_class
class StripView:
    """A place in the strip of facts; ``text`` is None where nothing is recorded."""

    id: str
    label: str
    text: str | None
    date: PartialDate | None
    stale: bool
    facts: list[str]
    decides: bool


@view_class
class FiringLine:
    """A rule that fires and stands above the table."""

    entry: Annotated[SafetyRule, Shown(take="id severity message", flat=True)]
    text_ambiguous: bool
    options: list[str]
    source: Annotated[SourceView, Shown(take="verification source_title locator url", flat=True)]


@view_class
class Fires:
    """What fires: lines that are shown, medicines outside the label, and how many are counted."""

    lines: list[FiringLine]
    off_label: list[str]
    more: int
    elsewhere: int


@view_class
class Contradiction:
    """A fact that is on record in two ways; ``text`` is None where nothing of it can be said."""

    fact: str
    label: str
    text: str | None

    @property
    @also_shown
    def says(self) -> str:
        """The fact with all that it may be, in a few words."""
        return f"{self.label} {self.text}" if self.text else self.label


def contradictions(assessment: Assessment, base: KnowledgeBase) -> list[Contradiction]:
    """Return what contradicts itself on record, in the order of the vocabulary.

    A value that counts as one of two is read by every line below, so it stands above them all.
    """
    found = (fact for _, fact in assessment.facts.items() if fact.conflict is not None)
    return [
        Contradiction(
            fact.fact,
            base.vocabulary[fact.fact].entry.label,
            _both(fact, base),
        )
        for fact in sorted(found, key=lambda fact: base.vocabulary.order(fact.fact))
    ]


def _both(fact: FactValue, base: KnowledgeBase) -> str | None:
    """Return all that a fact may be; where that is everything, what stands against the rest."""
    if fact.value is not None:
        return value_text(fact, base)
    is_word = isinstance(fact.conflict, str | Several)
    against = fact_view(fact, base).conflict if is_word or fact.origin == "derived" else None
    return f"\N{LEFT RIGHT ARROW} {against}" if against else None


def who(assessment: Assessment, base: KnowledgeBase, words: Mapping[str, str]) -> Who:
    """Return the patient in one line."""
    facts = assessment.facts
    sex, age = facts["sex"].value, facts["age_years"].value
    told_sex = words.get({"male": "man", "female": "woman"}.get(str(sex), ""), None)
    years = _number(age)
    told_age = None if years is None else words["years"].format(n=years)
    tumour = headline(facts, base)
    text = ", ".join(part for part in (told_sex, told_age, tumour) if part)
    return Who(text, told_sex, told_age, tumour)


def _number(value: object) -> str | None:
    return str(value) if isinstance(value, Interval) else None


def question_view(
    asked: AskedQuestion, assessment: Assessment, base: KnowledgeBase, language: str
) -> QuestionView:
    """Return the question, with what is being given or failed in its place."""
    text = asked.asks.get(language, asked.of.title)
    for place, family in _PLACES.items():
        if f"{{{place}}}" in text:
            names = _therapies(assessment, base, family, last=place == "failed")
            text = text.replace(f"{{{place}}}", names)
    questions = PathwayQuestions.read(base.knowledge.measures).questions
    choices = [{"id": one.id, "title": one.title} for one in questions]
    return QuestionView(asked.of.id, text, asked.of.title, asked.is_set, choices)


def _therapies(assessment: Assessment, base: KnowledgeBase, family: str, last: bool) -> str:
    """Return the therapies of which a fact of a family holds, the most exact names only."""
    facts, options = assessment.facts, base.options
    names = Wordings(base)
    held = [
        subject
        for name, fact in facts.items()
        if fact.value is True
        and base.vocabulary[name].family == family
        and (subject := base.vocabulary[name].subject) in options
        and subject is not None
    ]
    given = _given(assessment, base, last)
    found = [one for one in given if any(options.covers(holder, one) for holder in held)]
    if not found:
        found = [h for h in held if not any(h != o and options.covers(h, o) for o in held)]
    told = f" {base.vocabulary.phrases.and_word} ".join(names.option(one) for one in found or given)
    return told or names.option("somatostatin_analogue")


def _given(assessment: Assessment, base: KnowledgeBase, last: bool) -> Sequence[str]:
    """Return the antitumour treatments on record: the latest only, or the last two."""
    against = TherapyGroups.read(base.knowledge.measures).antitumour.options
    members = {member for name in against for member in base.options.members(name)}
    courses = [one for one in assessment.facts.beside if one.option in members]
    dated = sorted(courses, key=lambda one: one.date.first.isoformat() if one.date else "")
    names = list(dict.fromkeys(one.option for one in dated if one.option is not None))
    return names[-1:] if last else names[-2:]


def strip(
    assessment: Assessment,
    base: KnowledgeBase,
    language: str,
    deciding: Collection[str],
    words: Mapping[str, str],
) -> list[StripView]:
    """Return the facts of a patient in one line, what failed last."""
    items = Answers.read(base.knowledge.measures).strip
    found = [_strip_item(item, assessment, base, language, deciding) for item in items]
    failed = failures(assessment, base)
    if failed:
        text = ", ".join(failed)
        found.append(StripView("failed", words["failed"], text, None, False, [], False))
    return found


def failures(assessment: Assessment, base: KnowledgeBase) -> list[str]:
    """Return the treatments that failed, by their most exact names."""
    had, options, names = History(assessment.facts, base), base.options, Wordings(base)
    failed = [
        definition.subject
        for name, fact in assessment.facts.items()
        if fact.value is True
        and (definition := base.vocabulary[name]).subject in options
        and definition.family in ("progressed_on_{therapy}", "intolerant_to_{therapy}")
    ]
    given = [one for one in had.given if any(options.covers(f, one) for f in failed if f)]
    exact = [f for f in dict.fromkeys(failed) if f and not any(options.covers(f, g) for g in given)]
    return [names.option(one) for one in dict.fromkeys((*given, *exact)) if had.failed(one)]


def _strip_item(
    item: StripItem,
    assessment: Assessment,
    base: KnowledgeBase,
    language: str,
    deciding: Collection[str],
) -> StripView:
    facts = assessment.facts
    names = [name for name in item.facts if name in base.vocabulary]
    known = [facts[name] for name in names if facts[name].is_known]
    # What holds says more than what does not, and "none" is what the next fact says in words.
    known = [fact for fact in known if fact.value != "none"] or known
    known = [fact for fact in known if fact.value is not False] or known[:1]
    told: list[FactValue] = []
    texts: dict[str, None] = {}
    for fact in known:
        text = fact_text(fact, base)
        text = low(text) if texts else capital(text)
        if text and text not in texts and len(texts) < item.most:
            texts[text] = None
            told.append(fact)
    dates = [fact.date for fact in told if fact.date is not None]
    latest = max(dates, key=lambda date: date.last, default=None)
    return StripView(
        item.id,
        item.label[language],
        ", ".join(texts) or None,
        latest,
        any(fact.stale for fact in told),
        [fact.fact for fact in told] or names[:1],
        any(name in deciding for name in names),
    )


def fact_text(fact: FactValue, base: KnowledgeBase) -> str:
    """Return a fact as a clinician says it: what holds or not, a word, a number with its unit."""
    definition = base.vocabulary[fact.fact]
    wording = Wordings(base).wording(definition)
    if isinstance(fact.value, bool):
        said = None if wording is None else (wording.yes if fact.value else wording.no)
        return said or f"{definition.entry.label}: {base.vocabulary.phrases.truth(fact.value)}"
    return value_text(fact, base)


def fires(assessment: Assessment, base: KnowledgeBase) -> Fires:
    """Return what fires on options that somebody supports or the patient takes.

    What stops or withholds is a line of its own, always; of warnings as many as there is room for.
    """
    most = Answers.read(base.knowledge.measures).most_fires
    firing = [view for view in safety_views(assessment, base) if view.fires]
    holds = [view for view in firing if view.entry.severity != "warn"]
    about = [view for view in firing if view.concerns_a_position and view not in holds]
    labels = [view for view in about if view.entry.off_label]
    warnings = [view for view in about if not view.entry.off_label]
    room = max(0, most - len(holds) - bool(labels))
    shown = [*holds, *warnings[:room]]
    elsewhere = [view for view in firing if not view.concerns_a_position and view not in holds]
    outside = dict.fromkeys(name for view in labels for name in view.options)
    return Fires(
        [_line(view) for view in shown],
        list(outside),
        len(warnings) - room if len(warnings) > room else 0,
        len(elsewhere),
    )


def _line(view: SafetyView) -> FiringLine:
    return FiringLine(view.entry, view.text_ambiguous, view.options, view.source)
