"""Documentation pages made from the knowledge itself: facts, options, documents, rules, sources.

A hook of MkDocs: the pages are written when the documentation is built, from what the package
loads, so they cannot fall behind it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import corrections_page
import figures_page
import release_page

from gepnet.criteria import prose
from gepnet.facts import inputs_of
from gepnet.guidelines import KnowledgeBase, knowledge_base
from gepnet.knowledge import load_knowledge

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from gepnet.guidelines.compiled import CompiledDocument
    from gepnet.knowledge.vocabulary_models import OptionEntry
    from gepnet.vocabulary import Fact

FOLDER = "reference"
BADGES = {"primary": "P", "secondary": "S", "unverified": "U"}
BADGE_LINE = (
    "Badges: **P** read in the source itself, **S** read in another source that reports it, "
    "**U** unverified. [What they mean](../explanation/verification.md).\n"
)
FACTS = f"""\
# Facts

What a criterion may name. A record gives the values of *recorded* facts, in events of the kind
shown; *worked out* facts follow from others. In a terminal: `gepnet facts list`,
`gepnet facts show ki67_percent`. The [patient file](patient-file.md) says how values are written,
[Unknown is not false](../explanation/unknown.md) what absence means.

{BADGE_LINE}
"""
FAMILIES = """
## Facts over therapies and sites

One fact for each therapy of the [option tree](options.md) (`received_everolimus`,
`progressed_on_ssa`, …) or for each metastatic site (`metastasis_liver`, …). A fact about a class
looks at every course of its members.

"""
OPTIONS = """\
# Options

What a document can take a position on: a tree of classes, agents and regimens, and beside the
treatments also tests, follow-up and supportive care. A position on a class holds for its members.
Doses are text, as read in the source; an empty cell means that none was read.

"""
DOCUMENTS = f"""\
# Documents

Every document that gepnet takes positions from, how much of it was read, and where to find each
entry. In a terminal: `gepnet knowledge list`, `gepnet knowledge show esmo-2020`.

*Read*: `full`; `partial` (parts of it); `abstract`; `secondary` (only what other papers report of
it). Where the coverage of a topic is not `complete`, finding no position means *not read*, never
*silent*. No document has been signed off by a reviewer unless its section names one.

{BADGE_LINE}
"""
SAFETY = f"""\
# Safety rules, labels, payers and checklists

They stand beside the positions of documents and never change one.

## Safety rules

A rule fires whatever its badge, and the badge is shown with it. A rule that missing facts leave
open is listed as "cannot be excluded".

{BADGE_LINE}
"""
LABELS = """
## Labels

Whether the authorised indication of a medicine in a region includes the patient: on label, off
label, or undetermined. Which country follows which region is data
(`src/gepnet/knowledge/measures/regions.yaml`). Indications are paraphrased; look a label up before
you rely on it.

"""
PAYERS = """
## Payers

What a payer decided: no position of a guideline, never counted as one. Of a region without a row
nothing was read; nothing is inherited from another region.

"""
EVENTS = """
## Events

What regulators and payers did besides, newest first. The day to look again is our choice.

"""
SOURCES = """\
# Sources

The bibliography, with how much of each source was read. Other pages link here by id.

