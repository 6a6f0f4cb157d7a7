"""One solver that holds the axioms once and is asked many questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import z3

from gepnet.criteria import Node
from gepnet.criteria.smt import Formula, conj, formula, neg
from gepnet.guidelines.verify.axioms import Axioms, World
from gepnet.guidelines.verify.findings import Tally

DEFAULT_TIMEOUT_MS = 5000

#: A criterion and whether it is to be true or to be false.
Part = tuple[Node, bool]


@dataclass(frozen=True)
class Answer:
    """Whether a patient exists, and if so the model of one."""

    verdict: Literal["found", "none", "timed_out"]
    model: z3.ModelRef | None = None

    @property
    def found(self) -> bool:
        """Whether there is a patient."""
        return self.verdict == "found"


class Prover:
    """Answers whether a possible patient has some properties."""

    def __init__(self, axioms: Axioms, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> None:
        """Assert the axioms once."""
        self.axioms = axioms
        self.world: World = axioms.world
        self.tally = Tally()
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("timeout", timeout_ms)
        self._solver.add([formula(axiom) for axiom in self.world.axioms])
        self._literals: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}

    def add(self, axioms: Iterable[Formula]) -> None:
        """Assert axioms about further symbols, such as those of a varied world."""
        self._solver.add([formula(axiom) for axiom in axioms])

    def ask(self, parts: Iterable[Formula]) -> Answer:
        """Return whether one patient has every property; an unfinished search says so."""
        wanted = conj(parts)
        if wanted is False:
            return Answer("none")
        pieces = list(wanted.children()) if z3.is_and(wanted) else [wanted]
        self.tally.questions += 1
        verdict = self._solver.check([self._literal(piece) for piece in pieces])
        if verdict == z3.sat:
            return Answer("found", self._solver.model())
        if verdict == z3.unsat:
            return Answer("none")
        self.tally.timed_out += 1
        return Answer("timed_out")

    def core(self, assumed: Sequence[Formula], parts: Iterable[Formula]) -> list[int] | None:
        """Return places in ``assumed`` that together exclude ``parts``; None if they do not."""
        literals = [self._literal(formula(one)) for one in assumed]
        others = [self._literal(formula(part)) for part in parts]
        self.tally.questions += 1
        if self._solver.check(literals + others) != z3.unsat:
            return None
        kept = {one.get_id() for one in self._solver.unsat_core()}
        return [place for place, one in enumerate(literals) if one.get_id() in kept]

    def _literal(self, part: Formula) -> z3.BoolRef:
        """Return a name for a formula, so that what was learned about it stays."""
        part = formula(part)
        if z3.is_const(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            return part
        found = self._literals.get(part.get_id())
        if found is None:
            name = z3.FreshBool("q")
            self._solver.add(name == part)
            # The formula is kept: its number stands for nothing else while it lives.
            found = self._literals[part.get_id()] = (name, part)
        return found[0]

    def holds(self, part: Part, world: World | None = None) -> Formula:
        """Return that a criterion is true, or false."""
        pair = (world or self.world).translate(part[0])
        return pair.true if part[1] else pair.false

    def fails(self, part: Part) -> Formula:
        """Return that it is not as asked: otherwise, or unknown."""
        return neg(self.holds(part))


__all__ = ["Answer", "Part", "Prover"]
