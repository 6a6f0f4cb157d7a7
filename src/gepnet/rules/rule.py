"""A rule: one entry of the knowledge with its criterion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from gepnet.criteria import Always, And, Certain, Node, Not, Or, facts_of
from gepnet.knowledge.rule_models import RuleEntry

E_co = TypeVar("E_co", bound=RuleEntry, covariant=True)


def unless_known_otherwise(node: Node, provided: Node) -> Node:
    """Return a criterion without those who are known not to meet what it is provided for."""
    condition = Not(Certain(Not(provided)))
    if node == Always(True):
        return condition
    return And((*(node.operands if isinstance(node, And) else (node,)), condition))


@dataclass(frozen=True)
class Rule(Generic[E_co]):
    """An entry with its criterion: a recommendation, label, safety rule, checklist item and so on.

    Attributes:
        entry: what the knowledge says.
        owner: the document, checklist or set of rules that the entry belongs to.
        when: whom it includes, the text read narrowly; whoever is known not to meet ``provided`` is
            left out.
        when_broad: the same read broadly; None where the text is not ambiguous.
        scope: whom its document speaks of at all; None for everybody.
        provided: what has to turn out to be so, and does not stand in its way while it is unknown.
    """

    entry: E_co
    owner: str
    when: Node
    when_broad: Node | None = None
    scope: Node | None = None
    provided: Node | None = None

    @cached_property
    def full_id(self) -> str:
        """``owner/entry``."""
        return f"{self.owner}/{self.entry.id}"

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The criterion in each of its readings, the narrow one first."""
        return (self.when,) if self.when_broad is None else (self.when, self.when_broad)

    @property
    def broadest(self) -> Node:
        """The criterion in its broadest reading: whom it does not include is certainly out."""
        return self.nodes[-1]

    @cached_property
    def either_way(self) -> Node:
        """The criterion read broadly, where whom it includes narrowly is included in any case.

        The two differ where a record contradicts itself: the broad words need not hold then.
        """
        if self.when_broad is None:
            return self.when
        return Or((Certain(self.when), self.when_broad))

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The distinct facts that the criterion names in any of its readings."""
        return tuple(dict.fromkeys(name for node in self.nodes for name in facts_of(node)))

    @cached_property
    def counts(self) -> bool:
        """Whether it counts as a position of its owner: verified, and not a minority's."""
        return self.entry.verification != "unverified" and not getattr(self.entry, "dissent", False)
