"""One patient handed over, and one erased: nothing is left, and the trail still verifies."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from gepnet.store.tables import Base
from tests.store.people import CENTRE, Team

SECRET = "Zzyzx"


def full_case(kept: store.Store, team: Team, base: KnowledgeBase) -> store.Case:
    """A case with something in every table, with one word that is nowhere else."""
    who = store.Identity(SECRET, "Maria", datetime.date(1961, 2, 3), f"H-{SECRET}")
    case = store.add_case(kept, team.ben, CENTRE, who)
    vocabulary = base.vocabulary
    file = api.example_patient().replace("title: ", f"title: {SECRET} ", 1)
    store.save_file(kept, team.ben, case.id, file, vocabulary, 0, f"Letter of {SECRET}")
    item = store.add_item(kept, team.dora, case.id, f"What next for {SECRET}?")
    store.begin_round(kept, team.ada, item.id, [team.ada.id])
    store.give_card(kept, team.ada, item.id, "everolimus", SECRET, base.options)
    decision = store.Decision(
        "agreed", ("everolimus",), owner=SECRET, due=datetime.date(2027, 1, 1), patient_wish=SECRET
    )
    store.record_outcome(kept, team.ada, item.id, decision, base.options)
    store.record_follow_up(kept, team.ada, item.id, "no", datetime.date(2026, 1, 1), SECRET)
    matters = api.what_matters(base)
    store.record_weights(kept, team.ben, case.id, matters, {"travel": SECRET})
    store.waive(kept, team.dora, case.id, "sstr", SECRET, ["sstr"])
    store.break_glass(kept, team.far, case.id, f"On call for {SECRET}")
    return case


def holding(kept: store.Store, word: str) -> set[str]:
    """Return the tables in which a word stands anywhere."""
    found = set()
    with kept.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(text(f"SELECT * FROM {table.name}"))
            if any(word in str(value) for row in rows for value in row):
                found.add(table.name)
    return found


def test_nothing_of_an_erased_patient_is_left(
    kept: store.Store, team: Team, base: KnowledgeBase, tmp_path: Path
) -> None:
    case, other = full_case(kept, team, base), store.add_case(kept, team.ben, CENTRE)
    api.prepared(kept, team.ada, base, case.id)
    assert len(holding(kept, SECRET)) > 8
    with pytest.raises(api.InputError):
        store.erase_case(kept, team.root, case.id, "")
    with pytest.raises(store.NotAllowed):
        store.erase_case(kept, team.ada, case.id, "asked for it")
    erased = store.erase_case(kept, team.root, case.id, "Patient asked for it")
    assert erased.rows["cases"] == 1 and erased.rows["cards"] == 1
    assert holding(kept, SECRET) == set()
    assert holding(kept, case.pseudonym) == set()
    assert holding(kept, case.id) == {"audit", "audit_reasons"}
    assert store.verify_store(kept, team.root).faults == ()
    assert [one.id for one in store.list_cases(kept, team.ben)] == [other.id]
    if kept.is_sqlite:
        place = Path(str(kept.engine.url.database))
        for file in place.parent.glob(f"{place.name}*"):
            assert SECRET.encode() not in file.read_bytes(), file


def test_all_of_a_patient_is_handed_over(
    kept: store.Store, team: Team, base: KnowledgeBase, tmp_path: Path
) -> None:
    case = full_case(kept, team, base)
    folder = tmp_path / "handed-over"
    found = store.find_case(kept, team.root, case.pseudonym)
    exported = store.export_case(kept, team.root, found.id, folder, base.vocabulary)
    assert {file.name for file in exported.files} == {"case.json", "record-1.yaml"}
    data = json.loads((folder / "case.json").read_text())
    assert data["case"]["identity"]["family_name"] == SECRET
    (item,) = data["items"]
    assert item["rounds"][0]["cards"][0]["reason"] == SECRET
    assert item["outcomes"][0]["decision"]["patient_wish"] == SECRET
    assert item["follow_ups"][0]["reason"] == SECRET
    assert data["weights"][0]["words"] == {"travel": SECRET}
    assert {look["action"] for look in data["history"]} >= {"case.add", "card.give"}
    record = api.read_patient(folder / "record-1.yaml", base)
    assert record.patient == case.pseudonym
    with pytest.raises(api.InputError, match="an earlier export"):
        store.export_case(kept, team.root, case.id, folder, base.vocabulary)
