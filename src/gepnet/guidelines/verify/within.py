"""Inside one document: idle entries, contradictions, open texts, minorities."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from gepnet.guidelines.positions import SUPPORT, DocumentPosition, Holding
from gepnet.guidelines.status import OPEN, Status
from gepnet.guidelines.verify.context import Context, applies, claim, none_of
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.prover import Part
from gepnet.guidelines.verify.regions import deciding_facts, parts_of
from gepnet.rules import Rule
from gepnet.rules.rule import E_co

MOST_REGIONS = 4


def within(context: Context, name: str) -> Iterator[Finding]:
    """Yield what can be proved about one document."""
    yield from of_entries(context, name)
    for position in context.positions.of_document(name):
        yield from of_position(context, position)


def of_entries(context: Context, name: str) -> Iterator[Finding]:
    """Yield what can be proved of single entries of a document."""
    yield from _idle(context, name)
    yield from _minorities(context, name)


def of_position(context: Context, position: DocumentPosition) -> Iterator[Finding]:
    """Yield what can be proved of a document on the options of one position."""
    yield from _implied(context, position)
    yield from _contradictions(context, position)
    yield from _open_texts(context, position)


def _idle(context: Context, name: str) -> Iterator[Finding]:
    document = context.documents[name]
    for item in document.recommendations:
        options = tuple(position.option for position in item.entry.options)
        intent = item.entry.options[0].intent if item.entry.options else ""
        draft = Draft(context, "never_applies", (name,), options, intent)
        answers = (draft.ask([(document.scope, True), (node, True)]) for node in item.nodes)
        if all(answer.verdict == "none" for answer in answers):
            draft.rest_on(item)
            yield draft.finding(
                {},
                deciding=deciding_facts([(item.when, True)]),
                detail=f"{item.full_id} applies to no possible patient",
                about=item.entry.id,
            )
        yield from draft.done({})


def _implied(context: Context, stand: DocumentPosition) -> Iterator[Finding]:
    """An entry that applies only where another with the same position on the same does."""
    for one, other in product(stand.holdings, stand.holdings):
        if one is other or one.kind != other.kind or one.position.option != other.position.option:
            continue
        if one.recommendation.when_broad is not None or one.id == other.id:
            continue
        draft = Draft.on(context, "implied", stand)
        core = applies(one.recommendation)
        without = context.prover.fails((other.recommendation.when, True))
        if draft.ask(core, without).verdict == "none" and context.ask(core).found:
            draft.rest_on(one.recommendation, other.recommendation)
            yield draft.finding(
                {stand.document.id: one.kind},
                detail=f"{one.id} applies only where {other.id} does",
                about=f"{one.recommendation.entry.id}/{other.recommendation.entry.id}",
            )
        yield from draft.done({})


def _contradictions(context: Context, stand: DocumentPosition) -> Iterator[Finding]:
    for kind, status in (
        ("contradiction", {Status.CONFLICTING}),
        ("possible_contradiction", OPEN),
    ):
        claims = [claim(stand, stand.options[0], *status)]
        draft = Draft.on(context, kind, stand, most=MOST_REGIONS, claims=claims)
        for pro, con in product(stand.of_kind(*SUPPORT), stand.of_kind("against")):
            core: list[Part] = applies(pro.recommendation)
            also: list[Part] = []
            if kind == "contradiction":
                core.append((con.recommendation.when, True))
            else:
                core, also = _broadly(stand, pro, con)
            if core:
                draft.show(core, also, (pro, con))
        yield from draft.done({stand.document.id: "for and against"})


def _broadly(stand: DocumentPosition, pro: Holding, con: Holding) -> tuple[list[Part], list[Part]]:
    """Return that both apply if an ambiguous text is read broadly, and not all if narrowly."""
    one, other = pro.recommendation, con.recommendation
    if one.when_broad is None and other.when_broad is None:
        return [], []
    core: list[Part] = [(stand.document.scope, True), (one.broadest, True)]
    core.append((other.broadest, True))
    closed = one if one.when_broad is not None else other
    also: list[Part] = [(closed.when, False)]
    rest = [h for h in stand.holdings if h.id not in {pro.id, con.id}]
    return core, [*also, *none_of(rest)]


def _open_texts(context: Context, stand: DocumentPosition) -> Iterator[Finding]:
    """Everything is known, and still the text does not say whether a recommendation applies."""
    claims = [claim(stand, stand.options[0], *OPEN)]
    draft = Draft.on(context, "ambiguous", stand, most=MOST_REGIONS, claims=claims)
    parts: list[Part] = []
    for holding in stand.holdings:
        item = holding.recommendation
        if item.when_broad is None:
            continue
        core = [(stand.document.scope, True), (item.when_broad, True), (item.when, False)]
        also = none_of(h for h in stand.holdings if h.id != holding.id)
        if draft.show(core, also, (holding,)):
            parts += left_open(item)
    yield from draft.done({stand.document.id: "text open"}, deciding=deciding_facts(parts))


def left_open(rule: Rule[E_co]) -> list[Part]:
    """Return the parts of the narrow reading of a rule that its broad reading lacks."""
    broad = set(parts_of([(rule.broadest, True)]))
    return [part for part in parts_of([(rule.when, True)]) if part not in broad]


def _minorities(context: Context, name: str) -> Iterator[Finding]:
    document = context.documents[name]
    for item in document.recommendations:
        if not item.entry.dissent:
            continue
        for position in item.entry.options:
            row = position.option, position.intent
            stand = context.positions.by_document[name].get(row)
            draft = Draft(context, "dissent", (name,), row[:1], row[1])
            draft.show(applies(item), [], [Holding(item, "", position)])
            draft.rest_on(*(h.recommendation for h in (stand.holdings if stand else ())))
            yield from draft.done({name: f"minority: {position.position}"}, about=item.entry.id)
