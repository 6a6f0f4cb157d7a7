"""Patients that show a finding: as few facts as possible, and re-checked by the interpreter."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from gepnet.criteria import Node, facts_of, interpret
from gepnet.criteria.smt import conj, constant, neg, same
from gepnet.facts import Facts, facts_of_values, needed_for
from gepnet.guidelines.assess import assess
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.verify.findings import Claim
from gepnet.guidelines.verify.prover import Part, Patients, Prover
from gepnet.vocabulary import Interval, Question, Value, exact, plain


class Witnesses:
    """Makes small witnesses out of models of the solver."""

    def __init__(self, prover: Prover, day: datetime.date) -> None:
        """Keep what is needed to assess."""
        self.prover = prover
        self.base: KnowledgeBase = prover.axioms.base
        self.day = day
        self._needs: dict[Node, frozenset[str]] = {}

    def smallest(
        self, patients: Patients, wanted: Sequence[Part], keep: Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """Return the fewest recorded facts of a patient that settle every part as wanted.

        None where the interpreter does not find what the solver found: then one of them is wrong,
        and nothing is claimed.
        """
        needs = [self.needed([node]) for node, _ in wanted]
        needed = frozenset().union(*needs)
        model = patients.simplest(needed, wanted)
        if model is None:
            return None
        about = self.prover.world.values(model, needed)

        def settles(given: Mapping[str, Value], left_out: str | None = None) -> bool:
            # A criterion that a fact left out says nothing of stays as it was.
            asked = [at for at, names in enumerate(needs) if left_out is None or left_out in names]
            only = frozenset().union(*(needs[at] for at in asked))
            told = {name: value for name, value in given.items() if name in only}
            values = self.facts(told, only).values
            return all(interpret(wanted[at][0], values) is wanted[at][1] for at in asked)

        if not settles(about):
            return None
        chosen = self._core(about, wanted)
        if not settles(chosen):
            # What a possible patient must have need not follow from a record that leaves it out.
            chosen = without_idle(about, settles, set(keep))
        return given_values(chosen)

    def needed(self, nodes: Iterable[Node]) -> frozenset[str]:
        """Return the facts that some criteria name, and all that those are worked out from."""
        return frozenset().union(*map(self._needed_for, nodes))

    def _needed_for(self, node: Node) -> frozenset[str]:
        if node not in self._needs:
            self._needs[node] = needed_for(facts_of(node), self.base.criteria)
        return self._needs[node]

    def _core(self, about: Mapping[str, Value], wanted: Sequence[Part]) -> dict[str, Value]:
        """Return the facts that the solver needs for its proof; a guess that is then checked."""
        names = list(about)
        world, vocabulary = self.prover.world, self.base.vocabulary
        assumed = [
            same(world.symbols[name], constant(vocabulary[name], about[name])) for name in names
        ]
        claim = conj(self.prover.holds(part) for part in wanted)
        core = self.prover.core(assumed, [neg(claim)])
        return dict(about) if core is None else {names[i]: about[names[i]] for i in core}

    def facts(self, given: Mapping[str, Value], only: frozenset[str] | None = None) -> Facts:
        """Return the facts of a patient described by values, derived as those of any other."""
        return facts_of_values(
            given_values(given),
            self.base.knowledge,
            self.base.criteria,
            "witness",
            exact(self.day),
            only,
        )

    def refuted(self, witness: Mapping[str, Any], claims: Sequence[Claim]) -> list[str]:
        """Assess a witness like any patient and return what does not come out as claimed."""
        facts = facts_of_values(
            dict(witness), self.base.knowledge, self.base.criteria, "witness", exact(self.day)
        )
        question = Question(knowledge_date=self.day)
        assessment = assess(self.only(claim.document for claim in claims), facts, question)
        wrong = []
        for claim in claims:
            document = assessment.documents.get(claim.document)
            if document is None:
                continue  # not in force: its statuses are not part of an assessment
            status = document.cells[claim.option, claim.intent].status
            if status.value not in claim.statuses:
                wrong.append(f"{claim.document} on {claim.option}: {status.value}")
        return wrong

    def only(self, documents: Iterable[str]) -> KnowledgeBase:
        """Return the knowledge with some documents only, as nothing else is asked."""
        base = copy(self.base)
        names = set(documents)
        base.documents = tuple(d for d in self.base.documents if d.id in names)
        base.labels, base.funding, base.safety, base.checklists = (), (), (), ()
        return base


def without_idle(
    chosen: Mapping[str, Value], settles: Callable[[Mapping[str, Value], str], bool], keep: set[str]
) -> dict[str, Value]:
    """Leave out every fact without which the claim still stands.

    Args:
        chosen: facts of whom the claim stands.
        settles: whether it does without one more of them, which is named.
        keep: facts that stay.
    """
    kept = dict(chosen)
    for name in list(kept):
        rest = {other: value for other, value in kept.items() if other != name}
        if name not in keep and settles(rest, name):
            kept = rest
    return kept


def given_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as a patient file has them."""
    return {
        name: (plain(value.low) if value.is_point else str(value))
        if isinstance(value, Interval)
        else value
        if isinstance(value, bool | str)
        else "not applicable"
        for name, value in values.items()
    }
