"""A registry in DuckDB and in PostgreSQL: the same rows, digests and answers as in a folder."""

import datetime
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gepnet import api
from gepnet.api import Question
from gepnet.registry.assess import Assessed
from gepnet.registry.database import Database
from gepnet.registry.quality import quality
from gepnet.registry.store import Registry, Writer
from tests.store.servers import new_database

BASE = api.base()
DAY = datetime.date(2025, 6, 30)
QUESTION = Question.read(at=DAY.isoformat(), knowledge_date=DAY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a registry in a folder: two blocks, and an addition with a correction."""
    place = str(tmp_path_factory.mktemp("folder") / "registry")
    filled(place, tmp_path_factory.mktemp("tables"))
    return place


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with the same registry."""
    made = tmp_path_factory.mktemp("duckdb")
    filled(f"duckdb:///{made / 'in here' / 'registry.duckdb'}", made)
    return made / "in here" / "registry.duckdb"


@pytest.fixture(scope="module")
def served(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of PostgreSQL with the same registry."""
    address = new_database(postgresql)
    filled(f"{address}?schema=net", tmp_path_factory.mktemp("postgresql"))
    return address.rpartition("/")[2]


@pytest.fixture(params=["duckdb", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a copy of it, in each database."""
    if request.param == "duckdb":
        shutil.copy(request.getfixturevalue("template"), tmp_path / "registry.duckdb")
        return f"duckdb:///{tmp_path / 'registry.duckdb'}"
    served = request.getfixturevalue("served")
    return f"{new_database(request.getfixturevalue('postgresql'), served)}?schema=net"


def filled(place: str, beside: Path) -> None:
    tables = beside / "tables"
    tables.mkdir()
    api.synth_registry(BASE, place, 70, seed=3, block=50)
    (tables / "laboratory.csv").write_text(
        'patient,id,date,albumin_g_l\nÅ "quoted", one,lab-1,2024-01-05,41.5\n'.replace(
            'Å "quoted", one', '"Å ""quoted"", one"'
        ),
        encoding="utf-8",
    )
    (tables / "progression.csv").write_text(
        "patient,id,date,types,on\nsynthetic-0000001,p-1,2024-01-05,radiological;marker_rise,"
        "everolimus\n",
        encoding="utf-8",
    )
    api.add_to_registry(BASE, tables, place, on=DAY)
    (tables / "laboratory.csv").write_text(
        'patient,id,date,albumin_g_l\n"Å ""quoted"", one",lab-1,2024-01-05,39.25\n', "utf-8"
    )
    (tables / "progression.csv").unlink()
    api.add_to_registry(BASE, tables, place, on=DAY)


def test_rows_history_and_digests_are_those_of_a_folder(database: str, folder: str) -> None:
    here, there = Registry.open(database), Registry.open(folder)
    assert here.manifest == there.manifest and len(here.manifest.history) == 3
    for block in there.manifest.blocks:
        mine, its = here.tables(block), there.tables(block)
        assert mine.keys() == its.keys()
        for kind, table in its.items():
            assert mine[kind].equals(table) and mine[kind].schema == table.schema
    last = here.tables(here.manifest.blocks[-1])["laboratory"]
    assert last["albumin_g_l"].to_list() == [39.25]
    view = api.registry_view(database)
    assert view["patients"] == 71 and view["kinds"] == api.registry_view(folder)["kinds"]


def answers(registry: str, output: str) -> list[Any]:
    api.assess_registry(BASE, registry, output, QUESTION, "treatments")
    found = Assessed(output)
    told = [found.table(name).write_ndjson() for name in ("points", "facts", "statuses")]
    odd = quality(BASE, Registry.open(registry))[1]
    swum = api.registry_swimmer(BASE, output, registry, patients=8)
    return [found.about, told, odd, swum]


@pytest.fixture(scope="module")
def answered(folder: str, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return answers(folder, str(tmp_path_factory.mktemp("answered")))


def test_it_is_assessed_and_asked_to_the_same_bytes(
    database: str, answered: list[Any], tmp_path: Path
) -> None:
    assert answers(database, str(tmp_path / "out")) == answered


def test_the_tables_can_be_queried_by_anybody(database: str) -> None:
    with Database(database)._open() as engine:
        assert engine is not None
        rows = engine.run('select count(*), min("_row") from treatment')
        listed = engine.run("select sum(rows) from registry_parts where kind = 'treatment'")
    assert rows[0][0] == int(listed[0][0]) > 50 and rows[0][1] == 1


def test_a_row_that_somebody_changed_is_told(database: str) -> None:
    with Database(database)._open(writing=True) as engine:
        assert engine is not None
        engine.run("update demographics set sex = 'male' where patient = 'synthetic-0000002'")
    registry = Registry.open(database)
    with pytest.raises(api.InputError, match=r"(?s)demographics.*cut off or changed"):
        registry.tables(registry.manifest.blocks[0])


def test_an_addition_that_was_cut_off_leaves_nothing(database: str, tmp_path: Path) -> None:
    """Rows came and the manifest did not: nobody sees them, and the next addition removes them."""
    place, before = Database(database), Registry.open(database)
    table = pl.DataFrame(
        {"patient": ["x"], "date": [DAY]}, schema={"patient": pl.String(), "date": pl.Date()}
    )

    Writer(database, BASE.vocabulary, force=True).part("000000", "death", table, 9)
    assert Registry.open(database).manifest == before.manifest
    filled_again = tmp_path / "more"
    filled_again.mkdir()
    (filled_again / "death.csv").write_text("patient,date\nsynthetic-0000003,2026-06-29\n", "utf-8")
    api.add_to_registry(BASE, filled_again, database, on=DAY)
    with place._open() as engine:
        assert engine is not None
        assert engine.run("select count(*) from death where patient = 'x'")[0][0] == 0


def test_addresses_are_told_without_their_password_and_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(api.InputError, match="a registry: a folder") as error:
        api.registry_view(f"duckdb:///{tmp_path / 'none.duckdb'}")
    with pytest.raises(api.InputError, match="PostgreSQL server") as error:
        api.registry_view("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(error.value)
    with pytest.raises(api.InputError, match="a plain name"):
        api.registry_view("duckdb:///a.duckdb?schema=x;y")
    with pytest.raises(api.InputError, match="holds a registry, no assessment"):
        Assessed("postgresql://me@127.0.0.1/none")
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database at all" * 500)
    with pytest.raises(api.InputError, match="a DuckDB file"):
        api.registry_view(f"duckdb:///{broken}")
