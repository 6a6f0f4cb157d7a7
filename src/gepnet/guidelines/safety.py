"""What is in question for a patient, which decides where a safety rule is shown."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.model import Assessment
from gepnet.guidelines.status import FOR, Status
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.vocabulary import OptionTree

#: A document is for it, if only in a trial or in one of its parts.
IN_FAVOUR = FOR | {Status.TRIAL_ONLY, Status.CONFLICTING}


@dataclass(frozen=True)
class InQuestion:
    """The options that are in question for a patient.

    Attributes:
        supported: those that some document is for, or that the patient takes.
        possible: those that a document may turn out to be for.
        options: the tree that they stand in.
    """

    supported: frozenset[str]
    possible: frozenset[str]
    options: OptionTree

    @classmethod
    def of(cls, assessment: Assessment, base: KnowledgeBase) -> InQuestion:
        """Return what is in question by the documents and by what the patient takes."""
        supported, possible = set[str](), set[str]()
        for document in assessment.documents.values():
            for (option, _), cell in document.cells.spoken.items():
                if cell.status in IN_FAVOUR:
                    supported.add(option)
                elif cell.is_open and not IN_FAVOUR.isdisjoint(cell.possible):
                    possible.add(option)
        for name, fact in assessment.facts.items():
            definition = base.vocabulary[name]
            if definition.family == "on_{therapy}" and fact.value is True and definition.subject:
                supported.add(definition.subject)
        return cls(frozenset(supported), frozenset(possible), base.options)

    def is_about(self, rule: SafetyRule) -> bool:
        """Whether a rule is about the whole patient or about an option in question.

        What says that a use is outside a label is about an option that is supported; every other
        rule also about one that may turn out to be.
        """
        asked = self.supported if rule.off_label else self.supported | self.possible
        # A test that a rule about a treatment names is what to do first, not what it is about.
        treatments = [name for name in rule.options if self.options[name].kind != "test"]
        return not rule.options or any(
            self.options.covers(holder, option)
            for holder in treatments or rule.options
            for option in asked
        )
