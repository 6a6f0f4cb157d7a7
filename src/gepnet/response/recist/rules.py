"""The rules of RECIST 1.1 as models over their data file, and the options it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from gepnet.knowledge import InputError, MeasureFile, Problem, nearest, refuse_all
from gepnet.knowledge.shapes import Said, SourceId, Stated, Strict

FILE = "measures/recist-1.1.yaml"
NONE = "none"  # the patient has no lesions of this kind
THOUSANDTHS = 1000  # lengths are integers of 0.001 mm, limits in percent of 0.001 %
PERCENT = 100


class Limit(Stated):
    """A number with the rule it belongs to."""

    value: Decimal
    rule: str

    @property
    def thousandths(self) -> int:
        """The number as an integer of thousandths (0.001 mm, 0.001 %)."""
        return int(self.value * THOUSANDTHS)


class Limits(Strict):
    """Limits of size and number; lengths in millimetres."""

    target_non_nodal_mm: Limit
    target_node_mm: Limit
    pathological_node_mm: Limit
    caliper_mm: Limit
    chest_xray_mm: Limit
    slice_mm: Limit
    slice_factor: Limit
    targets_in_all: Limit
    targets_an_organ: Limit
    too_small_mm: Limit
    absent_mm: Limit
    baseline_days: Limit


class ResponseLimits(Strict):
    """The three numbers of the target response."""

    partial_response_percent: Limit
    progression_percent: Limit
    progression_mm: Limit

    @property
    def changes(self) -> tuple[Decimal, Decimal]:
        """The changes in percent at which a response begins: a rise, and a fall below zero."""
        return self.progression_percent.value, -self.partial_response_percent.value


class ValueRule(Said):
    """What a lesion counts whose diameter does not say it."""

    id: str


class NeverMeasurable(Stated):
    """Kinds of lesion that no size makes measurable."""

    kinds: tuple[str, ...]


class Methods(Stated):
    """Methods of imaging that give a measurement, and those that do not."""

    accepted: tuple[str, ...]
    refused: tuple[str, ...]


class LocallyTreated(Stated):
    """What local treatment means for a lesion."""

    rule: str


class Organs(Stated):
    """Words for one organ; all nodes are one."""

    same: dict[str, tuple[str, ...]]
    nodes: str

    def canonical(self, organ: str, nodal: bool) -> str:
        """Return the organ that counts for the limit of targets an organ."""
        if nodal:
            return self.nodes
        word = " ".join(organ.casefold().replace("_", " ").replace(",", " ").split())
        return self._words.get(word, word)

    @cached_property
    def _words(self) -> dict[str, str]:
        return {word: organ for organ, words in self.same.items() for word in (organ, *words)}


class OverallRow(Stated):
    """One row of the table of overall responses; an empty list stands for any value."""

    target: tuple[str, ...] = ()
    non_target: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    overall: str


class Overall(Strict):
    """Target x non-target x new lesion: the overall response of a time point."""

    target: tuple[str, ...]
    non_target: tuple[str, ...]
    new: tuple[str, ...]
    rows: tuple[OverallRow, ...]
    note: str

    @cached_property
    def table(self) -> dict[tuple[str, str, str], OverallRow]:
        """Every combination with the first row that fits it.

        Raises:
            InputError: if a combination has no row.
        """
        found: dict[tuple[str, str, str], OverallRow] = {}
        for key in product(self.target, self.non_target, self.new):
            row = next((row for row in self.rows if _fits(row, key)), None)
            if row is None:
                text = " x ".join(key)
                raise InputError([Problem(FILE, None, "overall", "rows", text, "a row for it")])
            found[key] = row
        return found


def _fits(row: OverallRow, key: tuple[str, str, str]) -> bool:
    allowed = (row.target, row.non_target, row.new)
    return all(not values or value in values for values, value in zip(allowed, key, strict=True))


class Best(Stated):
    """Order of preference of responses, best first."""

    order: tuple[str, ...]


class Pair(Strict):
    """First and second assessment, and what the paper allows as confirmed best response."""

    first: str
    second: str
    best: tuple[str, ...]
    early: tuple[str, ...]


class Pairs(Stated):
    """The paper's table of two assessments."""

    rows: tuple[Pair, ...]


