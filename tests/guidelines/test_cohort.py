"""Tables of many patients: every status is what it is for one patient, in Polars and in SQL."""

import datetime
import json
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

import polars as pl
import pyarrow.parquet as pq
import pytest

from gepnet import __version__, api
from gepnet.criteria.columns import columns_of, from_bits
from gepnet.facts import Facts, facts_of_values
from gepnet.facts.given import Source
from gepnet.guidelines import Status, assess
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.cohort_notes import TableNotes
from gepnet.guidelines.cohort_run import assess_table
from gepnet.guidelines.cohort_sql import cohort_sql
from gepnet.guidelines.cohort_views import long_form, open_statuses
from gepnet.guidelines.statuses import CODES, OUT_OF_SCOPE
from gepnet.guidelines.wide import Cohort
from gepnet.knowledge import InputError
from gepnet.vocabulary import Fact, Question, Value, exact
from tests.random_patients import Patients, by_duckdb, in_words, plain_input, table

DAY = datetime.date(2026, 1, 1)
ASKED = Question(knowledge_date=DAY)
BASE = api.base()
COHORT = Cohort(BASE, DAY)
PARTS = 6
ROWS = 180


@cache
def levels() -> dict[str, int]:
    """Every fact that some criterion rests on; level 0 is recorded, others follow."""
    bare = Source(BASE.criteria, BASE.knowledge.measures, frozenset(), DAY)
    return bare.needed(COHORT.facts_named)


@cache
def needed() -> list[Fact]:
    return [BASE.vocabulary[name] for name in levels()]


def maker(seed: object) -> Patients:
    rules = [BASE.criteria(rule.when) for fact in needed() for rule in fact.entry.rules]
    return Patients(Random(str(seed)), BASE.vocabulary).at_thresholds_of([*COHORT.nodes, *rules])


def patients(seed: object, count: int) -> list[dict[str, Value]]:
    """Random rows, and example patients of the knowledge with a few facts changed."""
    make = maker(seed)
    facts = needed()
    recorded = [fact for fact in facts if levels()[fact.id] == 0]
    derived = [fact for fact in facts if levels()[fact.id] > 0]
    examples = [r.entry.examples.applies for d in COHORT.documents for r in d.recommendations]
    rows = []
    for index in range(count):
        if index % 3:
            example = make.random.choice(examples)
            given = {
                name: BASE.vocabulary[name].parse(raw)
                for name, raw in example.items()
                if name in levels() and raw != "not applicable"
            }
            rows.append(make.changed(given, facts))
        else:
            known = make.random.choice((0.3, 0.6, 0.9))
            rows.append(make.patient(recorded, known) | make.patient(derived, 0.1))
    return rows


def one(values: dict[str, Value]) -> Facts:
    given = {name: plain_input(value) for name, value in values.items()}
    return facts_of_values(given, BASE.knowledge, BASE.criteria, at=exact(DAY))


def held_to_the_interpreter(values: dict[str, Value], codes: dict[str, int]) -> Counter[Status]:
    """Hold a row of codes to the answer for one patient; return how often each status occurs."""
    seen: Counter[Status] = Counter()
    for name, document in assess(BASE, one(values), ASKED).documents.items():
        for (option, intent), cell in document.cells.items():
            column = COHORT.column_of(document.document, option, intent)
            code = CODES[OUT_OF_SCOPE if column is None else codes[column]]
            found, wanted = (code.status, code.possible), (cell.status, cell.possible)
            assert found == wanted, f"{name}/{option}/{intent}: {values}"
            seen[cell.status] += 1
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_status_is_that_of_the_interpreter(part: int) -> None:
    rows = patients(part, ROWS)
    frame = table(rows, needed())
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    notes = TableNotes()
    wide = plan.statuses(frame.lazy(), notes).collect(engine="streaming")
    assert (notes.rows, notes.faults) == (ROWS, [])
    seen: Counter[Status] = Counter()
    for values, codes in zip(rows, wide.iter_rows(named=True), strict=True):
        seen.update(held_to_the_interpreter(values, codes))
    assert set(Status) - {Status.CONFLICTING} <= set(seen), seen
    for column in COHORT.columns:
        counts = wide[column.name].value_counts().rows()
        assert {c: n for c, n in notes.codes[plan.results[column.name]].items() if n} == dict(
            counts
        )


