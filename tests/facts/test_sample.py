"""Made-up patients: the same for the same seed, plausible, and fit to be assessed."""

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gepnet import api
from gepnet.criteria.columns import cells
from gepnet.facts.given import Source
from gepnet.facts.sample import Sampler
from gepnet.facts.table import ROW, Reader
from gepnet.knowledge import load_knowledge

DAY = datetime.date(2026, 1, 1)
BASE = api.base()
WANTED = tuple(sorted(BASE.facts_named, key=BASE.vocabulary.order))


def sample(rows: int, seed: int = 1) -> pl.DataFrame:
    sampler = Sampler(BASE.criteria, BASE.knowledge.measures, WANTED, DAY, seed)
    return sampler.table(rows).collect(engine="streaming")


@pytest.fixture(scope="module")
def patients() -> pl.DataFrame:
    return sample(20_000)


def test_a_row_depends_on_seed_and_place_alone(patients: pl.DataFrame) -> None:
    assert sample(300).equals(patients.head(300))
    other = sample(300, seed=2)
    assert other.columns == patients.columns
    assert not other.drop("patient").equals(patients.head(300).drop("patient"))


def test_the_draws_are_those_of_the_published_generator() -> None:
    # SplitMix64 in plain Python; an engine that changed its arithmetic would change every sample.
    import hashlib

    mask = (1 << 64) - 1
    start = int.from_bytes(hashlib.sha256(b"7/some fact").digest()[:8], "big")
    wanted = []
    for row in range(50):
        z = (row * 0x9E3779B97F4A7C15 + start) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        wanted.append(((z ^ (z >> 31)) >> 11) * 2.0**-53)
    sampler = Sampler(BASE.criteria, BASE.knowledge.measures, (), DAY, seed=7)
    rows = pl.DataFrame({ROW: pl.int_range(50, dtype=pl.UInt64, eager=True)})
    assert rows.select(sampler._uniform("some fact")).to_series().to_list() == wanted


def test_every_recorded_fact_of_the_criteria_is_there_and_valid(patients: pl.DataFrame) -> None:
    source = Source(BASE.criteria, BASE.knowledge.measures, frozenset(), DAY)
    facts = [BASE.vocabulary[name] for name in source.recorded(WANTED)]
    reader = Reader(facts, patients.schema)
    assert {fact.id for fact in reader.facts} == {fact.id for fact in facts}
    read, faults = reader.read(patients)
    assert faults == []
    names = [name for name in read.columns if name in patients.columns]
    flags = [pl.col(name).fill_null(False) for name in names if name.endswith("__na")]
    wanted = patients.select(names).with_columns(flags)
    for fact in facts:
        if fact.type == "enum":
            words = {None: None} | {v: cells(fact, fact.parse(v))[fact.id] for v in fact.values}
            bits = [words[word] for word in wanted[fact.id]]
            wanted = wanted.with_columns(pl.Series(fact.id, bits, dtype=read[fact.id].dtype))
    assert read.select(names).equals(wanted)


def test_no_fact_is_constant_or_always_missing(patients: pl.DataFrame) -> None:
    for name in patients.columns:
        if not name.endswith("__na"):
            assert patients[name].drop_nulls().n_unique() > 1, name


def share(found: pl.DataFrame, condition: pl.Expr) -> float:
    return float(found.select(condition.fill_null(False).mean()).item())


def test_facts_go_together(patients: pl.DataFrame) -> None:
    poor = patients.filter(pl.col("differentiation") == "poor")
    well = patients.filter(pl.col("differentiation") == "well")
    high = pl.col("ki67_percent__lo") > 20
    assert share(poor, high) > 0.8 > 0.3 > share(well, high)
    treated = pl.col("received_prrt")
    assert patients.filter(~treated & (pl.col("progressed_on_prrt"))).is_empty()
    lu177 = [n for n in patients.columns if n == "received_radioligand_therapy"]
    assert lu177, "a class of a sampled member"
    assert patients.filter(treated & ~pl.col("received_radioligand_therapy")).is_empty()


def test_what_one_report_holds_goes_missing_together(patients: pl.DataFrame) -> None:
    without = pl.col("sstr_result").is_null()
    both = share(patients, without & pl.col("sstr_method").is_null())
    alone = share(patients, without) * share(patients, pl.col("sstr_method").is_null())
    assert both > 3 * alone


def test_some_numbers_are_ranges(patients: pl.DataFrame) -> None:
    ranges = pl.col("ki67_percent__lo") < pl.col("ki67_percent__hi")
    assert 0.05 < share(patients, ranges) < 0.2


def entries(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [*spec["facts"], *spec["families"], *spec["others"].values()]


def test_the_data_is_well_formed() -> None:
    """A slip in the file would otherwise show up as an odd sample only."""
    spec = load_knowledge().measures["sample"]
    known: set[str] = set()
    for entry in entries(spec):
        name = entry.get("fact")
        assert name is None or name in BASE.vocabulary, name
        group = entry["missing"].get("with")
        assert group is None or group in spec["groups"]
        *conditional, last = entry["cases"]
        assert all("when" in case for case in conditional)
        assert "when" not in last, f"{entry}: the last case must always apply"
        for case in entry["cases"]:
            draws = set(case) & {"values", "quantiles", "chance", "value", "date"}
            assert len(draws) == 1, case
            if name and isinstance(case.get("values"), dict):
                assert set(case["values"]) <= set(BASE.vocabulary[name].values), name
        known.add(str(name))
    families = {family.pattern for family in BASE.vocabulary.families}
    assert {entry["pattern"] for entry in spec["families"]} == families


def test_the_command_writes_the_same_file_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        api.sample_facts(BASE, 500, tmp_path / name, seed=3, at=DAY)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert pl.read_parquet(tmp_path / "a").equals(sample(500, seed=3))
