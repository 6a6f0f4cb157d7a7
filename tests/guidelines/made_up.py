"""A small made-up state of the knowledge, of which each test says what it needs."""

import datetime
from functools import cache
from typing import Any

from gepnet.facts import Facts, facts_of_values
from gepnet.guidelines import (
    Assessment,
    Cell,
    KnowledgeBase,
    assess,
)
from gepnet.knowledge.read import read_files
from gepnet.vocabulary import Question, parse_date

FACTS = """\
facts:
- {id: adult, label: Adult, group: g, type: boolean, event: clinical, definition: d}
- {id: grown, label: Grown, group: g, type: boolean, event: clinical, order: CT, definition: d}
- {id: score, label: Score, group: g, type: number, precision: 1, range: [0, 100], interval: true,
   event: pathology, order: Biopsy, definition: d}
- {id: region, label: Region, group: g, type: enum, values: [EU, US, IT], event: access,
   definition: d}
"""
OPTIONS = """\
options:
- {id: drugs, label: Drugs, kind: treatment, level: class, systemic: true}
- {id: red, label: Red, parent: drugs, kind: treatment, level: agent, systemic: true}
- {id: red_twice, label: Red twice, parent: red, kind: treatment, level: regimen, systemic: true}
- {id: blue, label: Blue, parent: drugs, kind: treatment, level: agent, systemic: true}
- {id: knife, label: Knife, kind: treatment, level: class}
"""
SOURCES = """\
sources:
- {id: paper, title: A paper, kind: guideline, read: full}
"""
REGIONS = "parents: {IT: EU}\n"
EXAMPLES = "{applies: {adult: true}, does_not_apply: [], undetermined: []}"


def entry(name: str, when: str, *positions: str, **more: Any) -> str:
    """Return a recommendation; a position is ``option position`` with an optional intent.

    ``option position > other`` prefers the option to another.
    """
    options = []
    for position in positions:
        held, _, other = position.partition(" > ")
        option, kind, *intent = held.split()
        purpose = intent[0] if intent else "tumour_control"
        lesser = f", preferred_over: [{other}]" if other else ""
        options.append(f"{{option: {option}, position: {kind}, intent: {purpose}{lesser}}}")
    fields = {"verification": "primary", "locator": "p. 1", **more}
    rest = ", ".join(f"{key}: {value}" for key, value in fields.items())
    return (
        f'- {{id: {name}, when: "{when}", options: [{", ".join(options)}], source: paper, '
        f"note: n, examples: {EXAMPLES}, {rest}}}\n"
    )


def document(
    name: str, *entries: str, year: int = 2020, says: str = "", **more: Any
) -> tuple[str, str]:
    """Return a file of a document; ``says`` names an option of which it says something."""
    fields = {
        "scope": '"adult"',
        "coverage": '[{topic: all, when: "true", level: complete}]',
        "published": f"{year}-06-15",
        **more,
    }
    head = "".join(f"  {key}: {value}\n" for key, value in fields.items())
    statement = (
        "statements:\n"
        f"- {{id: said, text: t, topic: all, options: [{says}], verification: primary, "
        "locator: p. 2}\n"
    )
    return f"guidelines/{name}.yaml", (
        f"document:\n  id: {name}\n  title: T\n  short: {name}\n  body: B\n  year: {year}\n"
        f"  kind: guideline\n  region: [any]\n  source: paper\n  scope_note: n\n  schema: 1\n{head}"
        f"recommendations:\n{''.join(entries)}{statement if says else ''}"
    )


@cache
def base(*files: tuple[str, str]) -> KnowledgeBase:
    common = [
        ("sources.yaml", SOURCES),
        ("facts/f.yaml", FACTS),
        ("therapies/o.yaml", OPTIONS),
        ("measures/regions.yaml", REGIONS),
    ]
    return KnowledgeBase(read_files([*common, *files]))


def patient(of: KnowledgeBase, **given: Any) -> Facts:
    known = {"adult": True, **given}
    return facts_of_values(known, of.knowledge, of.criteria, at=parse_date("2026-01-15"))


def assessed(*files: tuple[str, str], day: str = "2026-01-15", **given: Any) -> Assessment:
    knowledge = base(*files)
    return assess(
        knowledge,
        patient(knowledge, **given),
        Question(knowledge_date=datetime.date.fromisoformat(day)),
    )


def cell(found: Assessment, option: str, intent: str = "tumour_control", doc: str = "a") -> Cell:
    return found.documents[doc].cells[option, intent]


def entries(reasons: Any) -> list[str]:
    return [reason.judged.recommendation.entry.id for reason in reasons]


def label(name: str, region: str, when: str = "adult", option: str = "red", **more: str) -> str:
    fields = {"verification": "primary", "locator": "l", **more}
    rest = ", ".join(f"{key}: {value}" for key, value in fields.items())
    return (
        f"- {{id: {name}, option: {option}, region: {region}, authority: A, "
        f'when: "{when}", indication: i, source: paper, examples: {EXAMPLES}, {rest}}}\n'
    )


def labels(*items: str) -> tuple[str, str]:
    return "labels/l.yaml", "labels:\n" + "".join(items)
