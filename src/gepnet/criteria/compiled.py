"""Criteria by their text, parsed once and kept on disk.

Importing the SQL parser costs half a second; a command that only evaluates known criteria never
needs it. The file is keyed by the digest of the knowledge, so it can never be stale.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gepnet.criteria.ast import And, Certain, Node, Not, Or
from gepnet.criteria.codec import decode, encode
from gepnet.knowledge import cache_file, write_atomically
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
        """Read what earlier runs parsed for the same knowledge, if there is such a file."""
        self.vocabulary = vocabulary
        self._nodes: dict[str, Node] = {}
        self._parts: dict[Node, Node] = {}
        self._file = cache_file(f"criteria-{digest[:20]}.json") if digest else None
        self._stored: dict[str, Any] = {}
        if self._file is not None and self._file.is_file():
            try:
                self._stored = dict(json.loads(self._file.read_text(encoding="utf-8")))
            except (TypeError, ValueError):
                self._file.unlink(missing_ok=True)

    def __call__(self, text: str) -> Node:
        """Return the criterion that ``text`` says.

        Raises:
            CriterionError: if it is not in the language.
        """
        node = self._nodes.get(text)
        if node is None:
            node = self._known(text) or self._parse(text)
            node = self._nodes[text] = self.shared(node)
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

    def _known(self, text: str) -> Node | None:
        try:
            return decode(self._stored[text]) if text in self._stored else None
        except ValueError:  # a damaged file: as good as no file
            return None

    def _parse(self, text: str) -> Node:
        from gepnet.criteria.parse import parse

        return parse(text, self.vocabulary)

    def store(self) -> None:
        """Keep everything parsed so far for the next run."""
        known = dict(self._nodes)  # a server parses further criteria meanwhile
        if self._file is not None and any(text not in self._stored for text in known):
            nodes = {text: encode(node) for text, node in known.items()}
            self._stored = {**self._stored, **nodes}
            write_atomically(self._file, json.dumps(self._stored))
