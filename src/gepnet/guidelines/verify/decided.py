"""What would bring two documents together for the patient who shows that they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gepnet.facts import facts_of_values
from gepnet.guidelines.assess import assess
from gepnet.guidelines.compare import Agreement, Pair
from gepnet.guidelines.deciding import deciding
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.findings import Finding
from gepnet.vocabulary import Question

#: Kinds in which two documents hold something else on one option for one patient.
DECIDED = frozenset({"opposed", "trial_only", "ranking"})


def with_deciding(context: Context, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, those of two documents on one option with the facts that decide."""
    for finding in findings:
        known = finding.kind in DECIDED and finding.verdict == "found" and finding.region
        yield decided(context, finding) if known else finding


def decided(context: Context, finding: Finding) -> Finding:
    """Return a finding with the facts that decide between its documents, for its first witness.

    They are the fewest changes after which both documents take the same clear position on the
    option; without any up to three the documents differ by judgement. In a ranking the option is
    the one that the first document prefers; where the second has no position on it for anybody
    nothing can bring them together on it, and it is on the other option that they are compared.
    """
    assert finding.region is not None
    base = context.witnesses.only(finding.documents)
    facts = facts_of_values(dict(finding.region.witness), base.knowledge, base.criteria, "witness")
    outcome = "no_position"
    documents = assess(base, facts, Question(knowledge_date=context.day)).documents
    for option in finding.options[: 2 if finding.kind == "ranking" else 1]:
        cells = [documents[name].cells[option, finding.intent] for name in finding.documents]
        pair = Pair(option, finding.intent, cells[0], cells[1], Agreement.CONFLICT)
        verdict = deciding(context.base, facts).between([pair])[pair]
        names = (c.fact for group in verdict.sets for c in group.changes)
        if verdict.outcome != "no_position":
            return replace(finding, deciding=tuple(dict.fromkeys(names)), decided=verdict.outcome)
    return replace(finding, decided=outcome)