@pytest.mark.parametrize("bulky", [True, False, None])
@pytest.mark.parametrize("burden", ["low", "high", None])
def test_who_is_included_narrowly_is_named_as_the_lesser_whatever_the_broad_words_say(
    bulky: bool | None, burden: str | None
) -> None:
    """A burden called low beside bulky disease meets the narrow words and not the broad ones."""
    told = {
        "primary_site": "jejunum_ileum", "differentiation": "well", "ki67_percent": 2,
        "stage": "metastatic", "treatment_naive": True, "resectability": "unresectable",
        "symptomatic": False, "progression_radiological_or_clinical": False,
        "sstr_any_uptake": True, "tumour_burden": burden, "bulky": bulky,
    }  # fmt: skip
    vocabulary = BASE.vocabulary
    values = {n: vocabulary[n].parse(raw) for n, raw in told.items() if raw is not None}
    frame = table([values], [vocabulary[name] for name in told])
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    (codes,) = plan.statuses(frame.lazy()).collect().iter_rows(named=True)
    assert sum(held_to_the_interpreter(values, codes).values())


def test_a_column_of_truths_is_of_one_criterion() -> None:
    named: dict[str, tuple[object, bool]] = {}
    for column in COHORT.columns:
        for place in column.asked.places:
            for reading in column.readings(place):
                truth = (reading.node, reading.lasting)
                assert named.setdefault(reading.name, truth) == truth


@pytest.mark.parametrize("size", [1, 8, 9, 65])
def test_a_row_has_the_same_statuses_wherever_its_batch_begins(size: int) -> None:
    frame = table(patients("batches", 200), needed())
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    whole = plan.statuses(frame.lazy()).collect()
    for start in (0, 3, 64, 100):
        part = frame.slice(start, size)
        assert plan.statuses(part.lazy()).collect().equals(whole.slice(start, size))
        # Of a batch that is a part of a larger one, Arrow's bit maps begin within a byte.
        parts = plan.statuses(pl.concat([part, frame.head(5)], rechunk=False).lazy()).collect()
        assert parts.head(size).equals(whole.slice(start, size))


@pytest.mark.slow
@pytest.mark.parametrize("staged", [False, True])
def test_sql_gives_the_same_columns(staged: bool) -> None:
    frame = table(patients("sql", 1000), needed())
    wanted = CohortPlan(BASE, frame.schema, DAY, DAY).statuses(frame.lazy()).collect()
    query = cohort_sql(BASE, DAY, DAY, columns=frame.columns, stage_atoms=staged)
    found = by_duckdb(query, in_words(frame, needed()))
    assert found.schema == wanted.schema
    different = [name for name in wanted.columns if not wanted[name].equals(found[name])]
    assert not different


def test_several_values_are_read_from_words_with_a_mark_from_lists_and_from_bits() -> None:
    site = BASE.vocabulary["primary_site"]
    duodenum = site.parse("duodenum_unspecified")
    frame = pl.DataFrame({"primary_site": ["duodenum_proximal;duodenum_distal", "rectum; x", None]})
    found, notes, _ = read(frame, "primary_site")
    assert [None if b is None else from_bits(site, b) for b in found["primary_site"]] == [
        duodenum, None, None,
    ]  # fmt: skip
    assert faults(notes) == [(1, "primary_site", "rectum; x")]
    lists = pl.DataFrame({"primary_site": [["duodenum_distal", "duodenum_proximal"], None]})
    assert from_bits(site, read(lists, "primary_site")[0]["primary_site"][0]) == duodenum
    everything = pl.DataFrame({"stage": [";".join(BASE.vocabulary["stage"].values)]})
    assert read(everything, "stage")[0]["stage"].to_list() == [None]
    again, notes, _ = read(found, "primary_site")
    assert again.equals(found)
    assert not notes.faults


