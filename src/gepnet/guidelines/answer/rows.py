"""The rows of an answer: options at the level at which documents speak, each document once.

A document that speaks of a class speaks of its members. A class is taken apart into its members
where most of the documents that speak of it name one and the same member; else the class is one
row, in which those who name a member stand with its name. So no document is lost, and a class and
its members do not repeat each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gepnet.guidelines.answer.questions import AskedQuestion, also
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.model import Assessment, Cell
from gepnet.guidelines.status import FOR, OPEN, SPOKEN, Status

#: Statuses of a document that stands in a row: it takes a position, or one is open.
STANDING = SPOKEN | OPEN


@dataclass(frozen=True)
class Stand:
    """A document in a row.

    Attributes:
        document: its id.
        cell: what it says of the option of the row, or of a member that it names.
        by_class: whether it speaks of a class of the option only.
    """

    document: str
    cell: Cell
    by_class: bool


@dataclass(frozen=True)
class AnswerRow:
    """Options that documents speak of in one breath, for one purpose.

    Attributes:
        options: one, or siblings on which every document stands alike.
        intent: the purpose.
        stands: documents with what they say, the newest first.
        unverified: documents of which only entries that do not count speak of it.
        minority: documents of which a minority of the authors speaks of it.
    """

    options: tuple[str, ...]
    intent: str
    stands: tuple[Stand, ...]
    unverified: tuple[str, ...] = ()
    minority: tuple[str, ...] = ()

    def documents(self, statuses: Iterable[Status] = STANDING) -> tuple[str, ...]:
        """Return the documents with one of some statuses, each once."""
        among = frozenset(statuses)
        return tuple(dict.fromkeys(s.document for s in self.stands if s.cell.status in among))

    @cached_property
    def in_favour(self) -> int:
        """How many documents are for it."""
        return len(self.documents(FOR))

    @cached_property
    def of(self) -> int:
        """How many documents stand in the row."""
        return len(self.documents())


@dataclass(frozen=True)
class AnswerRows:
    """Every row of a patient, in the order in which they are read.

    Attributes:
        treatments: of the purposes and options asked about, and after them the other treatments
            for the same purposes; of one purpose each.
        other_purposes: treatments for a purpose that is not asked about.
        beside: supportive measures.
        tests: tests and follow-up.
    """

    treatments: tuple[AnswerRow, ...] = ()
    other_purposes: tuple[AnswerRow, ...] = ()
    beside: tuple[AnswerRow, ...] = ()
    tests: tuple[AnswerRow, ...] = ()

    def __iter__(self) -> Iterator[AnswerRow]:
        """Iterate over all rows."""
        yield from (*self.treatments, *self.other_purposes, *self.beside, *self.tests)


def rows_of(base: KnowledgeBase, assessment: Assessment, question: AskedQuestion) -> AnswerRows:
    """Return the rows of an assessment for a question, those with most documents for them first."""
    parts: dict[str, list[AnswerRow]] = {}
    for intent in dict.fromkeys(intent for _, intent in base.rows):
        for row in _Level(base, assessment, intent).rows():
            parts.setdefault(_part(row, question, base), []).append(row)
    place = {option: index for index, option in enumerate(base.options)}
    ordered = {
        name: tuple(
            sorted(
                rows,
                key=lambda row: (
                    not question.is_about(row.options[0], row.intent, base),
                    -row.in_favour,
                    place[row.options[0]],
                ),
            )
        )
        for name, rows in parts.items()
    }
    return AnswerRows(**ordered)


def _part(row: AnswerRow, question: AskedQuestion, base: KnowledgeBase) -> str:
    option = row.options[0]
    kind = base.options[option].kind
    if question.is_about(option, row.intent, base):
        return "treatments"
    if kind == "treatment" or option in also(base):
        return "treatments" if row.intent in question.of.intents else "other_purposes"
    return "beside" if kind == "supportive" else "tests"


@dataclass
class _Level:
    """Finds the rows of one purpose."""

    base: KnowledgeBase
    assessment: Assessment
    intent: str
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look up which documents stand on which option, and which name it."""
        for name, document in self.assessment.documents.items():
            for (option, intent), cell in document.cells.spoken.items():
                if intent == self.intent and cell.status in STANDING:
                    self.cells.setdefault(option, {})[name] = cell
                    if any(not reason.by_class for reason in cell.reasons):
                        self.named.setdefault(option, []).append(name)

    def rows(self) -> list[AnswerRow]:
        """Return the rows of every option that has no class above it."""
        options = self.base.options
        found = [row for top in options if options[top].parent is None for row in self._under(top)]
        found += self._uncounted_alone(found)
        return _joined(found, self._alike, lambda option: options[option].parent)

    def _under(self, option: str) -> list[AnswerRow]:
        here = self.named.get(option, [])
        below = [o for o in self.base.options.members(option) if o != option and o in self.named]
        if not below:
            return [self._row(option, self.cells[option])] if here else []
        apart = [row for one in self.base.options.children(option) for row in self._under(one)]
        if option not in self.cells:
            return apart
        if not self._is_taken_apart(option, below):
            return [self._folded(option, below)]
        # A document may be about the class and, by its subject, not about these members.
        shown = {stand.document for row in apart for stand in row.stands}
        left = {d: cell for d, cell in self.cells[option].items() if d not in shown and d in here}
        return [*([self._row(option, left)] if left else []), *apart]

    def _is_taken_apart(self, option: str, below: Sequence[str]) -> bool:
        """Whether most documents that speak of a class, or in it, name one and the same member."""
        covers = self.base.options.covers
        everyone = {*self.cells[option], *(d for one in below for d in self.named[one])}
        most = max(
            len({d for one in below if covers(child, one) for d in self.named[one]})
            for child in self.base.options.children(option)
        )
        return 2 * most > len(everyone)

    def _row(self, option: str, cells: Mapping[str, Cell]) -> AnswerRow:
        stands = [
            Stand(document, cell, document not in self.named.get(option, ()))
            for document, cell in cells.items()
        ]
        return self._made(option, (option,), stands)

    def _folded(self, option: str, below: Sequence[str]) -> AnswerRow:
        """Return a class as one row, with the members that documents name for themselves."""
        above = self.cells.get(option, {})
        own = self.named.get(option, ())
        stands = [Stand(d, cell, d not in own) for d, cell in above.items()]
        said = {(stand.document, stand.cell.status) for stand in stands}
        for one in below:
            for document in self.named[one]:
                cell = self.cells[one][document]
                if (document, cell.status) not in said:
                    said.add((document, cell.status))
                    stands.append(Stand(document, cell, False))
        return self._made(option, (option, *below), stands)

    def _made(self, option: str, looked_at: Sequence[str], stands: Sequence[Stand]) -> AnswerRow:
        documents = self.assessment.documents
        order = {name: index for index, name in enumerate(documents)}
        ranked = sorted(
            stands,
            key=lambda s: (
                -documents[s.document].document.file.document.year,
                order[s.document],
            ),
        )
        standing = {stand.document for stand in stands}
        unverified, minority = self._uncounted(looked_at)
        return AnswerRow(
            (option,),
            self.intent,
            tuple(ranked),
            tuple(name for name in unverified if name not in standing),
            tuple(minority),
        )

    def _uncounted(self, options: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the documents with unverified entries, and those with entries of a minority."""
        unverified, minority = dict[str, None](), dict[str, None]()
        for option in options:
            for name, document in self.assessment.documents.items():
                cell = document.cells.spoken.get((option, self.intent))
                if cell is not None and cell.unverified:
                    unverified[name] = None
                if cell is not None and cell.dissent:
                    minority[name] = None
        return list(unverified), list(minority)

    def _uncounted_alone(self, rows: Sequence[AnswerRow]) -> list[AnswerRow]:
        """Return a row for every option of which only entries that do not count speak by name."""
        options = self.base.options
        shown = {option for row in rows for option in row.options}
        found = []
        for option, intent in self.base.rows:
            related = any(
                options.covers(one, option) or options.covers(option, one) for one in shown
            )
            if intent != self.intent or related:
                continue
            named = any(
                not reason.by_class
                for document in self.assessment.documents.values()
                if (cell := document.cells.spoken.get((option, intent))) is not None
                for reason in (*cell.unverified, *cell.dissent)
            )
            if named:
                found.append(self._made(option, (option,), ()))
        return found

    def _alike(self, row: AnswerRow) -> tuple[object, ...]:
        """Return what two rows have in common whose documents stand alike on both."""
        cells = tuple((s.document, s.cell.status, s.cell.missing, s.by_class) for s in row.stands)
        return cells, row.unverified, row.minority


def _joined(
    rows: Sequence[AnswerRow],
    alike: Callable[[AnswerRow], tuple[object, ...]],
    parent: Callable[[str], str | None],
) -> list[AnswerRow]:
    """Return the rows, siblings on which every document stands alike as one."""
    found: dict[tuple[object, ...], AnswerRow] = {}
    for row in rows:
        above = parent(row.options[0])
        key = (above, *alike(row)) if above is not None and row.stands else (row.options,)
        if key in found:
            before = found[key]
            options = (*before.options, *row.options)
            found[key] = AnswerRow(
                options, row.intent, before.stands, before.unverified, before.minority
            )
        else:
            found[key] = row
    return list(found.values())
