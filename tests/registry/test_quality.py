"""Data quality of a registry: each kind of oddity is found in its row, and nothing else is."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from gepnet import api
from gepnet.criteria.columns import columns_of
from gepnet.registry.quality import quality, scale
from gepnet.registry.quality_rows import Finding
from gepnet.registry.small import Smallness
from gepnet.registry.store import Commit, Manifest, Registry, Writer, columns_seen

BASE = api.base()
DAY, DAYS = datetime.date(2024, 3, 1), datetime.timedelta(days=1)
Rows = Mapping[str, list[dict[str, Any]]]


def registry_of(place: Path, *added: Rows) -> Registry:
    """Return a registry whose rows nobody looked at; each further addition is a commit."""
    writer = Writer(str(place), BASE.vocabulary)
    tables = [{kind: pl.DataFrame(rows) for kind, rows in one.items()} for one in added]
    block = writer.block(0, tables[0])
    parts = list(block.parts)
    for number, more in enumerate(tables[1:], 1):
        parts += [writer.part(block.id, kind, table, number) for kind, table in more.items()]
    seen: dict[str, set[str]] = {}
    for one in tables:
        columns_seen(seen, one)
    whole = type(block)(block.id, block.patients, tuple(parts))
    history = tuple(Commit(n, "test", 0, 0) for n in range(len(added)))
    return writer.finish(Manifest("test", False, (whole,), history), seen)


def patients(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"patient": name, "source": "north", **more} for name in names]


def numbers(fact: str, values: Mapping[str, float]) -> list[dict[str, Any]]:
    columns = columns_of(BASE.vocabulary[fact])
    ends = [name for name in columns if not name.endswith("__na")]
    return [
        {"patient": name, "date": DAY, **dict.fromkeys(ends, float(value))}
        for name, value in values.items()
    ]


def told(registry: Registry) -> list[Finding]:
    return quality(BASE, registry, small=Smallness(1))[1]


def test_a_value_in_another_unit_is_told_with_the_unit(tmp_path: Path) -> None:
    lab = numbers("haemoglobin_g_l", {"a": 13.1, "b": 128, "c": 9000})
    registry = registry_of(tmp_path, {"patients": patients("a", "b", "c"), "laboratory": lab})
    slip, absurd = sorted(told(registry), key=lambda one: one.patient)
    assert (slip.check, slip.patient, slip.row, slip.value) == ("unit_slip", "a", 1, "13.1")
    assert "g/dL" in slip.expected and slip.file.startswith("blocks/000000/laboratory-")
    assert (absurd.check, absurd.patient, absurd.row) == ("implausible", "c", 3)


def test_what_somebody_stands_by_is_no_finding(tmp_path: Path) -> None:
    (row,) = numbers("haemoglobin_g_l", {"a": 30})
    row["accepted"] = '{"haemoglobin_g_l": {"value": "30", "by": "Dr Bell", "why": "seen"}}'
    assert told(registry_of(tmp_path, {"patients": patients("a"), "laboratory": [row]})) == []


def test_dates_out_of_order_come_from_the_one_check_of_dates(tmp_path: Path) -> None:
    """A death that came later than what lies after it; a course that ends before it begins."""
    first: Rows = {
        "patients": patients("a", "b", "c"),
        "laboratory": numbers("albumin_g_l", {"a": 40, "b": 41}),
        "treatment": [
            {"patient": "c", "option": "everolimus", "start": DAY, "stop": DAY - DAYS * 200}
        ],
    }
    later: Rows = {"death": [{"patient": "a", "date": datetime.date(2024, 1, 5)}]}
    found = told(registry_of(tmp_path, first, later))
    assert [(one.check, one.patient, one.kind, one.row) for one in found] == [
        ("out_of_order", "a", "laboratory", 1),
        ("out_of_order", "c", "treatment", 1),
    ]
    assert "not after the death (2024-01-05)" in found[0].expected
    assert found[1].field == "stop" and "after the start of everolimus" in found[1].expected


def test_a_day_that_says_two_things_and_an_event_twice(tmp_path: Path) -> None:
    reports = [
        {"patient": "a", "date": DAY, "differentiation": "well"},
        {"patient": "a", "date": DAY, "differentiation": "poor"},
        {"patient": "b", "date": DAY, "differentiation": "well"},
        {"patient": "b", "date": DAY, "differentiation": "well", "id": "again"},
    ]
    found = told(registry_of(tmp_path, {"patients": patients("a", "b"), "pathology": reports}))
    assert [(one.check, one.patient, one.row) for one in found] == [
        ("contradiction", "a", 2),
        ("duplicate_row", "b", 4),
    ]
    assert "well" in found[0].expected and found[0].value == "poor"


def test_ranges_that_overlap_contradict_nothing(tmp_path: Path) -> None:
    wide = {"patient": "a", "date": DAY, "ki67_percent__lo": 3.0, "ki67_percent__hi": 8.0}
    rows = [*numbers("ki67_percent", {"a": 5}), wide]
    assert told(registry_of(tmp_path, {"patients": patients("a"), "pathology": rows})) == []


def test_two_names_of_one_person_are_told(tmp_path: Path) -> None:
    names = ("a", "b", "c")
    born = [
        {"patient": n, "date": DAY, "birth_date": f"195{i // 2}-04-05", "sex": "female"}
        for i, n in enumerate(names)
    ]
    tumours = [
        {"patient": n, "date": DAY, "diagnosis_date": "2024-03-01", "primary_site": "pancreas"}
        for n in names
    ]
    rows: Rows = {"patients": patients(*names), "demographics": born, "diagnosis": tumours}
    (one,) = told(registry_of(tmp_path, rows))
    assert (one.check, one.patient) == ("duplicate_patient", "b")
    assert one.expected.startswith("another person than a")


def test_outliers_by_the_modified_z_score_and_a_centre_that_differs(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    names = [f"p{n:03d}" for n in range(240)]
    albumin = dict(zip(names, np.round(rng.normal(40, 3, 240), 1), strict=True))
    centres = ["south" if n % 6 == 0 else "north" if n % 2 else "east" for n in range(240)]
    for name, centre in zip(names, centres, strict=True):
        albumin[name] -= 4 if centre == "south" else 0
    albumin["p001"] = 70.0
    people = [{"patient": n, "source": c} for n, c in zip(names, centres, strict=True)]
    registry = registry_of(
        tmp_path, {"patients": people, "laboratory": numbers("albumin_g_l", albumin)}
    )
    found = told(registry)
    values = np.array(list(albumin.values()))
    middle = np.median(values)
    score = 0.6745 * (values - middle) / np.median(np.abs(values - middle))
    by_hand = {name for name, z in zip(names, score, strict=True) if abs(z) > 3.5}
    assert {one.patient for one in found if one.check == "outlier"} == by_hand
    assert [one.source for one in found if one.check == "centre_differs"] == ["south"]
    view = api.registry_quality(BASE, str(tmp_path), ["centre_differs"])
    assert view["checks"][0]["by_centre"] == {"south": 1}


def test_logarithms_are_taken_where_they_lie_more_evenly() -> None:
    rng = np.random.default_rng(2)
    assert not scale(rng.normal(40, 3, 400))[1]
    assert scale(np.exp(rng.normal(3, 1, 400)))[1]
    assert not scale(np.array([0.0, 1, 5, 80]))[1]


def test_small_counts_are_hidden_and_gaps_are_told_by_centre(tmp_path: Path) -> None:
    names = [f"p{n:02d}" for n in range(40)]
    values = {name: 120.0 + place for place, name in enumerate(names[:30])} | {"p00": 13.0}
    lab = numbers("haemoglobin_g_l", values)
    registry_of(tmp_path / "r", {"patients": patients(*names), "laboratory": lab})
    file = tmp_path / "odd.csv"
    view = api.registry_quality(BASE, str(tmp_path / "r"), output=file)
    slip = next(one for one in view["checks"] if one["id"] == "unit_slip")
    assert slip["patients"] is None and slip["rows"] is None
    assert slip["by_centre"] == {"north": None}
    gap = next(one for one in view["missing"] if one["fact"] == "haemoglobin_g_l")
    assert (gap["group"], gap["missing"], gap["percent"]) == ("north", 10, 25.0)
    assert "p00" in file.read_text(encoding="utf-8")
    with pytest.raises(api.InputError, match="unit_slip"):
        api.registry_quality(BASE, str(tmp_path / "r"), ["unit_slp"])


def test_a_registry_in_which_nothing_is_odd_has_a_picture_too(tmp_path: Path) -> None:
    lab = numbers("haemoglobin_g_l", {"a": 130})
    registry_of(tmp_path / "r", {"patients": patients("a"), "laboratory": lab})
    view = api.registry_quality(BASE, str(tmp_path / "r"), plot=tmp_path / "odd.svg")
    assert "0 kinds of finding" in view["sentence"]
    assert (tmp_path / "odd.svg").stat().st_size > 1000


def test_a_file_that_was_changed_is_told_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    lab = numbers("haemoglobin_g_l", {"a": 130})
    registry_of(tmp_path, {"patients": patients("a"), "laboratory": lab})
    (file,) = tmp_path.glob("blocks/*/laboratory*")
    file.write_bytes(file.read_bytes()[:-20])
    (one,) = told(Registry.open(str(tmp_path)))
    assert one.check == "unreadable" and file.name in one.file
