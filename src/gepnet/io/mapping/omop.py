"""OMOP CDM 5.4: its tables from CSV, Parquet or a database, with the codes of their concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import polars as pl

from gepnet.knowledge import unusable
from gepnet.tables import (
    ROW_LINE,
    Sheet,
    is_database,
    open_database,
    read_sheet,
    without_password,
)
from gepnet.vocabulary import OptionTree

TABLES = (
    "person",
    "death",
    "condition_occurrence",
    "measurement",
    "observation",
    "drug_exposure",
    "procedure_occurrence",
    "episode",
)
_CONCEPT = "concept"
_ENDINGS = (".csv", ".tsv", ".txt", ".parquet")
#: Concept of each table whose code and name are wanted.
_RESOLVED = (
    "condition_concept_id", "measurement_concept_id", "observation_concept_id",
    "value_as_concept_id", "unit_concept_id", "drug_concept_id", "procedure_concept_id",
    "episode_object_concept_id", "condition_source_concept_id",
)  # fmt: skip
_ICDO3 = r"^(\d{4}/\d)-(C\d\d\.?\d?)$"
_ICD10 = r"^([A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{0,4})?)$"
Concepts = Callable[[Iterable[str]], pl.DataFrame]


def omop_tables(source: str, options: OptionTree) -> list[Sheet]:
    """Return the tables of a source, each with the codes and names of its concepts.

    Args:
        source: a folder of CSV or Parquet files named after the tables, a DuckDB file, or the URL
            of a database.
        options: the tree of therapies, whose codes name drugs.

    Raises:
        InputError: if there is no such source, or no table ``person``.
    """
    read, concepts, names, close = _opened(source)
    try:
        if "person" not in names:
            shown = without_password(source)
            raise unusable(shown, "a table 'person' of the OMOP CDM")
        return [_derived(read(name), concepts, options) for name in TABLES if name in names]
    finally:
        close()


def _opened(
    source: str,
) -> tuple[Callable[[str], Sheet], Concepts, list[str], Callable[[], None]]:
    if is_database(source):
        database = open_database(source)

        def asked(wanted: Iterable[str]) -> pl.DataFrame:
            ids = sorted({int(one) for one in wanted if one.lstrip("-").isdigit()})
            if _CONCEPT not in database.tables or not ids:
                return _no_concepts()
            listed = ", ".join(map(str, ids))
            return database.query(
                "SELECT concept_id, concept_name, vocabulary_id, concept_code "
                f"FROM {database.tables[_CONCEPT]} WHERE concept_id IN ({listed})"
            )

        return database.read, asked, list(database.tables), database.close
    folder = Path(source)
    if not folder.is_dir():
        told = "a folder of OMOP tables, a DuckDB file or the URL of a database"
        raise unusable(source, told)
    files = {
        p.stem.casefold(): p for p in sorted(folder.iterdir()) if p.suffix.casefold() in _ENDINGS
    }

    def concepts(wanted: Iterable[str]) -> pl.DataFrame:
        path = files.get(_CONCEPT)
        if path is None:
            return _no_concepts()
        return _concepts_of(path, set(wanted))

    def read(name: str) -> Sheet:
        sheet = read_sheet(files[name])
        lower = {n: n.casefold() for n in sheet.names}
        return Sheet(sheet.file, sheet.columns.rename(lower), sheet.notes, sheet.problems)

    return read, concepts, list(files), lambda: None


def _no_concepts() -> pl.DataFrame:
    names = ("concept_id", "concept_name", "vocabulary_id", "concept_code")
    return pl.DataFrame(schema=dict.fromkeys(names, pl.String))


def _concepts_of(path: Path, wanted: set[str]) -> pl.DataFrame:
    """Return the concepts that are named, from a file of perhaps millions."""
    if path.suffix.casefold() == ".parquet":
        table = pl.scan_parquet(path)
    else:
        with path.open(encoding="utf-8", errors="replace") as file:
            mark = max("\t,;", key=file.readline().count)
        quote = None if mark == "\t" else '"'
        table = pl.scan_csv(path, separator=mark, infer_schema=False, quote_char=quote)
    table = table.rename(lambda name: name.strip().casefold())
    picked = table.select(pl.col(_no_concepts().columns).cast(pl.String))
    return picked.filter(pl.col("concept_id").is_in(sorted(wanted))).collect()


def _derived(sheet: Sheet, concepts: Concepts, options: OptionTree) -> Sheet:
    """Return a table with what its concepts are called, and what its codes say."""
    table = sheet.columns
    there = [name for name in _RESOLVED if name in table.columns]
    ids = {one for name in there for one in table[name].unique().drop_nulls()} - {"0"}
    known = concepts(ids).select(pl.all().cast(pl.String)).unique("concept_id")
    for name in there:
        of = known.select(
            pl.col("concept_id").alias(name),
            pl.col("concept_code").alias(f"{name}__code"),
            pl.col("concept_name").alias(f"{name}__name"),
        )
        table = table.join(of, on=name, how="left", maintain_order="left")
    for name, made in _columns(table, options).items():
        table = table.with_columns(made.alias(name))
    order = [ROW_LINE, *(name for name in table.columns if name != ROW_LINE)]
    return Sheet(sheet.file, table.select(order), sheet.notes, sheet.problems)


def _columns(table: pl.DataFrame, options: OptionTree) -> Mapping[str, pl.Expr]:
    made: dict[str, pl.Expr] = {}
    there = set(table.columns)
    if "year_of_birth" in there:
        date, known = pl.col("year_of_birth"), pl.lit(True)
        for part in ("month_of_birth", "day_of_birth"):
            if part not in there:
                break  # a day without its month says nothing
            known &= pl.col(part).is_not_null()
            longer = pl.concat_str([date, pl.lit("-"), pl.col(part).str.zfill(2)])
            date = pl.when(known).then(longer).otherwise(date)
        made["birth_date"] = date
    codes = [
        name
        for name in (
            "condition_concept_id__code", "condition_source_concept_id__code",
            "condition_source_value",
        )
        if name in there
    ]  # fmt: skip
    if codes:
        made["icdo3_morphology"] = pl.coalesce(pl.col(c).str.extract(_ICDO3, 1) for c in codes)
        made["icdo3_topography"] = pl.coalesce(pl.col(c).str.extract(_ICDO3, 2) for c in codes)
        made["icd10"] = pl.coalesce(pl.col(c).str.extract(_ICD10, 1) for c in codes)
    if "drug_concept_id__code" in there:
        named = {
            code.code: name
            for name, option in options.items()
            for code in getattr(option, "codes", ())
            if code.system == "RxNorm"
        }
        made["drug_option"] = (
            pl.col("drug_concept_id__code").replace_strict(
                named, default=None, return_dtype=pl.String
            )
            if named
            else pl.lit(None, dtype=pl.String)
        )
    return made
