"""A small vocabulary and random documents over it, for tests that try every possibility."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from gepnet.facts import Facts, facts_of_values
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import load_knowledge
from gepnet.knowledge.models import (
    Coverage,
    DocumentFile,
    DocumentHeader,
    Knowledge,
    Position,
    Recommendation,
)
from gepnet.knowledge.rule_models import Examples

OPTION = "lu177_dotatate"
# Another option, which documents may prefer to the first.
OTHER = "everolimus"
INTENT = "tumour_control"
# Derived by rules (grade and its bands), bounded (Ki-67), by a function (body mass index), and
# facts that no change is tried on before all others (sex).
FACTS = (
    "sex",
    "weight_kg",
    "height_cm",
    "bmi_kg_m2",
    "region",
    "rlt_planned",
    "differentiation",
    "nec_type",
    "ki67_percent",
    "mitoses_per_2mm2",
    "ki67_band",
    "mitotic_band",
    "grade",
    "grade_reported",
    "grade_reported_edition",
    "grade_basis",
    "sstr_uptake_vs_liver",
)
ATOMS = (
    "ki67_percent < 10",
    "ki67_percent > 20",
    "ki67_percent between 3 and 20",
    "ki67_percent = 10",
    "mitoses_per_2mm2 >= 2",
    "grade in ('NET_G1', 'NET_G2')",
    "grade = 'NET_G3'",
    "grade_reported = 'G2'",
    "differentiation = 'well'",
    "differentiation = 'poor'",
    "rlt_planned",
    "sex = 'female'",
    "bmi_kg_m2 > 30",
    "bmi_kg_m2 <= 18.5",
    "weight_kg >= 60",
    "region in ('EU', 'IT')",
    "sstr_uptake_vs_liver in ('equal', 'above')",
    "sstr_uptake_vs_liver is null",
)
VALUES: dict[str, tuple[Any, ...]] = {
    "sex": ("female", "male"),
    "weight_kg": (50, 60, 95),
    "height_cm": (160, 180),
    "region": ("EU", "US"),
    "rlt_planned": (True, False),
    "differentiation": ("well", "poor", "moderate", ["well", "poor"], ["poor", "mixed"]),
    "ki67_percent": (2, 10, 12, "8-12", 30, "2-3", "15-25"),
    "mitoses_per_2mm2": (1, 5, 21),
    "grade": ("NET_G2",),
    "grade_reported": ("G1", "G2", "G3", ["G1", "G2"], ["G2", "G3"], ["G3", "NEC"]),
    "grade_basis": ("ki67", "mitoses"),
    "sstr_uptake_vs_liver": ("below", "equal", "above", ["equal", "above"]),
}
POSITIONS = ("recommended", "option", "trial_only", "against")
NOTHING = Examples(applies={}, does_not_apply=(), undetermined=())


def small_base(documents: list[DocumentFile]) -> KnowledgeBase:
    """The packaged vocabulary cut down to a few facts, with these documents only."""
    whole = load_knowledge()
    knowledge = Knowledge(
        digest="",
        sources=whole.sources[:1],
        facts=tuple(entry for entry in whole.facts if entry.id in FACTS),
        options=tuple(o for o in whole.options if o.id in {OPTION, OTHER, "prrt", "radioligand"}),
        documents=tuple(documents),
        measures=whole.measures,
    )
    return KnowledgeBase(knowledge)


def document(
    name: str,
    scope: str,
    entries: list[tuple[str, str, str | None]],
    preferring: Sequence[tuple[str, str | None]] = (),
    coverage: Sequence[tuple[str, str]] = (),
) -> DocumentFile:
    """A document whose entries are (position, criterion, broad criterion) on one option.

    ``preferring`` are criteria for whom the other option is preferred to it, ``coverage`` the
    topics as (level, criterion).
    """
    positions = [
        ((Position(option=OPTION, intent=INTENT, position=position),), when, broad)
        for position, when, broad in entries
    ]
    other = Position(option=OTHER, intent=INTENT, position="recommended", preferred_over=(OPTION,))
    positions += [((other,), when, broad) for when, broad in preferring]
    head: dict[str, Any] = {"schema": 1}
    return DocumentFile(
        document=DocumentHeader(
            id=name,
            title=name,
            short=name,
            body=name,
            year=2020,
            kind="guideline",
            region=("any",),
            source=load_knowledge().sources[0].id,
            scope=scope,
            scope_note="",
            coverage=tuple(Coverage(topic="t", when=when, level=level) for level, when in coverage),
            **head,
        ),
        recommendations=tuple(
            Recommendation(
                id=f"r{index}",
                when=when,
                when_broad=broad,
                options=options,
                note="",
                source=load_knowledge().sources[0].id,
                verification="primary",
                examples=NOTHING,
            )
            for index, (options, when, broad) in enumerate(positions)
        ),
    )


@cache
def random_base(seed: int, count: int, *, widely: bool = False) -> KnowledgeBase:
    """A base with random documents; ``widely`` with preferences and topics read more or less."""
    choose = random.Random(seed)
    return small_base([_random_document(choose, f"d{index}", widely) for index in range(count)])


def _random_document(choose: random.Random, name: str, widely: bool) -> DocumentFile:
    scope = "true" if choose.random() < 0.7 else choose.choice(ATOMS)
    entries = []
    for _ in range(choose.randint(1, 2)):
        when = _criterion(choose)
        broad = f"({when}) or {choose.choice(ATOMS)}" if choose.random() < 0.2 else None
        position = choose.choices(POSITIONS, weights=(6, 3, 1, 2))[0]
        entries.append((position, when, broad))
    if not widely:
        return _with_conditions(document(name, scope, entries))
    preferring: list[tuple[str, str | None]] = []
    if choose.random() < 0.5:
        when = _criterion(choose)
        preferring.append((when, choose.choice((None, f"({when}) or {choose.choice(ATOMS)}"))))
    topics = [
        (choose.choice(("complete", "partial", "none")), choose.choice(("true", *ATOMS)))
        for _ in range(choose.randint(0, 2))
    ]
    # Without positions of its own on the option, a document may only prefer another.
    held = entries if choose.random() < 0.8 else []
    return _with_conditions(document(name, scope, held, preferring, topics))


def _with_conditions(made: DocumentFile) -> DocumentFile:
    provided = tuple(map(_provided, made.recommendations))
    return made.model_copy(update={"recommendations": provided})


def _provided(entry: Recommendation) -> Recommendation:
    """Give every fourth entry a condition that does not stand in its way while it is unknown."""
    choose = random.Random(f"provided {entry.when}")
    condition = _criterion(choose) if choose.random() < 0.25 else None
    return entry.model_copy(update={"provided": condition})


def _criterion(choose: random.Random) -> str:
    parts = [choose.choice(ATOMS) for _ in range(choose.choice((1, 2, 2, 3)))]
    parts = [f"not ({part})" if choose.random() < 0.25 else part for part in parts]
    return choose.choice((" and ", " and ", " or ")).join(f"({part})" for part in parts)


def random_patient(choose: random.Random, base: KnowledgeBase) -> Facts:
    """A patient about whom most is known."""
    given = {
        name: choose.choice(values)
        for name, values in VALUES.items()
        if choose.random() < (0.1 if name == "grade" else 0.75)
    }
    return facts_of_values(given, base.knowledge, base.criteria)
