"""The documentation page of what each document asks of a record, and how often that decides.

A hook of MkDocs: the page is written when the documentation is built, from the criteria and from
the assessments of the packaged patients.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.guidelines.asked import Letters, asked_of_a_record, decides, waits_for
from gepnet.io.published_cases import published_records
from gepnet.record import parse_record

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PATH = "reference/asked.md"
HEAD = """\
# What each document asks

Every fact of a record that the positions of a document rest on. **Decides**: in how many of
{patients} packaged patients (the published cases, each as known at its decision, and the example
patient) a clear position of the document rests on the fact. **Waits**: in how many an open position
waits for it. **Letter**: whether a referral letter usually holds it, by our own judgement
(`src/gepnet/knowledge/measures/letters.yaml`, unverified).

Which treatments were given, when, and on which the disease progressed is asked by nearly every
document, is usually in a letter, and is left out. A condition that a text names and a record seldom
holds does not stand in the way of a position: it is shown with it
([provided that](../explanation/unknown.md)).
"""


@cache
def counted() -> tuple[int, dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Return the number of patients; by document, in how many a fact decides and is waited for."""
    base = api.base()
    records = [case.record for case in published_records(base.vocabulary)]
    records.append(parse_record(api.example_patient(), "example", base.vocabulary))
    deciding: dict[str, Counter[str]] = {d.id: Counter() for d in base.documents}
    waiting: dict[str, Counter[str]] = {d.id: Counter() for d in base.documents}
    for record in records:
        assessment = api.assess_record(record, base)
        for name, found in assessment.documents.items():
            deciding[name].update(decides(assessment.facts, found))
            waiting[name].update(waits_for(assessment.facts, found))
    return len(records), deciding, waiting


def page() -> str:
    """Return the text of the page."""
    base = api.base()
    letters = Letters.read(base.knowledge.measures)
    patients, deciding, waiting = counted()
    text = HEAD.format(patients=patients)
    for document in base.documents:
        facts = asked_of_a_record(base, document)
        if not facts:
            continue
        head = document.file.document
        text += f"\n## {head.short} {{ #{document.id} }}\n\n"
        text += "| Fact | Decides | Waits | Letter |\n|---|---|---|---|\n"
        order = sorted(facts, key=lambda name: (-deciding[document.id][name], facts.index(name)))
        for name in order:
            label = base.vocabulary[name].entry.label.replace("|", "/")
            counts = f"{deciding[document.id][name]} | {waiting[document.id][name]}"
            text += f"| `{name}` {label} | {counts} | {letters.held(name)} |\n"
    return text


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page to the documentation."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, PATH, content=page()))
    return files
