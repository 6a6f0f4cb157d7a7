"""The documentation page of known disagreements, made from the file that the tests run.

A hook of MkDocs: the page is written when the documentation is built, from
``tests/disagreements.yaml``, so it says nothing that the tests have not shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.report.words import INTENTS, SIGNS

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from gepnet.guidelines import KnowledgeBase

FILE = Path(__file__).resolve().parent.parent / "tests" / "disagreements.yaml"
PAGE = "explanation/disagreements.md"
KINDS = {
    "between_documents": "between documents",
    "within_document": "inside one document",
    "against_label": "with a label or a limit",
    "coverage_gap": "a gap",
    "undefined_term": "an undefined word",
}
AGREEMENTS = {
    "same": "the same position",
    "compatible": "compatible",
    "conflict": "conflict",
    "conditional_difference": "one is open",
    "one_silent": "one is silent",
    "not_read": "one was not read on this",
    "insufficient_data": "not enough is known",
}
PAID = {
    "funded": "funded",
    "not_funded": "not funded",
    "outside": "not about this patient",
    "undetermined": "open",
}
LABELS = {"on_label": "on label", "off_label": "off label", "undetermined": "open"}
INTRODUCTION = """\
# Known disagreements

Where the documents disagree, contradict themselves, leave a gap or use a word that nobody defines.
gepnet settles none of these: it shows who says what, and which fact would bring two documents
together. *Judgement* means that no change of up to three facts would, or that one document holds
both.

Each row has patients that show it, and what they are expected to bring out is
[tested](../how-to/check-knowledge.md) from patient file to comparison. The page is printed from the
file that the tests run, `tests/disagreements.yaml`. The words of a status are explained in
[How a status comes about](status.md). Nothing here is advice for a patient.

"""


@cache
def base() -> KnowledgeBase:
    """Return the knowledge that names are taken from."""
    return api.base()


def pages() -> dict[str, str]:
    """Return the text of the page by its path under ``docs``."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))["disagreements"]
    text = INTRODUCTION + _head("Row", "What", "Kind", "What decides")
    for entry in entries:
        number = entry["id"]
        text += _row(
            f"[{number}](#{number.lower()})",
            _plain(entry["title"]),
            KINDS[entry["kind"]],
            _deciding(entry["decided_by"]),
        )
    return {PAGE: text + "".join(map(_entry, entries))}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page to the documentation."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def _entry(entry: dict[str, Any]) -> str:
    number = entry["id"]
    text = f"\n## {number}: {_plain(entry['title'])} {{ #{number.lower()} }}\n\n"
    text += f"{_plain(entry['what'])}\n\n" + _head("Patient", "Who says what", "Side by side")
    for patient in entry["patients"]:
        text += _row(
            _plain(patient["words"]),
            _grouped(patient["says"], _said),
            _grouped(patient.get("pairs", []), _pair),
        )
    text += f"\nWhat decides: **{_deciding(entry['decided_by'])}**.\n"
    if "cannot_be_expressed" in entry:
        text += f"\nNot shown by a patient: {_plain(entry['cannot_be_expressed'])}\n"
    links = [f"[{_source(name)}](../reference/sources.md#{name})" for name in entry["sources"]]
    return text + f"\nSources: {', '.join(links)}.\n"


def _grouped(expected: list[dict[str, Any]], told: Callable[[dict[str, Any]], str]) -> str:
    """Return what is expected, a line each, under the option it is about."""
    lines: dict[str, list[str]] = {}
    for wanted in expected:
        option = f"*{_option(wanted)}*" if "option" in wanted else ""
        lines.setdefault(option, []).append(told(wanted))
    return "<br>".join(line for option in lines for line in (option, *lines[option]) if line)