"""


@cache
def base() -> KnowledgeBase:
    """Return the knowledge that is documented."""
    return knowledge_base(load_knowledge())


def pages() -> dict[str, str]:
    """Return the text of every page by its path under ``docs``."""
    return {
        f"{FOLDER}/facts.md": _facts(),
        f"{FOLDER}/options.md": _options(),
        f"{FOLDER}/documents.md": _documents(),
        f"{FOLDER}/safety-and-labels.md": _safety(),
        f"{FOLDER}/release-rules.md": release_page.page(base(), _head, _row, _plain, _source),
        f"{FOLDER}/corrections.md": corrections_page.page(base(), _head, _row, _plain),
        f"{FOLDER}/figures.md": figures_page.page(base(), _head, _row, _plain, _positions),
        f"{FOLDER}/sources.md": _sources(),
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the documentation."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


# Facts -----------------------------------------------------------------------------------------


def _facts() -> str:
    facts = base().vocabulary.base_facts()
    text = FACTS + f"{len(facts)} facts and {len(base().vocabulary.families)} families of facts.\n"
    for group in dict.fromkeys(fact.entry.group for fact in facts):
        text += f"\n## {group[:1].upper()}{group[1:]}\n\n"
        text += _head("Fact", "Value", "Where from, what counts", "Meaning and source")
        for fact in facts:
            if fact.entry.group == group:
                text += _row(
                    f"`{fact.id}`{{ #{fact.id} }} {_plain(fact.entry.label)}",
                    _value(fact.entry),
                    _policy(fact.entry, _origin(fact)),
                    _meaning(fact.entry),
                )
    text += FAMILIES + _head("Fact", "Value", "Where from, what counts", "Meaning and source")
    for family in base().vocabulary.families:
        event = f"in `{family.event}` events" if family.event else "from the treatments"
        text += _row(
            f"`{family.pattern}` {_plain(family.label)}",
            _value(family),
            _policy(family, event),
            _meaning(family),
        )
    return text


def _value(entry: Any) -> str:
    if entry.type == "boolean":
        return "yes or no"
    if entry.type == "date":
        return "date"
    if entry.type == "enum":
        names = ", ".join(f"`{value.id}`" for value in entry.values)
        open_values = [
            f"; `{name}` stands for one of {', '.join(f'`{c}`' for c in candidates)}"
            for name, candidates in entry.unresolved.items()
        ]
        return f"one of {names}{''.join(open_values)}"
    least, greatest = entry.range
    unit = f" {_plain(entry.unit)}" if entry.unit and entry.unit != "1" else ""
    text = f"number{unit}, {least} to {greatest}, in steps of {entry.precision}"
    return text + (", may be a range" if entry.interval else "")


def _origin(fact: Fact) -> str:
    parts = []
    if fact.entry.event:
        parts.append(f"in `{fact.entry.event}` events")
    if fact.entry.derived or (fact.entry.function and inputs_of(fact, base().criteria)):
        inputs = ", ".join(f"`{name}`" for name in inputs_of(fact, base().criteria))
        parts.append(f"worked out from {inputs}" if inputs else "worked out")
    elif fact.entry.function:
        parts.append("worked out from the record")
    if fact.entry.bound is not None:
        inputs = ", ".join(f"`{name}`" for name in fact.entry.bound.inputs)
        parts.append(f"if not measured, bounded by {inputs}")
    return "; ".join(parts) or "head of the file"


def _policy(entry: Any, origin: str) -> str:
    parts = [origin]
    if entry.event:
        parts.append({"sum": "the sum counts"}.get(entry.select, f"the {entry.select} counts"))
        if entry.select == "ever":
            parts[-1] = "true once is true"
    if entry.lookback_days is not None:
        parts.append(f"ignored after {entry.lookback_days} days")
    if entry.stale_days is not None:
        parts.append(f"old after {entry.stale_days} days")
    if entry.absence != "unknown":
        word = "no" if entry.absence == "false" else "not applicable"
        parts.append(f"no record means *{word}* where `{entry.complete}` is declared complete")
    return "; ".join(parts)


def _meaning(entry: Any) -> str:
    text = _plain(entry.definition)
    if entry.source is not None:
        text += f" {_source(entry)}"
    for code in entry.codes:
        known = "" if code.status == "verified" else " (recalled)"
        text += f" {code.system}\N{NO-BREAK SPACE}`{code.code}`{known}."
    return text


# Options ---------------------------------------------------------------------------------------


def _options() -> str:
    tree = base().options
    text = OPTIONS
    for kind, heading in (
        ("treatment", "Treatments"),
        ("test", "Tests"),
        ("follow_up", "Follow-up"),
        ("supportive", "Supportive care"),
    ):
        text += f"\n## {heading}\n\n" + _head(
            "Option", "Id", "Level", "Dose, route, interval", "Source"
        )
        for root in [o for o in tree.values() if o.parent is None and o.kind == kind]:
            for name in tree.members(root.id):
                text += _option(tree[name], len(tree.ancestors(name)))
    text += "\n## Published toxicity\n\n"
    text += _head("Option", "Toxicity", "Grade", "Percent", "Population", "Source")
    for option in tree.values():
        for item in option.toxicities:
            source = _source(item) if item.source else ""
            cells = (item.grade, item.percent, item.population)
            shown = ("" if cell is None else _plain(str(cell)) for cell in cells)
            text += _row(f"`{option.id}`", _plain(item.term), *shown, source)
    return text


def _option(option: OptionEntry, depth: int) -> str:
    indent = "\N{EM SPACE}" * depth
    given = [part for part in (option.dose, option.route, option.interval) if part]
    systemic = ", systemic" if option.systemic and option.level != "class" else ""
    return _row(
        f"{indent}{_plain(option.label)}",
        f"`{option.id}`",
        f"{option.level}{systemic}",
        _plain("; ".join(given)),
        _source(option) if option.source and option.source != "gepnet-definition" else "",
    )


# Documents -------------------------------------------------------------------------------------


def _documents() -> str:
    text = DOCUMENTS
    text += _head("Document", "Year", "Region", "Read", "Entries", "Unverified", "Statements")
    for document in base().documents:
        head = document.file.document
        entries = document.recommendations
        text += _row(
            f"[{head.short}](#{head.id})",
            str(head.year),
            ", ".join(head.region),
            base().sources[head.source].read.replace("_", " "),
            str(len(entries)),
            str(sum(r.entry.verification == "unverified" for r in entries) or ""),
            str(len(document.file.statements) or ""),
        )
    return text + "".join(_document(document) for document in base().documents)


def _document(document: CompiledDocument) -> str:
    head = document.file.document
    source = base().sources[head.source]
    kind, read = head.kind.replace("_", " "), source.read.replace("_", " ")
    text = f"\n## {head.short} {{ #{head.id} }}\n\n"
    text += f"{_plain(head.title)}. {_plain(head.body)}, {kind}, {head.published or head.year}. "
    text += f"Source [{source.id}](sources.md#{source.id}).\n\n"
    text += f"Read: **{read}**. {_plain(source.note or '')}\n\n"
    text += (
        f"About: {_plain(prose(document.scope, base().vocabulary))}. {_plain(head.scope_note)}\n"
    )
    reviewers = ", ".join(head.reviewers) or "none yet"
    counted = [name.replace("_", " ") for name, counts in head.counts_as_line.items() if counts]
    text += f"\nReviewers: {reviewers}. Counts as a line: {', '.join(counted) or 'not said'}.\n\n"
    text += _head("Topic", "For whom", "Coverage", "Note")
    for item, (_, node) in zip(head.coverage, document.coverage, strict=True):
        who = _plain(prose(node, base().vocabulary))
        text += _row(_plain(item.topic), who, item.level, _plain(item.note or ""))
    text += "\n" + _head("Entry", "Positions", "Where", "Badge")
    for recommendation in document.recommendations:
        entry = recommendation.entry
        marks = ", dissent" if entry.dissent else ""
        marks += f" (as `{entry.as_}`)" if entry.as_ else ""
        text += _row(
            f"`{entry.id}`",
            _plain("; ".join(_positions(entry.options))) + marks,
            _plain(entry.locator or ""),
            BADGES[entry.verification],
        )
    return text


def _positions(positions: Iterable[Any]) -> Iterator[str]:
    for position in positions:
        label = base().options[position.option].label
        intent = position.intent.replace("_", " ")
        purpose = "" if position.intent == "tumour_control" else f" ({intent})"
        yield f"{position.position.replace('_', ' ')}: {label}{purpose}"


# Rules -----------------------------------------------------------------------------------------


def _safety() -> str:
    vocabulary = base().vocabulary
    text = SAFETY + _head("Message", "Severity", "Fires when", "For", "Source")
    for rule in base().safety:
        entry = rule.entry
        options = ", ".join(base().options[name].label for name in entry.options)
        text += _row(
            f"{_plain(entry.message)} (`{entry.id}`)",
            entry.severity,
            _plain(prose(rule.when, vocabulary)),
            _plain(options) or "the patient",
            _source(entry),
        )
    text += LABELS + _head("Medicine", "Region", "In force", "Indication", "Read as", "Source")
    for label in base().labels:
        text += _row(
            _medicine(label.entry),
            label.entry.region,
            _dates(label.entry),
            _plain(label.entry.indication),
            _read_as(label),
            _source(label.entry),
        )
    text += PAYERS + _head("Option", "Payer", "In force", "Decision", "What", "Read as", "Source")
    for decision in base().funding:
        item = decision.entry
        draft = ", draft" if item.draft else ""
        text += _row(
            _medicine(item),
            f"{item.region} ({_plain(item.payer)})",
            _dates(item),
            item.decision.replace("_", " ") + draft,
            _plain(item.says),
            _read_as(decision) if item.conditions_read else "for whom was not read",
            _source(item),
        )
    text += EVENTS + _head("Day", "Region", "Product", "Event", "What", "Look again by", "Source")
    for event in sorted(base().knowledge.events, key=lambda one: one.date, reverse=True):
        text += _row(
            event.date,
            f"{event.region} ({event.authority})",
            event.product,
            event.event.replace("_", " "),
            _plain(event.what),
            str(event.look_again),
            _source(event),
        )
    for checklist in base().checklists:
        text += f"\n## {checklist.entry.title}\n\n" + _head("Item", "Met when", "Source")
        for item in checklist.items:
            when = _plain(prose(item.when, vocabulary))
            text += _row(_plain(item.entry.label), when, _source(item.entry))
    return text


def _medicine(item: Any) -> str:
    product = f", {item.product}" if item.product else ""
    return f"{_plain(base().options[item.option].label)}{product} (`{item.id}`)"


def _dates(item: Any) -> str:
    remembered = getattr(item, "from_verification", None) == "unverified"
    began = f"{item.from_ or 'not known'}{' (remembered, not read)' if remembered else ''}"
    dates = f"{began} to {item.to}" if item.to else f"from {began}"
    return dates if item.from_ or item.to else "date not known"


def _read_as(rule: Any) -> str:
    broad = "" if rule.when_broad is None else " (and a broader reading)"
    return _plain(prose(rule.when, base().vocabulary)) + broad


def _sources() -> str:
    text = SOURCES + _head("Id", "Title", "Year", "Kind", "Read", "What was read")
    for source in base().sources.values():
        title = _plain(source.title)
        url = source.url or (f"https://doi.org/{source.doi}" if source.doi else None)
        text += _row(
            f"`{source.id}`{{ #{source.id} }}",
            f"[{title}]({url})" if url else title,
            str(source.year or ""),
            source.kind.replace("_", " "),
            source.read.replace("_", " "),
            _plain(source.note or ""),
        )
    return text


# Tables ----------------------------------------------------------------------------------------


def _source(entry: Any) -> str:
    named = entry.source
    if named == "gepnet-definition":
        return "[own definition](sources.md#gepnet-definition)"
    place = f", {_plain(entry.locator)}" if entry.locator else ""
    read_in = getattr(entry, "read_in", None)
    other = f", read in [{read_in}](sources.md#{read_in})" if read_in else ""
    return f"[{named}](sources.md#{named}){place}{other} **{BADGES[entry.verification]}**"


def _head(*columns: str) -> str:
    return _row(*columns) + "|" + "---|" * len(columns) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


_SPECIAL = str.maketrans({c: f"\\{c}" for c in "*_[]`"} | {"<": "&lt;", ">": "&gt;", "\n": " "})


def _plain(text: str) -> str:
    """Return text in which Markdown sees nothing but text."""
    return text.translate(_SPECIAL)