def test_two_statements_about_a_grade_are_told_in_a_table_too() -> None:
    """A reported G1 beside a Ki-67 of 8 %: both stay possible, and the conflict is listed."""
    frame = pl.DataFrame({"ki67_percent": [8.0, 2.0], "grade_reported": ["G1", "G1"]})
    plan, notes = CohortPlan(BASE, frame.schema, DAY, DAY), TableNotes()
    plan.statuses(frame.lazy(), notes).collect()
    (conflict,) = notes.conflict_list
    assert (conflict.row, conflict.fact) == (0, "grade")
    assert (conflict.supplied, conflict.derived) == ("NET_G1", "NET_G2")


# Reading ---------------------------------------------------------------------------------------


def read(frame: pl.DataFrame, *names: str) -> tuple[pl.DataFrame, TableNotes, CohortPlan]:
    """The facts as gepnet reads them from a table, and what it noticed."""
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    notes = TableNotes()
    return plan.read(frame.lazy(), notes).collect().select(names), notes, plan


def faults(notes: TableNotes) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.value) for fault in notes.faults]


def test_an_unknown_spelling_is_an_error_row_and_unknown() -> None:
    """Other words of the vocabulary and capitals are read; what is none of them is not guessed."""
    frame = pl.DataFrame({"primary_site": ["pancreas", "pancraes", None, "Rectum", "rectun"]})
    found, notes, _ = read(frame, "primary_site")
    found = in_words(found, [BASE.vocabulary["primary_site"]])
    assert found["primary_site"].to_list() == ["pancreas", None, None, "rectum", None]
    assert faults(notes) == [(1, "primary_site", "pancraes"), (4, "primary_site", "rectun")]
    assert (notes.faulty_cells, notes.faulty_rows) == (2, 2)


def test_numbers_out_of_range_and_no_numbers_are_error_rows() -> None:
    nan, infinite = float("nan"), float("inf")
    frame = pl.DataFrame({"weight_kg": [80.0, -1.0, nan, infinite, None, 350.0, 350.1]})
    found, notes, _ = read(frame, "weight_kg")
    assert found["weight_kg"].to_list() == [80.0, None, None, None, None, 350.0, None]
    assert [fault.row for fault in notes.faults] == [1, 2, 3, 6]


def test_a_number_is_rounded_as_for_one_patient() -> None:
    raw = [9.96, 10.25, 10.35, 12.05, 12.15, 19.999, 55.0, 11.45, 50.349999]
    frame = pl.DataFrame({"weight_kg": raw, "creatinine_umol_l": [r + 100 for r in raw]})
    found, notes, _ = read(frame, *frame.columns)
    assert not notes.faults
    for name in frame.columns:
        fact = BASE.vocabulary[name]
        values = [float(fact.parse(number).low) for number in frame[name]]  # type: ignore[union-attr]
        # Far below the smallest step that a limit can feel (``gepnet.criteria.exact``).
        assert found[name].to_list() == pytest.approx(values, rel=0, abs=float(fact.fine) / 2)


def test_bounds_come_in_pairs_and_in_order() -> None:
    frame = pl.DataFrame(
        {"ki67_percent__lo": [1.0, 5.0, None, 3.0], "ki67_percent__hi": [2.0, 4.0, 7.0, None]}
    )
    found, notes, _ = read(frame, *frame.columns)
    assert found.rows() == [(1.0, 2.0), (None, None), (None, None), (None, None)]
    assert [(f.row, f.column) for f in notes.faults] == [
        (1, "ki67_percent__lo"),
        (2, "ki67_percent__hi"),
        (3, "ki67_percent__lo"),
    ]


def test_one_column_stands_for_both_bounds() -> None:
    frame = pl.DataFrame({"ki67_percent": ["7", "8.5", "2-5", None, "5-2", "2-many"]})
    found, notes, plan = read(frame, "ki67_percent__lo", "ki67_percent__hi")
    unknown = (None, None)
    assert found.rows() == [(7.0, 7.0), (8.5, 8.5), (2.0, 5.0), unknown, unknown, unknown]
    assert faults(notes) == [(4, "ki67_percent", "5-2"), (5, "ki67_percent", "2-many")]
    assert "ki67_percent" not in plan.absent
    points = pl.DataFrame({"patient": ["a", "b"], "ki67_percent": [2.0, 30.0]})
    wide = CohortPlan(BASE, points.schema, DAY, DAY).statuses(points.lazy()).collect()
    query = cohort_sql(BASE, DAY, DAY, columns=points.columns)
    assert by_duckdb(query, in_words(points, needed())).equals(wide)


