"""Each clash of documents, and each limit left to nobody, is judged: on any day, not on one.

What is found hangs on the day through the documents and labels in force on it. Findings are about
one document, two documents, or two rules, so that it is enough to ask each pair that is in force
together on some day once.
"""

from __future__ import annotations

import datetime
from itertools import combinations
from pathlib import Path

import pytest

from gepnet import api
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.verify.between import clashes
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.judgements import JUDGED, judgements
from gepnet.guidelines.verify.rules import rules
from gepnet.guidelines.verify.thresholds import thresholds
from gepnet.guidelines.verify.within import within
from gepnet.vocabulary import parse_date

LATER = """\
document:
  id: later-2031
  title: A document of a later year, made up for a test
  short: Later 2031
  body: Nobody
  year: 2031
  published: 2031-05-01
  kind: guideline
  region: [EU]
  source: esmo-2020
  supersedes: [{supersedes}]
  scope: "primary_gep"
  scope_note: Made up.
  counts_as_line: {{}}
  schema: 1
  coverage: []
recommendations:
- id: no-rlt
  when: "primary_site = 'jejunum_ileum'"
  options:
  - {{option: lu177_dotatate, intent: tumour_control, position: against}}
  strength: null
  source: esmo-2020
  locator: made up
  verification: primary
  note: Made up.
  examples:
    applies: {{primary_site: jejunum_ileum}}
    does_not_apply:
    - {{primary_site: pancreas}}
    undetermined: [primary_site]
"""


def days_of_change(base: KnowledgeBase) -> list[datetime.date]:
    """Every day on which other documents or labels are in force than on the day before."""
    days = {document.published.last for document in base.documents}
    for label in base.labels:
        begin, end = label.entry.from_, label.entry.to
        days |= {parse_date(begin).last} if begin is not None else set()
        days |= {parse_date(end).first} if end is not None else set()
    return sorted(days)


def pairs_ever_in_force(base: KnowledgeBase) -> set[tuple[str, str]]:
    """The documents that are in force together on some day."""
    pairs = set()
    for day in days_of_change(base):
        in_force = [document.id for document in documents_in_force(base.documents, day)[0]]
        pairs |= set(combinations(in_force, 2))
    return pairs


def days_of_labels(base: KnowledgeBase) -> list[datetime.date]:
    """Days so that all labels ever in force together are so on one of them."""
    held = {
        frozenset(label.entry.id for label in base.labels if in_force(label, day)): day
        for day in days_of_change(base)
    }
    return [day for labels, day in held.items() if not any(labels < other for other in held)]


def unjudged(base: KnowledgeBase, about: str | None = None) -> list[str]:
    """The findings of any day that nobody judged, or those of one document."""
    # On the last day every document is published; of two, neither sets the other aside.
    context = Context(base, days_of_change(base)[-1])
    found = []
    for pair in sorted(pairs_ever_in_force(base)):
        if about is None or about in pair:
            found += clashes(context, *pair)
    for name in context.documents:
        if about is None or name == about:
            found += [*within(context, name), *thresholds(context, name)]
    if about is None:
        for day in days_of_labels(base):
            found += rules(Context(base, day))
    ids = {finding.id for finding in found if finding.kind in JUDGED}
    return sorted(ids - set(judgements(base.knowledge.measures)))


@pytest.mark.slow
def test_every_finding_of_any_day_is_judged() -> None:
    assert unjudged(api.base()) == []


@pytest.mark.parametrize("replaced", ["", "esmo-2020"])
def test_a_clash_with_a_document_of_a_later_day_is_found(tmp_path: Path, replaced: str) -> None:
    file = tmp_path / "later.yaml"
    file.write_text(LATER.format(supersedes=replaced), encoding="utf-8")
    base = api.base(file)
    in_force, _ = documents_in_force(base.documents, datetime.date(2026, 1, 15))
    assert "later-2031" not in {document.id for document in in_force}
    opposed = {name for name in unjudged(base, "later-2031") if name.startswith("opposed~")}
    with_esmo = "opposed~esmo-2020~later-2031~lu177_dotatate~tumour_control"
    # A document and the one that replaces it are never in force together.
    assert (with_esmo in opposed) is (replaced == "")
    assert any("asco-2023" in name for name in opposed)


def test_labels_of_every_day_are_asked_together() -> None:
    base = api.base()
    days = days_of_labels(base)
    for day in (*days_of_change(base), datetime.date.today(), datetime.date(2100, 1, 1)):
        held = {label.entry.id for label in base.labels if in_force(label, day)}
        assert any(held <= {x.entry.id for x in base.labels if in_force(x, one)} for one in days)
