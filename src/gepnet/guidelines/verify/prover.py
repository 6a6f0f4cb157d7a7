"""One solver that holds the axioms once and is asked many questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import z3

from gepnet.criteria import Node
from gepnet.criteria.smt import Formula, formula, neg
from gepnet.guidelines.verify.axioms import Axioms, World
from gepnet.guidelines.verify.canonical import Choice, needed, simplest
from gepnet.guidelines.verify.findings import Tally

DEFAULT_TIMEOUT_MS = 5000
# Between two questions a solver with more names is given up for a new one. Asking is slower with
# ten times as many, and starting anew with a tenth.
MOST_NAMES = 600

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
        self._timeout_ms = timeout_ms
        self._axioms = [formula(axiom) for axiom in self.world.axioms]
        self._choices: dict[str, Choice] = {}
        self._begin()

    def _begin(self) -> None:
        """Start a solver: one that has learned names for thousands of formulas becomes slow."""
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("timeout", self._timeout_ms)
        self._solver.add(self._axioms)
        self._literals: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}

    def _renew(self) -> None:
        """Start anew where a question begins and the solver has grown."""
        if len(self._literals) > MOST_NAMES:
            self._begin()

    def add(self, axioms: Iterable[Formula]) -> None:
        """Assert axioms about further symbols, such as those of a varied world."""
        more = [formula(axiom) for axiom in axioms]
        self._axioms += more
        self._solver.add(more)

    def ask(self, parts: Iterable[Formula]) -> Answer:
        """Return whether one patient has every property; an unfinished search says so."""
        pieces = _pieces(parts)
        if pieces is None:
            return Answer("none")
        self._renew()
        verdict = self._check([self._literal(piece) for piece in pieces])
        if verdict == z3.sat:
            return Answer("found", Patients(self, tuple(pieces)))
        return Answer("none" if verdict == z3.unsat else "timed_out")

    def simplest(self, names: Iterable[str], parts: Iterable[Formula]) -> z3.ModelRef | None:
        """Return the patient with every property whose facts have the simplest values."""
        vocabulary, symbols = self.world.vocabulary, self.world.symbols
        pieces = _pieces(parts)
        if pieces is None:
            return None
        self._renew()
        about = sorted({n for n in names if n in symbols}, key=vocabulary.order)
        recorded = set(self.world.recorded)
        choices = [self._choice(n) for n in about if n in recorded]
        return simplest(self._look, choices, pieces)

    def _choice(self, name: str) -> Choice:
        found = self._choices.get(name)
        if found is None:
            found = Choice(self.world.vocabulary[name], self.world.symbols[name])
            self._choices[name] = found
        return found

    def _look(
        self, given: Sequence[Formula], tried: Sequence[Formula]
    ) -> tuple[z3.ModelRef | None, Sequence[int] | None]:
        literals = [self._literal(part) for part in tried]
        verdict = self._check([*map(self._literal, given), *literals])
        if verdict == z3.sat:
            return self._solver.model(), []
        return None, self._blamed(literals) if verdict == z3.unsat else None

    def _blamed(self, literals: Sequence[z3.BoolRef]) -> list[int]:
        """Return the places of those that the solver needed for what it has just shown.

        Its own method makes an object of each, of which there may be hundreds.
        """
        # Of two that are the same the first is the one that counts.
        places = {one.ast.value: place for place, one in reversed([*enumerate(literals)])}
        context = self._solver.ctx.ref()
        core = z3.Z3_solver_get_unsat_core(context, self._solver.solver)
        z3.Z3_ast_vector_inc_ref(context, core)
        size = z3.Z3_ast_vector_size(context, core)
        blamed = [z3.Z3_ast_vector_get(context, core, place).value for place in range(size)]
        z3.Z3_ast_vector_dec_ref(context, core)
        return [places[one] for one in blamed if one in places]

    def core(self, assumed: Sequence[Formula], parts: Iterable[Formula]) -> list[int] | None:
        """Return places in ``assumed`` that together exclude ``parts``; None if they do not."""
        self._renew()
        literals = [self._literal(formula(one)) for one in assumed]
        others = [self._literal(formula(part)) for part in parts]

        def unsound(places: list[int]) -> list[int] | None:
            if self._check([*others, *(literals[i] for i in places)]) != z3.unsat:
                return None
            return self._blamed(literals)

        return needed(unsound, len(literals))

    def _check(self, literals: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
        """Ask the solver; its own method turns every literal into what it is already.

        What is not answered in time is asked once more: the machine may have stood still.
        """
        self.tally.questions += 1
        asts = (z3.Ast * len(literals))(*(one.ast.value for one in literals))
        context, solver = self._solver.ctx.ref(), self._solver.solver
        for _ in range(2):
            found = z3.Z3_solver_check_assumptions(context, solver, len(literals), asts)
            if found != z3.Z3_L_UNDEF:
                break
        else:
            self.tally.timed_out += 1
        return z3.CheckSatResult(found)

    def _literal(self, part: Formula) -> z3.BoolRef:
        """Return a name for a formula, so that what was learned about it stays."""
        part = formula(part)
        # A number that stands for nothing else while the formula lives, which is kept.
        found = self._literals.get(part.ast.value)
        if found is None:
            name = part
            if not (z3.is_const(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED):
                name = z3.FreshBool("q")
                self._solver.add(z3.Implies(name, part))
            found = self._literals[part.ast.value] = (name, part)
        return found[0]

    def holds(self, part: Part, world: World | None = None) -> Formula:
        """Return that a criterion is true, or false."""
        pair = (world or self.world).truth(part[0])
        return pair.true if part[1] else pair.false

    def fails(self, part: Part) -> Formula:
        """Return that it is not as asked: otherwise, or unknown."""
        return neg(self.holds(part))


def _pieces(parts: Iterable[Formula]) -> list[Formula] | None:
    """Return the formulas that are to hold together; None where that is impossible anyway."""
    pieces = [part for part in parts if part is not True]
    if any(part is False for part in pieces):
        return None
    if len(pieces) == 1 and z3.is_and(pieces[0]):
        return list(pieces[0].children())
    return pieces
