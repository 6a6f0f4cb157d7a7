"""Two patients that differ in one fact: who tells them apart, and who is about one of them only.

Which facts are asked about is data (``knowledge/measures/told_apart.yaml``). Both patients of such
a pair are possible, fully known and assessed like any other.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from gepnet.criteria import interpret
from gepnet.criteria.smt import Formula, constant, same
from gepnet.facts import facts_of_values
from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import CompiledDocument, KnowledgeBase
from gepnet.guidelines.positions import (
    SUPPORT,
    DocumentPosition,
    Holding,
    document_positions,
)
from gepnet.guidelines.status import FOR, Status
from gepnet.guidelines.verify.axioms import World
from gepnet.guidelines.verify.context import Context, claim, source_of
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Claim, Finding, Region
from gepnet.guidelines.verify.once import once
from gepnet.guidelines.verify.prover import Part, Patients
from gepnet.guidelines.verify.regions import fewest, stated, texts, words
from gepnet.guidelines.verify.witnesses import given_values, without_idle
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.models import Intent
from gepnet.knowledge.shapes import FactId, OptionId, Strict
from gepnet.vocabulary import Value


class Undivided(Strict):
    """A fact, two of its values, and the options on which documents may tell the two apart."""

    fact: FactId
    values: tuple[str, str]
    broad: OptionId
    finer: OptionId
    intent: Intent
    why: str


class LeftOut(Strict):
    """A fact, a value for which patients may be left out, and of whom that is asked."""

    fact: FactId
    value: bool | str
    about: str
    intent: Intent
    why: str


class Questions(MeasureFile):
    """The page of questions."""

    files = ("told_apart",)
    optional = True
    undivided: tuple[Undivided, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


#: Documents that may tell two patients apart: one with a position for both, one against the finer
#: option, and one for an option of that kind, which is named.
Three = tuple[DocumentPosition, DocumentPosition, DocumentPosition, str]


@once
def questions(base: KnowledgeBase) -> Questions:
    """Return what is asked, as the page of questions has it."""
    return Questions.read(base.knowledge.measures)


@once
def threes(base: KnowledgeBase, day: datetime.date, asked: Undivided) -> list[Three]:
    """Return every three documents of which it is asked."""
    stands = document_positions(base).by_document
    in_force = [document.id for document in documents_in_force(base.documents, day)[0]]

    def on(option: str) -> list[DocumentPosition]:
        row = option, asked.intent
        return [stands[name][row] for name in in_force if row in stands[name]]

    # What is for it may name one regimen of the class.
    regimens = {
        name: (option, stand)
        for name in in_force
        for (option, intent), stand in stands[name].items()
        if intent == asked.intent
        and base.options.covers(asked.finer, option)
        and stand.of_kind(*SUPPORT)
    }
    against = [one for one in on(asked.finer) if one.of_kind("against")]
    return [
        (one, other, third, option)
        for one, other in product(on(asked.broad), against)
        for option, third in regimens.values()
    ]


def _is(context: Context, world: World, name: str, value: str) -> Formula:
    fact = context.base.vocabulary[name]
    return same(world.symbols[name], constant(fact, fact.parse(value)))


def undivided(context: Context, asked: Undivided, three: Three) -> Iterator[Finding]:
    """Yield whom the first document treats alike and the other two tell apart."""
    prover, twin = context.prover, context.twin(asked.fact)
    one, other, third, option = three
    who = one, other, third
    documents = tuple(dict.fromkeys(each.document.id for each in who))
    options = tuple(dict.fromkeys((asked.broad, asked.finer, option)))
    for here, there in (asked.values, asked.values[::-1]):
        prover.tally.pairs += 1
        wanted = [
            _is(context, prover.world, asked.fact, here),
            _is(context, twin, asked.fact, there),
            *(world.status(one, *FOR) for world in (prover.world, twin)),
            prover.world.status(other, Status.AGAINST),
            twin.status(third, *FOR),
        ]
        draft = Draft(context, "undivided", documents, options, asked.intent)
        answer = draft.ask([], *wanted)
        if answer.model is not None:
            yield from _told_apart(draft, asked, who, option, answer.model, (here, there))
        yield from draft.done({}, regions=())


def _told_apart(
    draft: Draft,
    asked: Undivided,
    who: Sequence[DocumentPosition],
    option: str,
    patients: Patients,
    apart: tuple[str, str],
) -> Iterator[Finding]:
    context = draft.context
    one, other, third = who
    claims = (claim(one, asked.broad, *FOR), claim(other, asked.finer, "against"))
    linked = (claim(one, asked.broad, *FOR), claim(third, option, *FOR))
    needed = context.witnesses.needed(node for stand in who for node in stand.nodes)
    model = patients.simplest(needed)
    if model is None:
        return
    about = context.prover.world.values(model, needed)
    first = {**about, asked.fact: context.base.vocabulary[asked.fact].parse(apart[0])}
    witness = given_values(_smallest(context, asked, first, apart[1], claims, linked))
    twin = {**witness, asked.fact: apart[1]}
    refused = [
        *context.witnesses.refuted(witness, claims),
        *context.witnesses.refuted(twin, linked),
    ]
    if refused:
        context.prover.tally.refused.append(f"undivided: {'; '.join(refused)}")
        return
    held = [*_held(context, one, SUPPORT, witness), *_held(context, other, ("against",), witness)]
    later = [*_held(context, one, SUPPORT, twin), *_held(context, third, SUPPORT, twin)]
    region = _described(context, held, (one, other), witness)
    vocabulary = context.base.vocabulary
    label = vocabulary[asked.fact].entry.label
    name = context.base.options[asked.finer].label
    short = [stand.document.file.document.short for stand in who]
    tells = short[1] if other is third else f"{short[1]} and {short[2]}"
    draft.rest_on(*(holding.recommendation for holding in (*held, *later)))
    yield draft.finding(
        {
            one.document.id: "one position for both",
            other.document.id: f"against {asked.finer}: {apart[0]}",
            third.document.id: f"supports {option}: {apart[1]}",
        },
        regions=(replace(region, linked=_described(context, later, (one, third), twin)),),
        deciding=(asked.fact,),
        claims=claims,
        detail=f"{label} {apart[0]} or {apart[1]}: the same in {short[0]}; told apart on {name} by "
        f"{tells}",
        about=f"{asked.fact}={apart[0]}",
        linked_claims=linked,
    )


def _smallest(
    context: Context,
    asked: Undivided,
    first: dict[str, Value],
    other: str,
    claims: Sequence[Claim],
    linked: Sequence[Claim],
) -> dict[str, Value]:
    """Leave out every fact without which both patients are still assessed as claimed."""
    refuted = context.witnesses.refuted

    def stands(values: Mapping[str, Value], _: str) -> bool:
        given = given_values(values)
        return not refuted(given, claims) and not refuted({**given, asked.fact: other}, linked)

    return without_idle(first, stands, {asked.fact})


def _held(
    context: Context, stand: DocumentPosition, kinds: Sequence[str], witness: Mapping[str, Any]
) -> list[Holding]:
    """Return the recommendations of a kind that apply to a patient."""
    facts = facts_of_values(dict(witness), context.base.knowledge, context.base.criteria, "witness")
    return [
        holding
        for holding in stand.of_kind(*kinds)
        if interpret(holding.recommendation.when, facts.values) is True
    ][:1]


def _described(
    context: Context,
    held: Sequence[Holding],
    who: Sequence[DocumentPosition],
    witness: dict[str, Any],
) -> Region:
    wanted: list[Part] = [(stand.document.scope, True) for stand in who]
    wanted += [(holding.recommendation.when, True) for holding in held]
    parts = fewest(context.prover, wanted)
    ids = tuple(holding.id for holding in held)
    return Region(words(parts, context.base.vocabulary), texts(parts), witness, ids)


def _about(context: Context, asked: LeftOut) -> list[Part]:
    return [(context.base.criteria(text), True) for text in (asked.about, _text(asked))]


def left_out(context: Context, asked: LeftOut, name: str) -> Iterator[Finding]:
    """Yield that one value puts every such patient out of the scope of a document."""
    document, core = context.documents[name], _about(context, asked)
    draft = Draft(context, "left_out", (name,), (), asked.intent)
    if draft.ask([*core, (document.scope, True)]).verdict == "none":
        _without(draft, asked, document, core)
    label = context.base.vocabulary[asked.fact].entry.label
    yield from draft.done(
        {name: "out_of_scope"},
        sources=(source_of(document.file.document, name, "scope"),),
        deciding=(asked.fact,),
        detail=f"{label}: no such patient is in its scope, others are",
        about=_text(asked),
    )


@once
def bodies(
    base: KnowledgeBase, day: datetime.date, asked: LeftOut
) -> dict[str, list[CompiledDocument]]:
    """Return the documents that support something for the purpose asked about, by body."""
    found: dict[str, list[CompiledDocument]] = {}
    for document in documents_in_force(base.documents, day)[0]:
        stands = document_positions(base).of_document(document.id)
        if any(one.intent == asked.intent and one.of_kind(*SUPPORT) for one in stands):
            found.setdefault(document.file.document.body, []).append(document)
    return {body: documents for body, documents in found.items() if len(documents) > 1}


def spread(
    context: Context, asked: LeftOut, body: str, documents: Sequence[CompiledDocument]
) -> Iterator[Finding]:
    """Yield that a body spreads such patients over several documents."""
    core = _about(context, asked)
    inside = [d for d in documents if context.ask([*core, (d.scope, True)]).found]
    if len(inside) > 1:
        yield from _spread(context, asked, body, inside, core)


def _without(draft: Draft, asked: LeftOut, document: CompiledDocument, core: list[Part]) -> None:
    """Show one patient whom a document leaves out, and one whom it is about."""
    about, has = core
    context, base = draft.context, draft.context.base
    inside: list[Part] = [about, (has[0], False), (document.scope, True)]
    within = context.ask(inside)
    linked = context.region(within, inside) if within.found else None
    if linked is None:
        return
    # The same patient but for what the two are told apart by.
    facts = facts_of_values(dict(linked.witness), base.knowledge, base.criteria, "witness")
    left: list[Part] = [*core, (document.scope, False)]
    for name in linked.witness:
        kept = [] if name == asked.fact else stated(name, facts.values.get(name))
        # What cannot be the same in both, such as the syndrome of a functioning tumour, differs.
        if kept and context.ask([*left, *kept]).found:
            left += kept
    out = context.ask(left)
    if out.found:
        region = context.described(out, fewest(context.prover, core), left)
        draft.add(None if region is None else replace(region, linked=linked))


def _spread(
    context: Context,
    asked: LeftOut,
    body: str,
    listed: Sequence[CompiledDocument],
    core: list[Part],
) -> Iterator[Finding]:
    """Say in which share of such patients each document of a body, and none, is about them."""
    outside = [(document.scope, False) for document in listed]
    if any(context.ask([*core, part]).verdict == "none" for part in outside):
        return  # one document is about all of them
    names = tuple(document.id for document in listed)
    draft = Draft(context, "spread", names, (), asked.intent, most=len(listed) + 1)
    for document in listed:
        draft.show([*core, (document.scope, True)])
    some_in_none = draft.show([*core, *outside])
    label = context.base.vocabulary[asked.fact].entry.label
    rest = "and some are in none" if some_in_none else "and each is in one"
    yield draft.finding(
        dict.fromkeys(names, "about some of them"),
        sources=tuple(source_of(d.file.document, d.id, "scope") for d in listed),
        deciding=(asked.fact,),
        detail=f"{label}: no one of {len(listed)} documents of {body} is about every such patient, "
        + rest,
        about=f"{_text(asked)}/{body}",
    )


def _text(asked: LeftOut) -> str:
    if asked.value is True:
        return asked.fact
    return f"not {asked.fact}" if asked.value is False else f"{asked.fact} = '{asked.value}'"
