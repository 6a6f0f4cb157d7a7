"""One solver that holds the axioms once and is asked many questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import z3

from gepnet.criteria import Node
from gepnet.criteria.smt import Formula, conj, formula, neg
from gepnet.guidelines.verify.axioms import Axioms, World
from gepnet.guidelines.verify.canonical import Choice, needed, simplest
from gepnet.guidelines.verify.findings import Tally

DEFAULT_TIMEOUT_MS = 5000

#: A criterion and whether it is to be true or to be false.
Part = tuple[Node, bool]


@dataclass(frozen=True)
class Answer:
    """Whether a patient exists, and if so the model of one."""

    verdict: Literal["found", "none", "timed_out"]
    model: Patients | None = None

    @property
    def found(self) -> bool:
        """Whether there is a patient."""
        return self.verdict == "found"


@dataclass(frozen=True)
class Patients:
    """Those of whom an answer says that they exist."""

    prover: Prover
    pieces: tuple[Formula, ...]

    def simplest(self, names: Iterable[str], wanted: Iterable[Part] = ()) -> z3.ModelRef | None:
        """Return the one of them with the simplest values of some facts; see ``canonical``.

        Args:
            names: facts; only these are settled in the model, nothing else may be read from it.
            wanted: criteria of which the patient is to be as well.
        """
        return self.prover.simplest(names, [*self.pieces, *map(self.prover.holds, wanted)])


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
        self._choices: dict[str, Choice] = {}
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
        verdict = self._check([self._literal(piece) for piece in pieces])
        if verdict == z3.sat:
            return Answer("found", Patients(self, tuple(pieces)))
        if verdict == z3.unsat:
            return Answer("none")
        self.tally.timed_out += 1
        return Answer("timed_out")

    def simplest(self, names: Iterable[str], parts: Iterable[Formula]) -> z3.ModelRef | None:
        """Return the patient with every property whose facts have the simplest values."""
        vocabulary, symbols = self.world.vocabulary, self.world.symbols
        about = sorted({n for n in names if n in symbols}, key=vocabulary.order)
        recorded = set(self.world.recorded)
        choices = [self._choice(n) for n in about if n in recorded]
        return simplest(self._look, choices, self._pieces(parts))

    def _choice(self, name: str) -> Choice:
        found = self._choices.get(name)
        if found is None:
            found = Choice(self.world.vocabulary[name], self.world.symbols[name])
            self._choices[name] = found
        return found

    def _look(
        self, given: Sequence[Formula], tried: Sequence[Formula]
    ) -> tuple[z3.ModelRef | None, int]:
        self.tally.questions += 1
        places = {self._literal(part).get_id(): place for place, part in enumerate(tried)}
        verdict = self._check([self._literal(part) for part in (*given, *tried)])
        if verdict == z3.sat:
            return self._solver.model(), 0
        if verdict != z3.unsat:
            self.tally.timed_out += 1
            return None, max(0, len(tried) - 1)
        core = [places[one.get_id()] for one in self._solver.unsat_core() if one.get_id() in places]
        return None, max(core, default=0)

    def _pieces(self, parts: Iterable[Formula]) -> list[Formula]:
        wanted = formula(conj(parts))
        return list(wanted.children()) if z3.is_and(wanted) else [wanted]

    def core(self, assumed: Sequence[Formula], parts: Iterable[Formula]) -> list[int] | None:
        """Return places in ``assumed`` that together exclude ``parts``; None if they do not."""
        literals = [self._literal(formula(one)) for one in assumed]
        others = [self._literal(formula(part)) for part in parts]

        def unsound(places: list[int]) -> bool:
            self.tally.questions += 1
            return bool(self._check([*(literals[i] for i in places), *others]) == z3.unsat)

        return needed(unsound, len(literals))

    def _check(self, literals: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
        """Ask the solver; its own method turns every literal into what it is already."""
        asts = (z3.Ast * len(literals))(*(one.as_ast() for one in literals))
        context, solver = self._solver.ctx.ref(), self._solver.solver
        return z3.CheckSatResult(
            z3.Z3_solver_check_assumptions(context, solver, len(literals), asts)
        )

    def _literal(self, part: Formula) -> z3.BoolRef:
        """Return a name for a formula, so that what was learned about it stays."""
        part = formula(part)
        found = self._literals.get(part.get_id())
        if found is None:
            name = part
            if not (z3.is_const(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED):
                name = z3.FreshBool("q")
                self._solver.add(name == part)
            # The formula is kept: its number stands for nothing else while it lives.
            found = self._literals[part.get_id()] = (name, part)
        return found[0]

    def holds(self, part: Part, world: World | None = None) -> Formula:
        """Return that a criterion is true, or false."""
        pair = (world or self.world).truth(part[0])
        return pair.true if part[1] else pair.false

    def fails(self, part: Part) -> Formula:
        """Return that it is not as asked: otherwise, or unknown."""
        return neg(self.holds(part))
