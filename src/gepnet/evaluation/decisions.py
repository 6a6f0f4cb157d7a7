"""What a decision class of a published case means as options and purposes.

Read from ``knowledge/cases/classes.yaml``. Only facts known at the decision enter: nothing is
inferred from what was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gepnet.criteria import Node, facts_of, interpret
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.io import CaseRecord
from gepnet.io.case_file import table

TUMOUR_CONTROL = "tumour_control"
SYMPTOM_CONTROL = "symptom_control"
LOCALISED = "localised disease"


@dataclass(frozen=True)
class Part:
    """One decision class of a decision point: what documents are asked, or why they are not.

    ``options`` is the option of the class, or the agents of it that the decision names;
    ``going_on`` the option of continuing a treatment that was given before.
    """

    name: str
    options: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    going_on: str | None = None
    in_trial: bool = False
    out_of_scope: str | None = None


class Decisions:
    """The decision classes with their options, purposes and limits."""

    def __init__(self, base: KnowledgeBase) -> None:
        """Read the table and its criteria."""
        classes = table("classes")
        rules = classes["evaluation"]
        self._base = base
        self._options: dict[str, str] = classes["classes"]
        self._no_option: dict[str, str] = classes["not_an_option"]
        self._not_antitumour: dict[str, str] = rules["not_antitumour"]
        self._intents: dict[str, list[str]] = rules["intents"]
        self._localised: Node = base.criteria(rules["localised"])
        self._symptoms: list[tuple[Node, frozenset[str] | None]] = [
            (base.criteria(rule["when"]), frozenset(rule["classes"]) if "classes" in rule else None)
            for rule in rules["symptom_control"]
        ]
        self._going_on: dict[str, tuple[str, Node]] = {
            name: (rule["option"], base.criteria(rule["when"]))
            for name, rule in rules["continuation"].items()
        }
        self._trial = frozenset(rules["trial"]["classes"])
        self._setting: str = rules["trial"]["setting"]
        self._agents = table("words")["agents"]

    @property
    def facts_named(self) -> frozenset[str]:
        """The facts that the criteria of the table name."""
        nodes = [self._localised, *(node for node, _ in self._symptoms)]
        nodes += [node for _, node in self._going_on.values()]
        return frozenset(name for node in nodes for name in facts_of(node))

    def parts(self, case: CaseRecord, facts: Facts) -> list[Part]:
        """Return the decision classes of a decision point, each as options and purposes."""
        localised = interpret(self._localised, facts.values) is True
        in_trial = any(name in self._trial for name in case.decision_classes)
        judged = [name for name in case.decision_classes if self._reason(name) is None]
        parts = []
        for name in dict.fromkeys(case.decision_classes):
            reason = LOCALISED if localised else self._reason(name)
            if reason is None and name == self._setting and len(judged) > 1:
                reason = "the setting of the treatment decided with it"
            if reason is not None:
                parts.append(Part(name, out_of_scope=reason))
                continue
            options = self._named(name, case.decision_text or "")
            intents = self._purposes(name, facts)
            parts.append(Part(name, options, intents, self._continued(name, facts), in_trial))
        return parts

    def _continued(self, name: str, facts: Facts) -> str | None:
        option, node = self._going_on.get(name, (None, None))
        return option if node is not None and interpret(node, facts.values) is True else None

    def _reason(self, name: str) -> str | None:
        if name not in self._options and name not in self._no_option:
            return "no class of the list"
        return self._no_option.get(name) or self._not_antitumour.get(name)

    def _named(self, name: str, text: str) -> tuple[str, ...]:
        """Return the agents of the class that the decision names, or else the class itself."""
        option = self._options[name]
        members = self._base.options.members(option)
        found = [a["option"] for a in self._agents if a["within"] in self._base.options
                 and a["option"] in members and a["words"] in text]  # fmt: skip
        return tuple(dict.fromkeys(found)) or (option,)

    def _purposes(self, name: str, facts: Facts) -> tuple[str, ...]:
        if name in self._intents:
            return tuple(self._intents[name])
        symptoms = any(
            (classes is None or name in classes) and interpret(node, facts.values) is True
            for node, classes in self._symptoms
        )
        return (TUMOUR_CONTROL, SYMPTOM_CONTROL) if symptoms else (TUMOUR_CONTROL,)


def rows_of(base: KnowledgeBase, option: str, intents: Sequence[str]) -> list[tuple[str, str]]:
    """Return the rows in which documents speak of an option: its own, or of the class above it."""
    rows: list[tuple[str, str]] = []
    for intent in intents:
        held = (name for name in base.options.lineage(option) if (name, intent) in base.row_order)
        rows.extend((name, intent) for name in list(held)[:1])
    return rows


def member_rows(base: KnowledgeBase, option: str, intents: Sequence[str]) -> list[tuple[str, str]]:
    """Return the rows of the members of a class, of which the decision takes one."""
    below = base.options.members(option)[1:]
    return [(name, intent) for intent in intents for name in below
            if (name, intent) in base.row_order]  # fmt: skip