def _said(wanted: dict[str, Any]) -> str:
    if "option" in wanted:
        said = f"{_document(wanted['document'])}: **{SIGNS[wanted['status']].word}**"
        return ", ".join([said, *_beside(wanted)])
    if "label" in wanted:
        entry = next(x.entry for x in base().labels if x.entry.id == wanted["label"])
        return f"{entry.region} label of {_name(entry.option)}: **{LABELS[wanted['status']]}**"
    if "payer" in wanted:
        decision = next(x.entry for x in base().funding if x.entry.id == wanted["payer"])
        said = PAID[wanted["status"]]
        return f"payer in {decision.region} on {_name(decision.option)}: **{said}**"
    if "safety" in wanted:
        rule = next(x.entry for x in base().safety if wanted["safety"] in x.entry.fact_ids)
        fires = "fires" if wanted["fires"] else "does not fire"
        return f'safety rule "{_plain(rule.message)}": **{fires}**'
    if "checklist" in wanted:
        checklist = next(x.entry for x in base().checklists if x.entry.id == wanted["checklist"])
        item = next(x for x in checklist.items if x.id == wanted["item"])
        met = "met" if wanted["met"] else "not met"
        return f"{_plain(checklist.title)}, {_plain(item.label)}: **{met}**"
    if "counts_as_line" in wanted:
        counts = "counts" if wanted["counted"] else "does not count"
        return f"{_document(wanted['document'])} **{counts}** {_name(wanted['counts_as_line'])}"
    if "statement" in wanted:
        document = next(x.file for x in base().documents if x.id == wanted["document"])
        stated = next(s for s in document.statements if s.id == wanted["statement"])
        return f"{_document(wanted['document'])}: {_plain(stated.text)}"
    value = wanted["value"]
    told = ("yes" if value else "no") if isinstance(value, bool) else value
    return f"{_fact(wanted['fact'])}: **{told}**"


def _beside(wanted: dict[str, Any]) -> Iterator[str]:
    """Yield what belongs to a status."""
    if wanted.get("ambiguous"):
        yield "the text leaves it open"
    if "missing" in wanted:
        yield f"{_fact(wanted['missing'])} is missing"
    if wanted.get("by_class"):
        yield "by class"
    if "awaits" in wanted:
        yield f"waits for approval in {', '.join(wanted['awaits'])}"
    if "preferred_over" in wanted:
        yield f"rather than {_name(wanted['preferred_over'])}"
    if "dissent" in wanted:
        yield f"minority: {SIGNS[wanted['dissent']].word}"
    if "unverified" in wanted:
        yield f"unverified and not counted: {SIGNS[wanted['unverified']].word}"


def _pair(wanted: dict[str, Any]) -> str:
    first, second = map(_document, wanted["documents"])
    said = f"{first} and {second}: **{AGREEMENTS[wanted['agreement']]}**"
    decided = wanted.get("decided_by")
    if decided is None:
        return said
    if decided == "no_position":
        return f"{said}; one takes no position for any patient"
    to = f" (then both: {SIGNS[wanted['to']].word})" if "to" in wanted else ""
    joined = " together with " if isinstance(decided, list) and len(decided) > 1 else ""
    return f"{said}; {_deciding(decided, joined or ' or ')}{to}"


def _deciding(decided: str | list[str], joined: str = " or ") -> str:
    return decided if isinstance(decided, str) else joined.join(map(_fact, decided))


def _document(name: str) -> str:
    documents = {x.id: x.file.document for x in base().documents}
    return f"[{_plain(documents[name].short)}](../reference/documents.md#{name})"


def _option(wanted: dict[str, Any]) -> str:
    purpose = INTENTS[wanted.get("intent", "tumour_control")]
    return f"{_name(wanted['option'])} {purpose}".strip()


def _name(option: str) -> str:
    return _plain(base().options[option].label)


def _fact(name: str) -> str:
    return _plain(base().vocabulary[name].entry.label)


def _source(name: str) -> str:
    documents = {x.file.document.source: x.file.document.short for x in base().documents}
    return _plain(documents.get(name, base().sources[name].title))


def _head(*columns: str) -> str:
    return _row(*columns) + "|" + "---|" * len(columns) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


_SPECIAL = str.maketrans({c: f"\\{c}" for c in "*_[]`"} | {"<": "&lt;", ">": "&gt;", "\n": " "})


def _plain(text: str) -> str:
    """Return text in which Markdown sees nothing but text."""
    return text.translate(_SPECIAL).strip()
