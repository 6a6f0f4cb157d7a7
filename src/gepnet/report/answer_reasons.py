"""Why documents differ, in a sentence; and what to order, with what each result would settle."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from gepnet.criteria.prose import listed
from gepnet.guidelines import Band, KnowledgeBase, Result, Status, StatusChange, missing
from gepnet.guidelines.answer import AnswerRow
from gepnet.guidelines.answer.differ import DecidedBy, Difference
from gepnet.guidelines.answer.questions import Answers
from gepnet.guidelines.missing import MissingFact
from gepnet.guidelines.pathway.wording import low
from gepnet.guidelines.safety import InQuestion
from gepnet.guidelines.status import OPEN, QUIET
from gepnet.report.answer_chips import RowReader
from gepnet.report.answer_head import fact_text
from gepnet.report.differences import values_text, words_for
from gepnet.report.safety import not_excluded
from gepnet.report.words import SIGNS, status_word
from gepnet.tables import view_class
from gepnet.vocabulary import Interval, Value

_RESULTS = 2
_LINES = 2
_NAMES = 3


@view_class
class Scale:
    """A number on its scale: the patient's value or range, and the limits of what decides.

    ``low`` and ``high`` are the ends that are drawn; ``limits`` lie between them.
    """

    low: float
    high: float
    limits: list[float]
    value: list[float]
    unit: str


@view_class
class DecidingFact:
    """The fact that decides, and what it would have to be."""

    fact: str
    label: str
    before: str
    after: str
    documents: list[str]
    joined: list[str]
    option: str
    intent: str
    position: str


@view_class
class WhyView:
    """Why documents differ: ``kind`` is fact, judgement, strength or nothing; ``text`` says it."""

    kind: str
    text: str
    also: list[str]
    deciding: list[DecidingFact]
    scale: Scale | None


@view_class
class Settles:
    """What a result brings: documents that would take a position on options."""

    status: str
    symbol: str
    word: str
    documents: list[str]
    options: list[str]


@view_class
class ResultView:
    """A result of a test; ``falls_away`` counts open positions that would be none."""

    text: str
    settles: list[Settles]
    more: int
    falls_away: int


@view_class
class OrderView:
    """A test or question with its number, and what its results settle, or which rules it excludes.

    ``open_positions`` counts what waits for it, ``changed_positions`` what it alone would change.
    """

    number: int
    order: str
    facts: list[str]
    labels: list[str]
    open_positions: int
    changed_positions: int
    results: list[ResultView]
    excludes: list[str]


def why_view(found: Difference, reader: RowReader) -> WhyView:
    """Return in one sentence why the documents on some rows differ."""
    words = reader.words
    # A document that the deciding fact would move does not differ by judgement there.
    moved = {(one.row.options, name) for one in found.decided for name in one.moving}
    judged = [
        words["judgement"].format(
            option=reader.short(one.row),
            against=reader.documents(against, _NAMES),
            in_favour=reader.documents(in_favour, _NAMES),
        )
        for one in found.judged
        if (against := [name for name in one.against if (one.row.options, name) not in moved])
        and (in_favour := [name for name in one.in_favour if (one.row.options, name) not in moved])
    ]
    if found.decided:
        first = found.decided[0]
        deciding = [_deciding(one, reader) for one in found.decided]
        text = _sentence(first, reader)
        return WhyView("fact", text, judged[:1], deciding, _scale(first, reader))
    if judged:
        return WhyView("judgement", judged[0], judged[1:2], [], None)
    if found.several:
        return WhyView("strength", words["strength"], [], [], None)
    return WhyView("nothing", words["alone"], [], [], None)


def _sentence(one: DecidedBy, reader: RowReader) -> str:
    change, base, words = one.change, reader.base, reader.words
    fact = base.vocabulary[change.fact]
    several = "they" if len(one.moving) > 1 else "says"
    after = _after(change.fact, change.after, change.band, reader)
    text = words["decides"].format(
        fact=fact.entry.label,
        who=reader.documents(one.moving, _NAMES),
        option=reader.short(one.row),
        after=after,
        says=words[f"{several}_{one.position.value}"],
        like=words["like"].format(who=reader.documents(one.joined, _NAMES)),
    )
    before = _before(change.fact, reader)
    return f"{text} {words['now'].format(before=before)}"


def _before(fact: str, reader: RowReader) -> str:
    value = reader.assessment.facts[fact]
    return fact_text(value, reader.base) if value.is_known else reader.words["not_known"]


def _after(fact: str, values: Sequence[Value], band: Band | None, reader: RowReader) -> str:
    """Return other values of a fact as a condition."""
    definition = reader.base.vocabulary[fact]
    if definition.type == "number":
        return f"{reader.words['if']} {values_text(fact, values, band, reader.base)}"
    if definition.type == "boolean":
        wording = reader.wordings.wording(definition)
        said = None if wording is None else (wording.yes if values[0] is True else wording.no)
        truth = reader.base.vocabulary.phrases.truth(values[0] is True)
        said = said or f"{definition.entry.label}: {truth}"
        return f"{reader.words['if']} {said}"
    told = [low(words_for(fact, value, reader.base)) for value in values]
    text = listed(told, reader.base.vocabulary.phrases.or_word)
    return f"{reader.words['if']} {text}"


def _deciding(one: DecidedBy, reader: RowReader) -> DecidingFact:
    change = one.change
    return DecidingFact(
        change.fact,
        reader.base.vocabulary[change.fact].entry.label,
        _before(change.fact, reader),
        values_text(change.fact, change.after, change.band, reader.base),
        [reader.document(name) for name in one.moving],
        [reader.document(name) for name in one.joined],
        one.row.options[0],
        one.row.intent,
        one.position.value,
    )


def _scale(one: DecidedBy, reader: RowReader) -> Scale | None:
    """Return the scale of a number with its limits; none for anything else."""
    change = one.change
    fact = reader.base.vocabulary[change.fact]
    if fact.type != "number" or change.band is None:
        return None
    limits = [float(end) for end in (change.band.low, change.band.high) if end is not None]
    value = change.before
    now = [float(value.low), float(value.high)] if isinstance(value, Interval) else []
    least = float(fact.entry.range[0]) if fact.entry.range else min([*limits, *now, 0])
    most = 1.6 * max([*limits, *now, least + 1])
    if fact.entry.range:
        most = min(most, float(fact.entry.range[1]))
    if all(end.is_integer() for end in (*limits, *now)):
        most = float(math.ceil(most))
    unit = "" if fact.entry.unit in (None, "1") else str(fact.entry.unit)
    if unit.startswith("{"):
        unit = ""
    drawn = [min(end, most) for end in now]
    return Scale(least, most, sorted(dict.fromkeys(limits)), drawn, unit)


def orders_view(
    rows: Iterable[AnswerRow], reader: RowReader, lacking: Sequence[MissingFact] | None = None
) -> tuple[list[OrderView], dict[str, int], int]:
    """Return what to order, the number of the order for each fact, and how many more there are.

    Tests and questions that change positions on ``rows`` come first, those that change most; where
    there are fewer than there is room for, what would exclude a safety rule follows.
    """
    base, assessment = reader.base, reader.assessment
    most = Answers.read(base.knowledge.measures).most_orders
    wanted = {(c, row.intent) for row in rows for s in row.stands for c in (s.cell.option,)}
    wanted |= {(option, row.intent) for row in rows for option in row.options}
    groups: dict[str, list[MissingFact]] = {}
    for found in missing(base, assessment) if lacking is None else lacking:
        groups.setdefault(_request(found, base), []).append(found)
    changed = {name: len(_changed(facts, wanted)) for name, facts in groups.items()}
    ranked = sorted(
        groups.items(),
        key=lambda item: (-changed[item[0]], -max(fact.open_positions for fact in item[1])),
    )
    useful = [(name, facts) for name, facts in ranked if changed[name]]
    orders = [
        _order(number, name, facts, wanted, reader)
        for number, (name, facts) in enumerate(useful[:most], 1)
    ]
    more = len(ranked) - len(orders)
    named = {order.order for order in orders}
    told: set[str] = set()
    asked = InQuestion.of(assessment, base)
    for one in not_excluded(assessment, base):
        rules = [rule for rule in one.rules if asked.is_about(rule)]
        new = {rule.id for rule in rules} - told
        wanted_too = one.concerns_a_position and one.facts and one.order not in named
        if len(orders) < most and wanted_too and new:
            told |= new
            number = len(orders) + 1
            ids = [entry.id for entry in one.facts]
            labels = [entry.label for entry in one.facts]
            excludes = [rule.message for rule in rules]
            orders.append(OrderView(number, one.order, ids, labels, 0, 0, [], excludes))
    numbers = {fact: order.number for order in reversed(orders) for fact in order.facts}
    return orders, numbers, more


def _request(found: MissingFact, base: KnowledgeBase) -> str:
    entry = base.vocabulary[found.fact].entry
    asked = [base.vocabulary[name].entry for name in found.ask]
    return entry.order or "; ".join(dict.fromkeys(one.order or one.label for one in asked))


def _changed(
    facts: Iterable[MissingFact], wanted: Collection[tuple[str, str]]
) -> set[tuple[str, tuple[str, ...], str]]:
    """Return the positions on some rows that one of some facts alone would change."""
    return {
        (change.document, change.options, change.intent)
        for fact in facts
        for result in fact.results
        for change in result.changes
        if _is_wanted(change, wanted)
    }


def _is_wanted(change: StatusChange, wanted: Collection[tuple[str, str]]) -> bool:
    return any((option, change.intent) in wanted for option in change.options)


def _order(
    number: int,
    name: str,
    facts: Sequence[MissingFact],
    wanted: Collection[tuple[str, str]],
    reader: RowReader,
) -> OrderView:
    several = len({fact.fact for fact in facts}) > 1
    views = [
        view
        for fact in facts
        for result in fact.results
        if (view := _result(fact.fact, result, wanted, reader, several)) is not None
    ]
    views.sort(
        key=lambda v: (
            -sum(len(s.documents) for s in v.settles if s.status not in OPEN),
            -sum(len(s.documents) for s in v.settles) - v.more,
        )
    )
    return OrderView(
        number,
        name,
        list(dict.fromkeys(a for fact in facts for a in (fact.fact, *fact.ask))),
        list(dict.fromkeys(reader.base.vocabulary[fact.fact].entry.label for fact in facts)),
        max(fact.open_positions for fact in facts),
        len(_changed(facts, wanted)),
        views[:_RESULTS],
        [],
    )


def _result(
    fact: str,
    result: Result,
    wanted: Collection[tuple[str, str]],
    reader: RowReader,
    named: bool,
) -> ResultView | None:
    """Return what one result brings on some rows; None if nothing."""
    brought: dict[tuple[Status, str], dict[str, None]] = {}
    falls_away = 0
    for change in result.changes:
        if not _is_wanted(change, wanted):
            continue
        if change.after in QUIET:
            falls_away += 1
            continue
        option = next(o for o in change.options if (o, change.intent) in wanted)
        key = change.after, reader.wordings.option(option)
        brought.setdefault(key, {})[change.document] = None
    if not brought and not falls_away:
        return None
    # Documents that would say the same of several options are named once.
    joined: dict[tuple[Status, tuple[str, ...]], list[str]] = {}
    for (status, option_name), documents in brought.items():
        joined.setdefault((status, tuple(documents)), []).append(option_name)
    settles = [
        Settles(
            status.value,
            SIGNS[status].symbol,
            status_word(status, reader.base.vocabulary.phrases),
            [reader.document(name) for name in documents],
            options,
        )
        for (status, documents), options in joined.items()
    ]
    settles.sort(key=lambda one: (one.status in OPEN, -len(one.documents) * len(one.options)))
    shown = settles[:_LINES]
    more = sum(len(one.documents) * len(one.options) for one in settles[_LINES:])
    label = reader.base.vocabulary[fact].entry.label
    text = values_text(fact, result.values, result.band, reader.base)
    return ResultView(f"{label}: {text}" if named else text, shown, more, falls_away)
