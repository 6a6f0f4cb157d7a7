"""The reference page of the release of a cycle, made from the knowledge and the table of states."""

from __future__ import annotations

from collections.abc import Callable

from gepnet.criteria import prose
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.rule_models import ReleaseItem, ReleaseRule
from gepnet.measures.ctcae import Limit, editions
from gepnet.prrt.states import TRANSITIONS, State, Step

HEAD = """\
# Release of a cycle, eligibility, CTCAE

What `gepnet prrt` and `gepnet labs grade` go by, as the knowledge files have it.
[How it is used](../explanation/release-rules.md).

## Amounts

"""
EFFECTS = {
    "toxicity": "Toxicities",
    "stop": "What ends the course",
    "hold": "What holds the cycle",
    "warn": "What is said and changes nothing",
    "reduced": "What is said with a reduced dose",
}
PHASES = {"every": "every cycle", "first": "cycle 1", "later": "from cycle 2 on"}
Cells = Callable[..., str]


def page(base: KnowledgeBase, head: Cells, row: Cells, plain: Cells, source: Cells) -> str:
    """Return the page, with the tables of ``reference_pages``."""
    vocabulary = base.vocabulary
    text = HEAD + head("Amount", "", "Source")
    for amount in base.knowledge.release_amounts:
        text += row(
            f"{plain(amount.label)} (`{amount.id}`)",
            f"{amount.value.normalize():f} {amount.unit}",
            source(amount),
        )
    rules = [r for r in base.release if isinstance(r.entry, ReleaseRule)]
    for effect, title in EFFECTS.items():
        text += f"\n## {title}\n\n" + head("Rule", "Fires when", "For", "Source")
        for rule in rules:
            entry = rule.entry
            if isinstance(entry, ReleaseRule) and entry.effect == effect:
                name = f"{plain(entry.message)} (`{entry.id}`)"
                name += f", row {entry.row}" if entry.row else ""
                when = plain(prose(rule.when, vocabulary)) if entry.when != "true" else "always"
                text += row(name, when, PHASES[entry.phase], source(entry))
    text += "\n## What has to be known\n\n" + head("What", "One of", "Not older than", "Source")
    for item in base.release:
        entry = item.entry
        if isinstance(entry, ReleaseItem):
            age = f"{entry.max_age_days} days" if entry.max_age_days else ""
            age += ", since the last dose" if entry.since_last_dose else ""
            facts = ", ".join(f"`{name}`" for name in entry.facts)
            name = f"{plain(entry.label)} (`{entry.id}`)"
            name += "" if entry.required else ", only warns"
            text += row(name, facts, age, source(entry))
    for profile in base.profiles:
        entry = profile.entry
        text += (
            f"\n## Eligibility: {entry.title} {{ #{entry.id} }}\n\n{plain(entry.note or '')}\n\n"
        )
        text += head("Condition", "Limit", "Met when", "Source")
        for item in profile.items:
            line, when = item.entry, plain(prose(item.when, vocabulary))
            text += row(plain(line.label), plain(line.limit or ""), when, source(line))
    text += "\n## States of a course\n\n" + head("State", *(step.value for step in Step))
    for state in State:
        cells = [TRANSITIONS.get((state, step)) for step in Step]
        told = ["named as a finding" if cell is None else cell.value for cell in cells]
        text += row(f"**{state.value}**", *told)
    for edition in editions(base.knowledge.measures):
        text += f"\n## CTCAE {edition.edition}\n\n"
        text += head("Term", "Facts", "Grade 1", "Grade 2", "Grade 3", "Grade 4")
        for term in edition.terms:
            if term.ungraded:
                names = ", ".join(f"`{name}`" for name in term.analytes)
                text += row(term.term, names, plain(f"not graded: {term.ungraded}"), "", "", "")
                continue
            special = {"baseline high": term.baseline_high, "baseline low": term.baseline_low}
            for label, rows in {"": term.grades, **special}.items():
                if rows:
                    name = f"{term.term}, {label}" if label else term.term
                    facts = ", ".join(f"`{fact}`" for fact in term.analytes)
                    told = [" or ".join(_limit(x) for x in rows.get(g, ())) for g in (1, 2, 3, 4)]
                    text += row(name, facts, *(plain(cell) for cell in told))
    return text


def _limit(limit: Limit) -> str:
    sign = "<" if limit.below is not None else ">" if limit.above is not None else ">="
    number = f"{limit.number.normalize():f}"
    bound = number
    if limit.of is not None:
        name = limit.of if limit.of == "baseline" else limit.of.upper()
        bound = name if number == "1" else f"{number} x {name}"
    text = f"{sign} {bound}"
    text += f" ({limit.needs})" if limit.needs else ""
    return text if limit.also is None else f"{text} and {_limit(limit.also)}"
