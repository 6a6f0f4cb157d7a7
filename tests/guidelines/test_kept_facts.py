"""Facts that a record may hold and no document asks for make no question and no work."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from gepnet import api
from gepnet.record import parse_record
from gepnet.vocabulary import Question

FACTS = Path(api.__file__).parents[1] / "knowledge" / "facts"
TODAY = datetime.date(2026, 6, 1)
OTHERS = {
    "weight_loss", "weight_loss_kg", "weight_loss_percent", "gestational_week", "second_syndrome",
}  # fmt: skip


def kept() -> set[str]:
    """Return the facts that are there to be kept."""
    found = set(OTHERS)
    for name in ("hormones", "specimen", "molecular"):
        entries = yaml.safe_load((FACTS / f"{name}.yaml").read_text(encoding="utf-8"))["facts"]
        found |= {entry["id"] for entry in entries}
    return found


PATIENTS = (
    [],
    [{"kind": "diagnosis", "date": "2026-01", "primary_site": "pancreas", "syndrome": "vipoma"},
     {"kind": "stage", "date": "2026-01", "stage": "metastatic"},
     {"kind": "demographics", "date": "2026-01", "sex": "female", "age_years": 34}],
)  # fmt: skip


@pytest.mark.parametrize("events", PATIENTS)
def test_no_document_asks_for_a_fact_that_is_only_kept(events: list[dict[str, object]]) -> None:
    base = api.base()
    data = {"gepnet": 1, "patient": "p", "region": "EU", "as_of": "2026-05", "events": events}
    record = parse_record(yaml.safe_dump(data), "p.yaml", base.vocabulary, TODAY)
    view = api.assessment_view(api.assess_record(record, base, Question()), base)
    asked = {fact["id"] for request in view["missing"] for fact in request["facts"]}
    asked |= {fact["id"] for note in view["safety"] for fact in note["missing"]}
    assert asked, "an empty patient is asked for a lot"
    assert not asked & kept()


def test_what_is_kept_is_shown_as_used_by_no_document() -> None:
    base = api.base()
    text = """\
gepnet: 1
patient: p
region: EU
as_of: 2026-05
events:
- {id: lab, kind: laboratory, date: 2026-04, gastrin: {value: 477, unit: pmol/L}}
- {id: op, kind: pathology, date: 2026-04, perineural_invasion: true, nodes_examined: 14}
"""
    record = parse_record(text, "p.yaml", base.vocabulary, TODAY)
    view = api.assessment_view(api.assess_record(record, base), base)
    said = {item["event"]: item["says"] for item in view["unread"]}
    assert "Gastrin" in said["lab"]
    assert "along nerves" in said["op"]
    assert "nodes" in said["op"].lower()


def test_a_week_of_pregnancy_and_an_m_category_count() -> None:
    base = api.base()
    text = """\
gepnet: 1
patient: p
region: EU
as_of: 2026-05
events:
- {kind: clinical, date: 2026-04, gestational_week: 12}
- {kind: stage, date: 2026-04, tnm_m: cM1}
- {kind: diagnosis, date: 2026-04, second_syndrome: carcinoid}
"""
    facts = api.facts_of(parse_record(text, "p.yaml", base.vocabulary, TODAY), base)
    for name in ("pregnant", "metastatic", "functioning", "carcinoid_syndrome"):
        assert facts[name].value is True