def test_what_is_not_applicable_has_no_value() -> None:
    name = next(
        fact.id
        for fact in needed()
        if not levels()[fact.id]
        and fact.entry.absence == "not_applicable"
        and fact.type == "number"
    )
    frame = pl.DataFrame(
        {
            f"{name}__lo": [None, 3.0, 4.0, None],
            f"{name}__hi": [None, 3.0, 4.0, None],
            f"{name}__na": [True, None, True, False],
        }
    )
    found, notes, _ = read(frame, *frame.columns)
    assert found.rows() == [
        (None, None, True),
        (3.0, 3.0, False),
        (None, None, False),
        (None, None, False),
    ]
    assert [(f.row, f.column) for f in notes.faults] == [(2, f"{name}__na")]


@pytest.mark.parametrize(
    ("column", "values", "bad"),
    [
        ("received_prrt", ["true", "False", "yes", "maybe"], [3]),
        ("received_prrt", [1, 0, None, 1], [0, 1, 3]),
        ("diagnosis_date", ["2020-02-30", "2020-13", "2020", "20-1-1"], [0, 1, 3]),
        ("diagnosis_date", [datetime.date(2020, 1, 1)] * 4, []),
        ("diagnosis_date", [1, 2, 3, 4], [0, 1, 2, 3]),
        ("primary_site", [1, 2, 3, 4], [0, 1, 2, 3]),
        ("weight_kg", [True, False, None, True], [0, 1, 3]),
        ("weight_kg", ["80", "many", None, "1e99"], [1, 3]),
        ("weight_kg", [80, 100, 3, 4000], [3]),
        ("weight_kg", [[1], [2], None, []], [0, 1, 3]),
    ],
)
def test_columns_of_other_types_never_crash(
    column: str, values: list[object], bad: list[int]
) -> None:
    frame = pl.DataFrame({column: values})
    _, notes, plan = read(frame, column)
    assert [(f.row, f.column) for f in notes.faults] == [(row, column) for row in bad]
    assert plan.statuses(frame.lazy()).collect().height == 4


def test_absent_and_unknown_columns_are_listed() -> None:
    frame = pl.DataFrame({"patient": ["a"], "primary_sight": ["pancreas"], "stage": ["metastatic"]})
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    assert "primary_site" in plan.absent
    assert "stage" not in plan.absent
    assert "site_group" not in plan.absent, (
        "follows from the primary site, so it is not to be given"
    )
    assert plan.ignored == {"primary_sight": "primary_site"}
    wide = plan.statuses(frame.lazy()).collect()
    assert wide.columns[0] == "patient"
    values = {"stage": "metastatic"}
    for name, document in assess(BASE, one(dict(values)), ASKED).documents.items():
        for (option, intent), cell in document.cells.items():
            column = COHORT.column_of(document.document, option, intent)
            if column is not None:
                assert CODES[wide[column][0]].status is cell.status, f"{name}/{option}"


def test_a_supplied_derived_value_is_used_and_checked() -> None:
    frame = pl.DataFrame(
        {
            "primary_site": ["jejunum_ileum", "pancreas", None, "pancreas"],
            "site_group": ["midgut", "midgut", "hindgut", None],
        }
    )
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    notes = TableNotes()
    wide = plan.statuses(frame.lazy(), notes).collect()
    assert notes.conflicts == {"site_group": 1}
    (conflict,) = notes.conflict_list
    assert (conflict.row, conflict.supplied, conflict.derived) == (1, "midgut", "pancreas")
    for row, values in enumerate(frame.iter_rows(named=True)):
        given = {name: value for name, value in values.items() if value is not None}
        for document in assess(BASE, one(given), ASKED).documents.values():
            for (option, intent), cell in document.cells.items():
                column = COHORT.column_of(document.document, option, intent)
                if column is not None:
                    assert CODES[wide[column][row]].status is cell.status


