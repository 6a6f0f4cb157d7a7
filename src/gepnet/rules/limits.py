"""Whether each limit is written once: where entries share a number, they name one entry for it.

Safety rules, labels, checklists and the rules of a course speak of the same treatment. A number
that two of them write out will one day differ, so they name a limit. Recommendations state their
documents' own numbers, each read for itself, and are not looked at: that two documents agree on a
number is a finding and not one rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from gepnet.criteria import Compare, Node, atoms
from gepnet.knowledge import Problem, models, rule_models
from gepnet.rules.book import Rulebook
from gepnet.rules.rule import Rule

_SHARING = (
    rule_models.SafetyRule,
    models.LabelEntry,
    models.FundingPosition,
    rule_models.ChecklistItem,
    rule_models.ReleaseRule,
    rule_models.ReleaseItem,
)
#: A fact and a number that it is compared with.
_Cut = tuple[str, Decimal]


def limits_written_once(book: Rulebook) -> Iterator[Problem]:
    """Yield a problem for each number that is written out in two entries, or beside its limit."""
    limits = _cuts_of_limits(book)
    shared = [rule for rule in book.rules if isinstance(rule.entry, _SHARING)]
    written: dict[_Cut, list[Rule[Any]]] = {}
    named: dict[_Cut, list[Rule[Any]]] = {}
    for rule in shared:
        ours = _named(rule, limits)
        for cut in _cuts(*rule.nodes):
            (named if cut in ours else written).setdefault(cut, []).append(rule)
    for cut, rules in written.items():
        for place, rule in enumerate(rules):
            others = [*named.get(cut, ()), *rules[:place]]
            twin = next((o for o in others if _one_treatment(rule, o, book)), None)
            if twin is not None:
                value = f"{cut[0]} {cut[1].normalize():f}"
                expected = f"a limit in braces, as {twin.full_id} has the same one"
                yield Problem.at(rule.entry, "when", value, expected)


def limits_are_used(book: Rulebook) -> Iterator[Problem]:
    """Yield a problem for each limit that no entry names, or that is named of another fact."""
    limits = _cuts_of_limits(book)
    used: set[str] = set()
    for rule in book.rules:
        used.update(rule.entry.limits)
        for cut in sorted(_named(rule, limits) - set(_cuts(*rule.nodes))):
            expected = f"the limit of {cut[0]} compared with {cut[0]}"
            yield Problem.at(rule.entry, "when", f"{cut[1].normalize():f}", expected)
    for fact in book.knowledge.facts:
        for place, step in enumerate(fact.derived):
            used.update(step.limits or ())
            named = {cut for name in step.limits or () for cut in limits[name]}
            for cut in sorted(named - set(_cuts(book.criteria(step.when)))):
                expected = f"the limit of {cut[0]} compared with {cut[0]}"
                field = f"derived[{place}].when"
                yield Problem.at(fact, field, f"{cut[1].normalize():f}", expected)
    for limit in book.knowledge.limits:
        if limit.id not in used:
            yield Problem.at(limit, "id", limit.id, "a limit that something names in braces")


def _cuts_of_limits(book: Rulebook) -> dict[str, set[_Cut]]:
    """Return the numbers that each limit puts into a criterion."""
    found: dict[str, set[_Cut]] = {}
    for limit in book.knowledge.limits:
        if limit.fact is not None and limit.value is not None:
            found[limit.id] = {(limit.fact, limit.value)}
        elif limit.when is not None:
            found[limit.id] = set(_cuts(book.criteria(limit.when)))
    return found


def _named(rule: Rule[Any], limits: Mapping[str, set[_Cut]]) -> set[_Cut]:
    """Return the numbers that a rule takes from limits."""
    return {cut for name in rule.entry.limits for cut in limits[name]}


def _cuts(*criteria: Node) -> tuple[_Cut, ...]:
    """Return what criteria compare with which number, each once."""
    compared = (one for node in criteria for one in atoms(node) if isinstance(one, Compare))
    cuts = ((term.fact, one.constant) for one in compared for term in one.terms)
    return tuple(dict.fromkeys(cuts))


def _one_treatment(rule: Rule[Any], other: Rule[Any], book: Rulebook) -> bool:
    """Whether two rules speak of one treatment: the same option, or one above the other."""
    options = book.vocabulary.options
    ours, theirs = _options(rule, book), _options(other, book)
    return any(
        options.covers(mine, yours) or options.covers(yours, mine)
        for mine in ours
        for yours in theirs
    )


def _options(rule: Rule[Any], book: Rulebook) -> tuple[str, ...]:
    match rule.entry:
        case rule_models.SafetyRule(options=options):
            return tuple(options)
        case models.LabelEntry(option=option) | models.FundingPosition(option=option):
            return (option,)
        case rule_models.ChecklistItem():
            lists = [one for one in book.knowledge.checklists if one.id == rule.owner]
        case _:
            # The rules of a course are about what its eligibility is about.
            lists = [one for one in book.knowledge.checklists if one.purpose == "eligibility"]
    return tuple(dict.fromkeys(one.option for one in lists))
