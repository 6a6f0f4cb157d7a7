"""A registry on disk, its assessment, and what happens when either is cut off or broken."""

import datetime
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from gepnet import api
from gepnet.api import Question
from gepnet.registry.assess import Assessed
from gepnet.registry.store import Registry
from gepnet.vocabulary import parse_date

BASE = api.base()
# Of one state of the knowledge, so that a run around midnight compares like with like.
DAY = Question.read(at="2025-01-01", knowledge_date=datetime.date(2026, 1, 1))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("registry") / "r")
    api.synth_registry(BASE, place, 300, seed=3, block=100)
    return place


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_fewer_patients_the_first_of_them(
    registry: str, tmp_path: Path
) -> None:
    again = str(tmp_path / "again")
    api.synth_registry(BASE, again, 300, seed=3, block=100)
    assert contents(Path(again)) == contents(Path(registry))
    fewer, other = str(tmp_path / "fewer"), str(tmp_path / "other")
    assert api.synth_registry(BASE, fewer, 100, seed=3, block=100)["patients"] == 100
    first = Registry.open(fewer).manifest.blocks[0]
    assert first.digest == Registry.open(registry).manifest.blocks[0].digest
    api.synth_registry(BASE, other, 100, seed=4, block=100)
    assert Registry.open(other).manifest.digest != Registry.open(fewer).manifest.digest


def test_what_is_made_up_says_so(registry: str) -> None:
    found = Registry.open(registry)
    assert found.manifest.synthetic and "made up" in found.manifest.title
    heads = found.tables(found.manifest.blocks[0])["patients"]
    assert heads["patient"].str.starts_with("synthetic-").all()
    assert heads["title"].str.contains("made up").all()


def test_a_registry_is_not_written_over_another(registry: str) -> None:
    with pytest.raises(api.InputError, match="without a registry"):
        api.synth_registry(BASE, registry, 10)
    with pytest.raises(api.InputError, match="from 1"):
        api.synth_registry(BASE, registry, 0, force=True)


def test_an_object_store_is_a_place_too(tmp_path: Path) -> None:
    place = "memory://far/registry"
    api.synth_registry(BASE, place, 20, seed=1)
    view = api.assess_registry(BASE, place, "memory://far/assessed", DAY)
    assert view["patients"] == 20 and len(Assessed("memory://far/assessed").table("facts"))


def test_a_block_that_is_done_is_not_computed_again(registry: str, tmp_path: Path) -> None:
    place = tmp_path / "assessed"
    first = api.assess_registry(BASE, registry, str(place), DAY)
    before = {p: p.stat().st_mtime_ns for p in place.rglob("*.parquet")}
    assert api.assess_registry(BASE, registry, str(place), DAY) == first
    assert {p: p.stat().st_mtime_ns for p in place.rglob("*.parquet")} == before
    next_day = replace(DAY, at=parse_date("2025-01-02"))
    later = api.assess_registry(BASE, registry, str(place), next_day)
    assert not {p.name for p in before} & {
        Path(file["path"]).name for block in later["blocks"] for file in block["files"].values()
    }


def test_points_facts_and_statuses_lie_row_by_row(registry: str, tmp_path: Path) -> None:
    place = str(tmp_path / "assessed")
    view = api.assess_registry(BASE, registry, place, DAY, "treatments")
    found = Assessed(place)
    tables = [found.table(name) for name in ("points", "facts", "statuses")]
    assert len({len(table) for table in tables}) == 1
    assert all(t["patient"].equals(tables[0]["patient"]) for t in tables)
    assert tables[0]["at"].equals(tables[1]["at"])
    assert (tables[0]["at"] < tables[0]["start"]).all() and view["rows"] == len(tables[0])
    # Nobody has had on the day before it what is given on the day.
    naive = tables[1].filter(tables[0]["line"] == 1).drop_nulls("received_ssa")
    assert not naive["received_ssa"].any()


KILLED = """
import datetime, sys
from gepnet import api
day = datetime.date(2026, 1, 1)
asked = api.Question.read(at="2025-01-01", knowledge_date=day)
api.assess_registry(api.base(), sys.argv[1], sys.argv[2], asked)
"""