# Files and views -------------------------------------------------------------------------------


def test_the_file_says_what_its_codes_mean(tmp_path: Path) -> None:
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    frame = table(patients("file", 50), needed())
    names = pl.Series("patient", [f"p{row}" for row in range(50)])
    frame.insert_column(0, names).write_parquet(facts)
    report = assess_table(BASE, facts, output, DAY, DAY)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []
    stored = {
        key.decode(): value.decode()
        for key, value in (pq.read_metadata(output).metadata or {}).items()
    }
    assert stored["gepnet.version"] == __version__
    assert stored["gepnet.knowledge_digest"] == BASE.knowledge.digest
    assert stored["gepnet.knowledge_date"] == stored["gepnet.at"] == "2026-01-01"
    codes = json.loads(stored["gepnet.codes"])
    assert codes[str(OUT_OF_SCOPE)] == {"status": "out_of_scope", "possible": []}
    assert len(codes) == len(CODES) <= 256
    wide = pl.read_parquet(output)
    assert wide.columns == ["patient", *(column.name for column in COHORT.columns)]
    assert set(wide.dtypes[1:]) == {pl.UInt8}
    assert wide["patient"].to_list() == names.to_list()
    counted = sum(sum(counts.values()) for counts in report.statuses().values())
    assert counted == 50 * sum(column.option is not None for column in COHORT.columns)
    again = tmp_path / "again.parquet"
    assess_table(BASE, facts, again, DAY, DAY)
    assert again.read_bytes() == output.read_bytes()


def test_long_form_and_missing_facts_on_demand() -> None:
    rows = patients("views", 3)
    frame = table(rows, needed())
    plan = CohortPlan(BASE, frame.schema, DAY, DAY)
    long = long_form(plan.statuses(frame.lazy()), COHORT).collect()
    assert long.height == 3 * len(COHORT.documents) * len(BASE.rows)
    wanted = {
        (row, document.document.id, option, intent): cell
        for row, values in enumerate(rows)
        for document in assess(BASE, one(values), ASKED).documents.values()
        for (option, intent), cell in document.cells.items()
    }
    for row, document, option, intent, _, status, possible in long.iter_rows():
        cell = wanted[row, document, option, intent]
        assert (status, possible) == (
            cell.status.value,
            " or ".join(s.value for s in cell.possible),
        )
    found = {
        (item.row, item.document, item.option, item.intent): item.missing
        for item in open_statuses(plan, frame.lazy(), [0, 2])
    }
    assert found == {
        key: cell.missing for key, cell in wanted.items() if cell.is_open and key[0] in (0, 2)
    }


@pytest.mark.parametrize("content", [None, b"", b"PAR1", b"patient,stage\na,metastatic\n"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes | None) -> None:
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    if content is not None:
        facts.write_bytes(content)
    with pytest.raises(InputError, match="a Parquet file"):
        assess_table(BASE, facts, output, DAY, DAY)
    assert not output.exists()


def test_a_table_without_rows_is_assessed_and_one_without_facts_refused(tmp_path: Path) -> None:
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    columns = {"patient": pl.String, "ki67_percent": pl.Float64}
    pl.DataFrame({"patient": [], "ki67_percent": []}, schema=columns).write_parquet(facts)
    assert assess_table(BASE, facts, output, DAY, DAY).notes.rows == 0
    assert pl.read_parquet(output).shape == (0, 1 + len(COHORT.columns))
    output.unlink()
    pl.DataFrame({"patient": ["a"]}).write_parquet(facts)
    with pytest.raises(InputError, match="a fact that documents ask for"):
        assess_table(BASE, facts, output, DAY, DAY)
    assert not output.exists()


def test_column_names_of_the_table_are_those_of_the_vocabulary() -> None:
    names = {name for fact in needed() for name in columns_of(fact)}
    assert "ki67_percent__lo" in names
    assert not any(name.startswith("__") for name in names)
