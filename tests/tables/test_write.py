"""Files are there in full or not at all, and tables come back as they were written."""

from __future__ import annotations

import datetime
import json
import resource
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from gepnet.knowledge import InputError, write_atomically, write_files
from gepnet.tables import ENDINGS, as_csv, as_file, check_ending, read_grid

TABLE = pl.DataFrame(
    {"patient_id": ["p", "q"], "day": [datetime.date(2024, 3, 31), None], "gy": [4.5, None]}
)


@pytest.mark.parametrize("content", ["new", b"new", lambda path: path.write_bytes(b"new")])
def test_a_file_is_replaced_as_a_whole(tmp_path: Path, content: object) -> None:
    path = tmp_path / "made on the way" / "a.txt"
    for _ in range(2):
        write_atomically(path, content)  # type: ignore[arg-type]
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_of_several_files_all_are_written_or_none(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("old")

    def fails(path: Path) -> None:
        path.write_text("half of it")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"a folder that can be written \(No space left"):
        write_files({old: "other", new: fails})
    with pytest.raises(InputError, match=r"new.txt: error: expected a file that can be written"):
        write_files({new: fails})
    with pytest.raises(RuntimeError):
        write_files({new: lambda path: (_ for _ in ()).throw(RuntimeError())})  # type: ignore[arg-type]
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


@pytest.mark.parametrize("ending", [".csv", ".TSV", ".Parquet", ".json"])
def test_a_table_is_written_as_its_file_ends(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table{ending}"
    write_atomically(path, as_file(TABLE))
    if ending == ".json":
        rows = json.loads(path.read_text())
        assert rows == [
            {"patient_id": "p", "day": "2024-03-31", "gy": 4.5},
            {"patient_id": "q", "day": None, "gy": None},
        ]
    else:
        grid = read_grid(path)
        assert (grid.header, grid.lines) == (TABLE.columns, [2, 3])
        assert grid.rows == [["p", "2024-03-31", "4.5"], ["q", "", ""]]


def test_what_is_unknown_is_an_empty_cell() -> None:
    assert as_csv(["a", "b"], [(1, None), ("x,y", 0.5)]) == 'a,b\n1,\n"x,y",0.5\n'


def test_other_endings_are_refused_in_the_same_words(tmp_path: Path) -> None:
    check_ending(None, ".csv")
    check_ending(tmp_path / "a.CSV", ".csv")
    with pytest.raises(InputError, match=r"field output, value a.xls: .* ends in .csv or .json$"):
        check_ending(Path("a.xls"), ".csv", ".json")
    with pytest.raises(InputError, match=r"field sheet, .* ends in .a, .b, .c$"):
        check_ending(Path("a"), ".a", ".b", ".c", field="sheet")


def test_no_folder_is_made_above_the_one_that_was_named(tmp_path: Path) -> None:
    """A misspelt path makes no tree of folders, and nothing is left of what failed."""
    with pytest.raises(InputError):
        write_atomically(tmp_path / "typo" / "deeper" / "a.csv", "x")
    with pytest.raises(InputError):
        write_atomically(tmp_path / "new" / ("n" * 300), "x")
    assert list(tmp_path.iterdir()) == []
    write_atomically(tmp_path / "new" / "a.csv", "x")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.csv"]


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file grow beyond some thousand bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_told_of_every_form(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    # Numbers that no form makes small.
    table = pl.DataFrame({"gy": [row**0.5 for row in range(10_000)]})
    with pytest.raises(InputError, match=r"a file that can be written \(File too large"):
        write_atomically(path, as_file(table))
    assert list(tmp_path.iterdir()) == []
