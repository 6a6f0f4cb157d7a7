"""Criteria by their text, parsed once and kept for the next run.

Importing the SQL parser takes long: a command that only evaluates known criteria never needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gepnet.criteria.ast import And, Certain, Node, Not, Or
from gepnet.knowledge import Kept
from gepnet.vocabulary import Vocabulary


@dataclass(frozen=True)
class Fault:
    """One fault in a criterion."""

    value: str
    expected: str
    suggestion: str | None = None


class CriterionError(ValueError):
    """A criterion that is not in the language; ``faults`` holds every reason."""

    def __init__(self, text: str, faults: list[Fault]) -> None:
        """Keep all faults."""
        self.text = text
        self.faults = faults
        reasons = "; ".join(f"{fault.value}: expected {fault.expected}" for fault in faults)
        super().__init__(f"{text!r}: {reasons}")


class Criteria:
    """Parses criteria of one vocabulary and remembers them."""

    def __init__(self, vocabulary: Vocabulary, digest: str = "") -> None:
        """Begin with what earlier runs kept for the knowledge of this digest."""
        self.vocabulary = vocabulary
        self._digest = digest
        self._nodes: dict[str, Node] = {}
        self._parts: dict[Node, Node] = {}
        self._new: dict[str, Node] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Whoever keeps the criteria keeps those that are known so far; none of them is new."""
        state = {**vars(self), "_new": {}}
        state.pop("_earlier", None)
        return state

    @cached_property
    def _earlier(self) -> dict[str, Node]:
        """What earlier runs kept, read once a criterion is asked for that is not known yet."""
        return self._kept.read() or {}

    @property
    def _kept(self) -> Kept[dict[str, Node]]:
        return Kept("criteria", self._digest, "knowledge", "vocabulary", "criteria")

    def __call__(self, text: str) -> Node:
        """Return the criterion that ``text`` says.

        Raises:
            CriterionError: if it is not in the language.
        """
        node = self._nodes.get(text)
        if node is None:
            node = self._nodes[text] = self.shared(self._earlier.get(text) or self._parse(text))
        return node

    def shared(self, node: Node) -> Node:
        """Return the one object for equal parts, so that a part can be evaluated once."""
        match node:
            case Not(operand) | Certain(operand):
                node = type(node)(self.shared(operand))
            case And(operands):
                node = And(tuple(self.shared(operand) for operand in operands))
            case Or(operands):
                node = Or(tuple(self.shared(operand) for operand in operands))
        return self._parts.setdefault(node, node)

    def _parse(self, text: str) -> Node:
        from gepnet.criteria.parse import parse

        node = self._new[text] = parse(text, self.vocabulary)
        return node

    def store(self) -> None:
        """Keep what was parsed so far for the next run."""
        new = dict(self._new)  # a server parses further criteria meanwhile
        if new.keys() - self._earlier.keys():
            self._earlier = {**self._earlier, **new}
            self._kept.write(self._earlier)
