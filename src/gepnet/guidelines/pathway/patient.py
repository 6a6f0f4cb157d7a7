"""What a pathway tells of one patient: questions answered, branches taken, open or folded."""

from __future__ import annotations

from dataclasses import dataclass, field

from gepnet.criteria import And, Node, interpret, prose
from gepnet.facts import Facts, show
from gepnet.guidelines.pathway.cut import Page
from gepnet.guidelines.pathway.outcome import cells, needs_stated, rows_on, status_within
from gepnet.guidelines.pathway.space import Variable
from gepnet.guidelines.pathway.walk import Walk, Walker
from gepnet.guidelines.pathway.ways import Way
from gepnet.guidelines.status import Status

_MET = {True: "met", False: "not met", None: "not known"}


@dataclass(frozen=True)
class Outcome:
    """What a document comes to on an option for a patient.

    Attributes:
        option: by id.
        label: of the option.
        status: as in an assessment; undetermined while answers are missing.
        possible: what it may come to, narrowed by what follows from the answers that are known.
    """

    option: str
    label: str
    status: Status
    possible: tuple[Status, ...]


@dataclass(frozen=True)
class Patient:
    """A patient on one page.

    Attributes:
        facts: of the patient.
        found: the way; None where the page does not tell of this patient.
        note: why it does not.
        enters: whether the patient has what everybody has of whom anything is said.
        outcomes: what the document comes to.
    """

    facts: Facts = field(repr=False)
    found: Walk | None
    note: str
    enters: str
    outcomes: tuple[Outcome, ...]

    def branch(self, way: Way, index: int) -> str:
        """Return whether a branch is taken, open or folded."""
        left = None if self.found is None else self.found.open.get(way)
        if left is None or index not in left:
            return "folded"
        return "taken" if len(left) == 1 else "open"

    def known(self, variable: Variable, way: Way) -> str:
        """Return what is known of a fact, or that it follows from the rest."""
        value = self.facts.values.get(variable.name)
        if value is None:
            left = () if self.found is None else self.found.open.get(way, ())
            return "follows from what is known" if len(left) == 1 else ""
        date = self.facts[variable.name].date
        return f"{show(value)} ({date})" if date is not None else show(value)

    def state(self, when: Node, is_open: bool) -> str:
        """Return how a position stands; nothing where the page does not tell of the patient."""
        if self.found is None:
            return ""
        truth = interpret(when, self.facts.values)
        if truth is None:
            return "fact missing"
        return "does not hold" if truth is False else "text open" if is_open else "holds"


def on_page(page: Page, facts: Facts) -> Patient:
    """Return a patient on a page."""
    asked, values = page.asked, facts.values
    vocabulary = asked.space.base.vocabulary
    parts = [
        p for node in asked.given for p in (node.operands if isinstance(node, And) else (node,))
    ]
    for part in parts:
        if interpret(part, values) is False:
            told = prose(part, vocabulary)
            note = f"not a question about this patient, of whom this is not so: {told}"
            return Patient(facts, None, note, "", ())
    if interpret(asked.document.scope, values) is False:
        return Patient(facts, None, "the document is not about this patient", "", ())
    walker = Walker(page)
    found = walker.walk(values)
    if found is None:
        note = "answers that do not go together, or an answer that the pathway does not hold"
        return Patient(facts, None, f"{note}: the assessment alone tells", "", ())
    outcomes = []
    for option in cells(asked):
        rows = [asked.rows[place] for place in rows_on(asked, option)]
        if not needs_stated(asked, rows, values):
            status, possible = status_within(asked, option, found.allowed)
            label = asked.space.base.options[option].label
            outcomes.append(Outcome(option, label, status, possible))
    return Patient(facts, found, "", _MET[found.enters], tuple(outcomes))