def test_a_run_that_is_killed_ends_with_the_same_bytes_when_run_again(
    registry: str, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    api.assess_registry(BASE, registry, str(whole), DAY)
    undisturbed, cut = contents(whole), tmp_path / "cut"
    command = [sys.executable, "-c", KILLED, registry, str(cut)]
    draw = random.Random(5)
    stopped = 0
    for _ in range(1):
        process = subprocess.Popen(command, env=os.environ)
        deadline = time.monotonic() + 60
        while not list(cut.glob("blocks/*")) and time.monotonic() < deadline:
            if process.poll() is not None:
                break
            time.sleep(0.02)
        time.sleep(draw.random() / 2)
        process.send_signal(signal.SIGKILL)
        stopped += process.wait() == -signal.SIGKILL
    assert stopped
    api.assess_registry(BASE, registry, str(cut), DAY)
    assert contents(cut) == undisturbed


def broken(registry: str, where: Path) -> Path:
    found = contents(Path(registry))
    for name, data in found.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_bytes(data)
    return where


@pytest.mark.parametrize("what", ["cut off", "gone", "other bytes"])
def test_a_file_that_is_broken_sets_its_block_aside_and_the_rest_goes_on(
    registry: str, tmp_path: Path, what: str
) -> None:
    place = broken(registry, tmp_path / "r")
    file = next((place / "blocks" / "000001").glob("laboratory-*"))
    data = file.read_bytes()
    if what == "gone":
        file.unlink()
    else:
        file.write_bytes(data[:-20] if what == "cut off" else data[:-1] + b"x")
    view = api.assess_registry(BASE, str(place), str(tmp_path / "a"), DAY)
    assert view["patients_aside"] == 100 and view["patients"] == 300
    assert 100 < view["rows"] <= 200
    assert any("laboratory" in one["kind"] and one["block"] == "000001" for one in view["aside"])


def drifted(registry: str, where: Path) -> Path:
    """Return a registry whose second block another program wrote, in types of its own."""
    place = broken(registry, where)
    manifest = json.loads((place / "registry.json").read_text())
    changes = {
        "laboratory": [
            pl.col("date").cast(pl.String),
            pl.when(pl.int_range(pl.len()) > 0)
            .then(pl.col("creatinine_umol_l").cast(pl.String))
            .otherwise(pl.lit("about 85"))
            .alias("creatinine_umol_l"),
            pl.lit(3.0).alias("old_marker"),
        ],
        "pathology": [pl.col("differentiation").replace("well", "good")],
        "progression": [pl.col("types").list.join(";")],
        "stage": [pl.col("metastasis_liver").cast(pl.Int8).replace_strict({1: "TRUE", 0: "false"})],
    }
    for part in manifest["blocks"][1]["parts"]:
        path = place / part["path"]
        told = changes.get(part["kind"])
        if told is not None:
            pl.read_parquet(path).with_columns(told).write_parquet(path)
            part["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (place / "registry.json").write_text(json.dumps(manifest))
    return place


def test_columns_that_drifted_are_read_as_far_as_they_can_be(registry: str, tmp_path: Path) -> None:
    place = drifted(registry, tmp_path / "r")
    view = api.assess_registry(BASE, str(place), str(tmp_path / "a"), DAY)
    told = {(one["kind"], one["field"]): one for one in view["aside"] if one["block"] == "000001"}
    assert told["laboratory", "creatinine_umol_l"]["why"] == "a number"
    assert told["laboratory", "creatinine_umol_l"]["value"].startswith("about 85")
    assert told["pathology", "differentiation"]["value"] == "good"
    assert "not used" in told["laboratory", "old_marker"]["why"]
    assert {kind for kind, _ in told} == {"laboratory", "pathology"}  # the others were read
    assert view["patients_aside"] == 0 and view["rows_aside"] > 50
    # Dates that are text are dates: what the block says else is what it said.
    api.assess_registry(BASE, registry, str(tmp_path / "b"), DAY)
    one, other = (Assessed(str(tmp_path / name)).table("facts") for name in "ab")
    for name in ("metastasis_liver", "haemoglobin_g_l", "progression_radiological"):
        if name in one.columns:
            assert one[name].equals(other[name], null_equal=True), name


def test_rows_of_tomorrow_and_of_treatments_that_nobody_knows_are_set_aside() -> None:
    from gepnet.registry.screen import screen

    day = datetime.date
    tables = {
        "patients": pl.DataFrame({"patient": ["a"]}),
        "treatment": pl.DataFrame(
            {"patient": ["a"] * 3, "option": ["snake_oil", "lanreotide", "lanreotide"],
             "start": [day(2021, 1, 1), day(2021, 1, 1), day(2999, 1, 1)]}
        ),
        "laboratory": pl.DataFrame({"date": [day(2021, 1, 1)], "haemoglobin_g_l": [120.0]}),
    }  # fmt: skip
    found = screen(tables, BASE.vocabulary, day(2026, 1, 1))
    told = {(one.kind, one.field, one.value) for one in found.aside}
    assert told == {
        ("treatment", "option", "snake_oil"), ("treatment", "start", "2999-01-01"),
        ("laboratory", "patient", ""),
    }  # fmt: skip
    assert found.rows_aside == 3 and found.rows == 5


def test_a_manifest_that_is_no_registry_is_named(tmp_path: Path) -> None:
    with pytest.raises(api.InputError, match="a registry"):
        api.registry_view(str(tmp_path))
    (tmp_path / "registry.json").write_text("{")
    with pytest.raises(api.InputError, match="JSON"):
        api.registry_view(str(tmp_path))
    (tmp_path / "registry.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(api.InputError, match="format 1"):
        api.registry_view(str(tmp_path))


def test_rows_that_cannot_be_are_set_aside_by_row() -> None:
    from gepnet.registry.screen import screen

    day = datetime.date
    tables = {
        "patients": pl.DataFrame({"patient": ["a", "b", "a"], "region": ["EU", "EU", "IT"]}),
        "demographics": pl.DataFrame(
            {
                "patient": ["a", "b"],
                "date": [day(2020, 1, 1)] * 2,
                "birth_date": ["1950", "1960-02-03"],
            }
        ),
        "death": pl.DataFrame({"patient": ["a"], "date": [day(2022, 1, 1)]}),
        "laboratory": pl.DataFrame(
            {
                "patient": ["a", "a", "b", "b"],
                "date": [day(2021, 1, 1), day(2023, 1, 1), day(1959, 1, 1), day(2021, 1, 1)],
                "haemoglobin_g_l": [12.8, 120.0, 120.0, 130.0],
            }
        ),
        "treatment": pl.DataFrame(
            {
                "patient": ["a"], "option": ["lanreotide"],
                "start": [day(2021, 1, 1)], "stop": [day(2020, 1, 1)],
            }
        ),
    }  # fmt: skip
    found = screen(tables, BASE.vocabulary)
    told = {(one.kind, one.patient, one.row): one.why for one in found.aside}
    assert set(told) == {
        ("patients", "a", 2), ("laboratory", "a", 0), ("laboratory", "a", 1),
        ("laboratory", "b", 2), ("treatment", "a", 0),
    }  # fmt: skip
    assert "another unit" in told["laboratory", "a", 0] and "death" in told["laboratory", "a", 1]
    assert found.rows == sum(map(len, found.tables.values())) + found.rows_aside


def event_tables(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for kind, text in tables.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    return folder


def test_what_is_added_is_assessed_as_patient_files_are(tmp_path: Path) -> None:
    source = event_tables(
        tmp_path / "tables",
        patients="patient,region,source,complete\nA,EU,north,treatments=2024-06-01\nB,IT,south,\n",
        diagnosis="patient,date,primary_site\nA,2022-01,jejunum_ileum\nB,2023-05-04,pancreas\n",
        pathology="patient,date,ki67_percent,differentiation\nA,2022-01-15,2-4,well\nB,2023-05-04,<3,well\n",
        laboratory="patient,date,creatinine_umol_l,bilirubin_umol_l\nA,2024-01-01,80,<5\n",
        treatment="patient,option,start,stop,stop_reason\nA,lanreotide,2022-02-01,2024-01-01,progression\n",
        progression="patient,date,types,on\nA,2023-12-20,radiological_recist,lanreotide\n",
    )
    place = str(tmp_path / "registry")
    view = api.add_to_registry(BASE, source, place, on=datetime.date(2024, 6, 1))
    assert (view["patients"], view["rows_read"], view["rows_aside"]) == (2, 9, 0)
    assessed = str(tmp_path / "assessed")
    api.assess_registry(BASE, place, assessed, Question.read(at="2024-05-01"))
    facts = Assessed(assessed).table("facts").row(0, named=True)
    assert (facts["ki67_percent__lo"], facts["ki67_percent__hi"]) == (2.0, 4.0)
    below = Assessed(assessed).table("facts").row(1, named=True)
    assert 2.9 < below["ki67_percent__hi"] < 3  # "<3" stays below the limit
    assert facts["progressed_on_ssa"] is True and facts["received_prrt"] is False
    assert facts["creatinine_umol_l"] == 80
    points = Assessed(assessed).table("points")
    assert points["centre"].to_list() == ["north", "south"]


def test_a_later_row_with_the_same_id_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    place = str(tmp_path / "registry")
    first = event_tables(
        tmp_path / "one",
        pathology="patient,id,date,ki67_percent\nA,p1,2022-01-15,25\nA,p2,2022-02-15,4\n",
    )
    second = event_tables(
        tmp_path / "two",
        pathology="patient,id,date,ki67_percent,withdrawn\nA,p1,2022-01-15,2.5,\nA,p2,2022-02-15,4,true\n"
        "C,p1,2022-01-15,9,\n",
    )
    for source in (first, second):
        api.add_to_registry(BASE, source, place, on=datetime.date(2024, 6, 1))
    found = Registry.open(place)
    table = found.tables(found.manifest.blocks[0])["pathology"]
    assert table.select("patient", "id", "ki67_percent__lo").rows() == [("A", "p1", 2.5)]
    assert [block.patients for block in found.manifest.blocks] == [1, 1]
    assert [commit.rows for commit in found.manifest.history] == [3, 5]


def test_a_row_that_cannot_be_used_is_set_aside_and_counted(tmp_path: Path) -> None:
    source = event_tables(
        tmp_path / "tables",
        pathology="patient,date,ki67_percent\nA,2022-01-15,4\nA,2022-13-15,4\nB,2022-01-15,lots\n",
        death="patient,date\nA,2023-01-01\n",
        laboratory="patient,date,haemoglobin_g_l\nA,2024-01-01,120\nA,2022-06-01,12.1\nA,2022-07-01,121\n",
    )
    view = api.add_to_registry(BASE, source, str(tmp_path / "r"))
    assert (view["rows_read"], view["rows_used"], view["rows_aside"]) == (7, 3, 4)
    told = "\n".join(view["problem_list"])
    assert all(one in told for one in ("2022-13-15", "lots", "12.1", "2024-01-01")), told


def test_pseudonyms_need_the_key_and_are_the_same_every_time(tmp_path: Path) -> None:
    source = event_tables(
        tmp_path / "t", pathology="patient,date,ki67_percent\nAnna,2022-01-15,4\n"
    )
    key, other = tmp_path / "key", tmp_path / "other"
    api.write_pseudonym_key(key)
    api.write_pseudonym_key(other)
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(api.InputError, match="not there"):
        api.write_pseudonym_key(key)
    names = []
    for number, one in enumerate((key, key, other)):
        place = str(tmp_path / f"r{number}")
        api.add_to_registry(BASE, source, place, pseudonyms=one)
        found = Registry.open(place)
        names.append(found.patients_of(found.manifest.blocks[0])[0])
        assert all(b"Anna" not in data for data in contents(Path(place)).values())
    assert names[0] == names[1] != names[2]
