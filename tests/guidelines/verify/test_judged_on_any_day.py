"""Documents of a later day are judged as well: what is found hangs on no one day."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from gepnet import api
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.verify.between import clashes
from gepnet.guidelines.verify.within import within
from tests.guidelines.verify.every_day import (
    at_limits,
    days_of_change,
    days_of_labels,
    on_the_last_day,
    pairs_ever_in_force,
    unjudged,
)

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


def unjudged_of(base: KnowledgeBase, about: str) -> list[str]:
    """The findings of any day about one document that nobody judged."""
    context = on_the_last_day(base)
    found = [*within(context, about), *at_limits(context, about)]
    for pair in sorted(pairs_ever_in_force(base)):
        if about in pair:
            found += clashes(context, *pair)
    return unjudged(base, found)


@pytest.mark.parametrize("replaced", ["", "esmo-2020"])
def test_a_clash_with_a_document_of_a_later_day_is_found(tmp_path: Path, replaced: str) -> None:
    file = tmp_path / "later.yaml"
    file.write_text(LATER.format(supersedes=replaced), encoding="utf-8")
    base = api.base(file)
    in_force, _ = documents_in_force(base.documents, datetime.date(2026, 1, 15))
    assert "later-2031" not in {document.id for document in in_force}
    opposed = {name for name in unjudged_of(base, "later-2031") if name.startswith("opposed~")}
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
