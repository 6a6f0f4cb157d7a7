"""The board's cases in a registry: nobody's name, no words, noted in the trail, only once."""

import datetime
from pathlib import Path

import pytest
import yaml

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from gepnet.registry.store import Registry
from tests.store.people import CENTRE, Team

SECRET = "Zzyzx"
DAY = datetime.date(2026, 1, 15)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    api.write_pseudonym_key(tmp_path / "secret.key")
    return tmp_path / "secret.key"


def case_of(kept: store.Store, team: Team, base: KnowledgeBase) -> store.Case:
    """A case whose words all hold a secret."""
    case = store.add_case(kept, team.ben, CENTRE, store.Identity(SECRET, "Maria"))
    data = yaml.safe_load(api.example_patient())
    data["title"] = data["source"] = SECRET
    for number, event in enumerate(data["events"]):
        event |= {"id": f"{SECRET}-{number}", "note": SECRET, "source": SECRET, "author": SECRET}
    data["events"].append({"kind": "note", "date": "2024-01-01", "text": f"Seen: {SECRET}"})
    store.save_file(kept, team.ben, case.id, yaml.safe_dump(data), base.vocabulary, 0)
    return case


def everything(registry: str) -> str:
    found = Registry.open(registry)
    tables = (table for one in found.manifest.blocks for table in found.tables(one).values())
    return "".join(table.write_json() for table in tables)


def test_facts_and_dates_go_and_words_and_names_stay(
    kept: store.Store, team: Team, base: KnowledgeBase, key: Path, tmp_path: Path
) -> None:
    case = case_of(kept, team, base)
    place = str(tmp_path / "registry")
    view = api.board_to_registry(base, kept, team.root, place, key, on=DAY)
    told = everything(place)
    assert SECRET not in told and case.id not in told and case.pseudonym not in told
    assert "jejunum_ileum" in told and CENTRE in told
    assert (view["cases"], view["added"], view["events_left"]) == (1, 1, 1)
    looks = [one for one in store.case_history(kept, team.root, case.id)]
    assert [one.action for one in looks].count("case.export") == 1
    assert "root" in next(one.actor for one in looks if one.action == "case.export")


def test_coming_again_adds_only_what_changed_and_withdraws_what_is_gone(
    kept: store.Store, team: Team, base: KnowledgeBase, key: Path, tmp_path: Path
) -> None:
    case = case_of(kept, team, base)
    place = str(tmp_path / "registry")
    api.board_to_registry(base, kept, team.root, place, key, on=DAY)
    digest = Registry.open(place).manifest.digest
    again = api.board_to_registry(base, kept, team.root, place, key, on=DAY)
    assert again["added"] == 0 and again["digest"] == digest
    record = store.read_kept(kept, team.ben, case.id, base.vocabulary).record
    scan = next(e for e in record.events if e.kind == "pathology")
    left = tuple(event for event in record.events if event.id != scan.id)
    fewer = record.model_copy(update={"events": left})
    store.save_record(kept, team.ben, case.id, fewer, base.vocabulary, 1, "entered twice")
    before = everything(place).count("differentiation")
    view = api.board_to_registry(base, kept, team.root, place, key, on=DAY)
    assert view["added"] == 1 and len(view["history"]) == 2
    assert everything(place).count("differentiation") < before


def test_who_may_not_take_cases_out_takes_none(
    kept: store.Store, team: Team, base: KnowledgeBase, key: Path, tmp_path: Path
) -> None:
    place = str(tmp_path / "registry")
    with pytest.raises(api.InputError, match="--demo"):
        api.board_to_registry(base, kept, team.root, place, key, on=DAY)
    case_of(kept, team, base)
    with pytest.raises(store.NotAllowed):
        api.board_to_registry(base, kept, team.eli, place, key, on=DAY)
    assert not Path(place).exists()
