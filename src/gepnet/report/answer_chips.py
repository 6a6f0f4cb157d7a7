"""A row of the answer for a reader: chips of documents by column, label, payer, what failed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from gepnet.criteria.prose import listed
from gepnet.guidelines import Assessment, Cell, KnowledgeBase, Status
from gepnet.guidelines.answer import AnswerRow, Stand
from gepnet.guidelines.answer.questions import Answers
from gepnet.guidelines.pathway.wording import Wordings
from gepnet.knowledge.models import DocumentHeader
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.report.access import NOT_READ, AccessCell, AccessView, access_views
from gepnet.report.explanations import Reader, strength_text
from gepnet.report.history import History
from gepnet.report.words import BADGES, SIGNS, badge_word, status_word
from gepnet.tables import Shown, view_class

#: The columns of the table with the statuses that stand in each: what is partly against is no
#: support, and what is for it in one of two strengths is not known to be the stronger.
COLUMNS: dict[str, tuple[Status, ...]] = {
    "recommended": (Status.RECOMMENDED,),
    "option_for": (Status.OPTION, Status.IN_FAVOUR),
    "trial_only": (Status.TRIAL_ONLY,),
    "against": (Status.AGAINST, Status.CONFLICTING),
    "text_open": (Status.TEXT_OPEN,),
    "fact_missing": (Status.FACT_MISSING,),
}
_YEAR = re.compile(r"\s((?:19|20)\d\d)$")


@view_class
class MissingFactView:
    """A fact that a position waits for; ``order`` is the number of the order that brings it."""

    entry: Annotated[FactEntry, Shown(take="id label", flat=True)]
    order: int | None


@view_class
class Chip:
    """One document in one row: what it says, in which strength, how well that was read."""

    head: Annotated[DocumentHeader, Shown(take="id:document kind", flat=True)]
    name: str
    year: int
    text: str
    cell: Annotated[Cell, Shown(take="status option intent badge", flat=True)]
    symbol: str
    word: str
    strength: str | None
    badge_letter: str
    badge_word: str
    by_class: str | None
    named: str | None
    provided: str | None
    missing: list[MissingFactView]
    recommendations: list[str]


@view_class
class AccessEntry:
    """Label and payer of one medicine in one region."""

    access: Annotated[AccessView, Shown(take="option option_label region", flat=True)]
    label: Annotated[AccessCell, Shown(take="status:label words:label_words", flat=True)]
    payer: Annotated[AccessCell, Shown(take="status:payer words:payer_words", flat=True)]


@view_class
class SubRow:
    """The same option for another purpose: counted for itself."""

    intent: str
    intent_label: str
    in_favour: Annotated[int, Shown("for")]
    of: int
    cells: dict[str, list[Chip]]


@view_class
class RowView:
    """An option with the documents that stand on it, by column."""

    options: list[str]
    label: str
    short: str
    intent: str
    intent_label: str
    asked_about: bool
    in_favour: Annotated[int, Shown("for")]
    of: int
    cells: dict[str, list[Chip]]
    failed: list[str]
    done: list[str]
    access: list[AccessEntry]
    access_words: str
    second: list[SubRow]
    unverified: list[str]
    minority: list[str]


@dataclass
class RowReader:
    """Puts the rows of one patient into words.

    Attributes:
        assessment: of the patient.
        base: the knowledge that it was made with.
        words: the texts of a language.
        orders: the number of the order that brings a recorded fact.
    """

    assessment: Assessment
    base: KnowledgeBase
    words: Mapping[str, str]
    orders: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare what every row asks."""
        self.wordings = Wordings(self.base)
        self._reader = Reader(self.base, self.assessment.facts)
        self._history = History(self.assessment.facts, self.base)

    @cached_property
    def access(self) -> list[AccessView]:
        """Label and payer of each medicine, in the region of the patient or in each region."""
        return access_views(self.assessment, self.base)

    def document(self, name: str) -> str:
        """Return the short name of a document with its year."""
        short, year = self._name(name)
        return f"{short} {year}"

    def documents(self, names: Sequence[str], most: int = 4) -> str:
        """Return documents in one phrase; of many the first, and the number of the others."""
        told = [self.document(name) for name in names[:most]]
        if len(names) > most:
            first, rest = ", ".join(told[: most - 1]), len(names) - most + 1
            return self.words["and_more"].format(who=first, n=rest)
        return listed(told, self.base.vocabulary.phrases.and_word)

    def option(self, row: AnswerRow) -> str:
        """Return the options of a row by their labels."""
        return ", ".join(self.base.options[one].label for one in self._names(row))

    def short(self, row: AnswerRow) -> str:
        """Return the options of a row as they are called within a sentence."""
        return ", ".join(self.wordings.option(one) for one in self._names(row))

    def title(self, row: AnswerRow) -> str:
        """Return the options of a row by their short names."""
        return ", ".join(self.wordings.title(one) for one in self._names(row))

    def _names(self, row: AnswerRow) -> tuple[str, ...]:
        """Return the options of a row; siblings that are all of a class by it."""
        options = self.base.options
        parent = options[row.options[0]].parent
        if len(row.options) > 1 and parent and set(options.children(parent)) == {*row.options}:
            return (parent,)
        return row.options

    def intent(self, intent: str) -> str:
        """Return what an option is for, where it is not for control of the tumour."""
        keys = {
            "symptom_control": "for_symptoms",
            "downsizing": "to_shrink",
            "staging": "for_staging",
            "monitoring": "for_followup",
        }
        return self.words[keys[intent]] if intent in keys else ""

    def row(self, row: AnswerRow, asked_about: bool, second: Iterable[AnswerRow] = ()) -> RowView:
        """Return a row with the same option for other purposes below it."""
        access = [entry for option in row.options for entry in self._access(option)]
        failed = [
            told
            for option in row.options
            if self._history.failed(option)
            for told in self._history.of(option)
        ]
        return RowView(
            list(row.options),
            self.option(row),
            self.title(row),
            row.intent,
            self.intent(row.intent),
            asked_about,
            row.in_favour,
            row.of,
            self.cells(row),
            list(dict.fromkeys(failed)),
            [] if failed else self._done(row),
            access,
            self._access_words(access),
            [
                SubRow(
                    one.intent,
                    self.intent(one.intent) or self.words["to_control"],
                    one.in_favour,
                    one.of,
                    self.cells(one),
                )
                for one in second
            ],
            [self.document(name) for name in row.unverified],
            [self.document(name) for name in row.minority],
        )

    def _done(self, row: AnswerRow) -> list[str]:
        """Return what is on record of options that are as a rule done once, such as operations."""
        once, covers = Answers.read(self.base.knowledge.measures).once, self.base.options.covers
        told = [
            said
            for option in row.options
            if any(covers(one, option) for one in once)
            for said in self._history.of(option)
        ]
        return list(dict.fromkeys(told))

    def cells(self, row: AnswerRow) -> dict[str, list[Chip]]:
        """Return the chips of a row by column."""
        return {
            name: [self._chip(one, row) for one in row.stands if one.cell.status in statuses]
            for name, statuses in COLUMNS.items()
        }

    def _name(self, name: str) -> tuple[str, int]:
        head = self.assessment.documents[name].document.file.document
        printed = _YEAR.search(head.short)
        if printed is None:
            return head.short, head.year
        return head.short[: printed.start()], int(printed[1])

    def _chip(self, stand: Stand, row: AnswerRow) -> Chip:
        cell = stand.cell
        head = self.assessment.documents[stand.document].document.file.document
        entries = {r.judged.recommendation.full_id: r.judged.recommendation for r in cell.reasons}
        behind = [r for r in cell.reasons if r.position.position == cell.status] or cell.reasons
        strengths = dict.fromkeys(strength_text(r.judged.recommendation.entry) for r in behind)
        badge = cell.badge
        said = self.base.vocabulary.phrases
        name, year = self._name(stand.document)
        options = self.base.options
        above = next((r.position.option for r in cell.reasons if r.by_class), None)
        named = cell.option if cell.option not in row.options else None
        return Chip(
            head,
            name,
            year,
            f"{name} {year}",
            cell,
            SIGNS[cell.status].symbol,
            status_word(cell.status, said),
            ", ".join(text for text in strengths if text) or None,
            BADGES[badge][0] if badge else "",
            badge_word(badge, said) if badge else "",
            options[above].label if stand.by_class and above else None,
            None if named is None else self.wordings.option(named),
            self._provided(cell),
            [
                MissingFactView(entry, self.orders.get(entry.id))
                for entry in self._reader.asks(cell.missing)
            ],
            list(entries),
        )

    def _provided(self, cell: Cell) -> str | None:
        """Return the conditions without which a clear position would not hold."""
        if not cell.is_provided:
            return None
        found = [r.provided for r in cell.reasons if r.provided is not None]
        return "; ".join(dict.fromkeys(self._reader.words(one.node) for one in found)) or None

    def _access(self, option: str) -> list[AccessEntry]:
        """Return label and payer of an option, of its members, or of the class it belongs to."""
        covers = self.base.options.covers
        own = [v for v in self.access if covers(v.option, option) or covers(option, v.option)]
        return [AccessEntry(view, view.label, view.payer) for view in own]

    def _access_words(self, access: Sequence[AccessEntry]) -> str:
        """Return label and payer in one line; what is not read is not told."""
        several = len({one.access.option for one in access}) > 1
        regions = self.assessment.region is None
        labels: dict[str, dict[str, None]] = {}
        payers: dict[str, None] = {}
        for one in access:
            where = one.access.region if regions else ""
            name = one.access.option_label if several else ""
            told = " ".join(part for part in (name, where) if part)
            if one.label.status != NOT_READ:
                labels.setdefault(one.label.words, {})[told] = None
            if one.payer.status != NOT_READ:
                payers[": ".join(part for part in (told, one.payer.words) if part)] = None
        said = [
            word + (f": {', '.join(names)}" if any(names) else "") for word, names in labels.items()
        ]
        return " · ".join([*said, *payers])