class Choice(Said):
    """A named option: words, or a whole number from ``minimum``."""

    id: str
    default: str | int
    values: tuple[str, ...] = ()
    minimum: int | None = None

    @property
    def allowed(self) -> tuple[str, ...] | str:
        """The words that may be given, or in words that it is a number."""
        return self.values or "a whole number"

    @property
    def expected(self) -> str:
        """What may be given."""
        return f"one of {', '.join(self.values)}" if self.values else "a whole number, 0 or more"


class PfsRule(Strict):
    """One rule of the end of progression-free survival."""

    id: str
    says: str


class Pfs(Stated):
    """Rules of progression-free survival."""

    rules: tuple[PfsRule, ...]


class Never(Said):
    """Something that is never progression by itself."""

    what: str


class Rules(MeasureFile):
    """RECIST 1.1."""

    files = ("recist-1.1",)
    id: str
    title: str
    source: SourceId
    limits: Limits
    values: tuple[ValueRule, ...]
    response: ResponseLimits
    never_measurable: NeverMeasurable
    other_kinds: dict[str, str]
    not_lesions: tuple[str, ...]
    methods: Methods
    locally_treated: LocallyTreated
    organs: Organs
    overall: Overall
    best: Best
    confirmed_pairs: Pairs
    options: tuple[Choice, ...]
    pfs: Pfs
    never_progression: tuple[Never, ...]
    notes: tuple[Said, ...]

    def row(self, target: str | None, non_target: str | None, new: bool | None) -> OverallRow:
        """Return the row of the table for a time point; None: no such lesions, or equivocal."""
        word = {True: "yes", False: "no", None: "equivocal"}[new]
        return self.overall.table[target or NONE, non_target or NONE, word]

    @cached_property
    def unverified(self) -> frozenset[str]:
        """Ids of the options and value rules that are recalled or chosen, not read."""
        named: tuple[Choice | ValueRule, ...] = (*self.options, *self.values)
        return frozenset(rule.id for rule in named if rule.verification == "unverified")


@dataclass(frozen=True, slots=True)
class Options:
    """The choices that the paper leaves open; what each means is in the data file."""

    pr_carry_forward: str
    missing_targets: str
    reappearance_after_cr: str
    equivocal_new_confirmed: str
    confirmation_days: int
    sd_minimum_days: int
    max_ne_between: int
    max_sd_between: int
    no_assessment: str
    less_after_cr: str
    early_sd_after_cr: str
    response_new_therapy: str
    pfs_new_therapy: str
    pfs_longest_gap_days: int


def overall_rows(rules: Rules) -> list[tuple[tuple[str, str, str], OverallRow]]:
    """Return every combination of target, non-target and new lesion that a patient can have."""
    return [(key, row) for key, row in rules.overall.table.items() if key[:2] != (NONE, NONE)]


def read_options(rules: Rules, given: Mapping[str, str | int] | None = None) -> Options:
    """Return the options with their defaults, changed as ``given``.

    Raises:
        InputError: naming each option that is unknown or has no such value.
    """
    choices = {choice.id: choice for choice in rules.options}
    values: dict[str, Any] = {name: choice.default for name, choice in choices.items()}
    problems = []
    for name, text in (given or {}).items():
        choice = choices.get(name)
        if choice is None:
            expected = f"one of {', '.join(choices)}"
            near = nearest(name, choices)
            problems.append(Problem("option", None, "", name, str(text), expected, near))
            continue
        value = _value(choice, str(text))
        if value is None:
            near = nearest(str(text), choice.values)
            problems.append(Problem("option", None, "", name, str(text), choice.expected, near))
        else:
            values[name] = value
    refuse_all(problems)
    return Options(**values)


def _value(choice: Choice, text: str) -> str | int | None:
    if choice.values:
        return text if text in choice.values else None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
    return None if number is None or number < (choice.minimum or 0) else number
