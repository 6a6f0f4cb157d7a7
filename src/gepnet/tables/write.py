"""The one writer of tables: CSV, TSV, Parquet or JSON, as the name of the file ends."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gepnet.knowledge import refuse
from gepnet.tables.plain import plain

if TYPE_CHECKING:
    import polars as pl

ENDINGS = (".csv", ".tsv", ".parquet", ".json")
_OF_A_DISK = "underlying IO error: "
_SEPARATORS = {".csv": ",", ".tsv": "\t"}


def as_file(table: pl.DataFrame) -> Callable[[Path], None]:
    """Return what writes a table to a path, for ``write_files``; the path says in which form.

    Unknown cells are empty in texts and null in the other forms.
    """

    def write(path: Path) -> None:
        ending = path.suffix.casefold()
        if ending == ".parquet":
            with faults_of_disks():
                table.write_parquet(path)
        elif ending == ".json":
            text = json.dumps(plain(table.to_dicts()), ensure_ascii=False, indent=1)
            path.write_text(text + "\n", encoding="utf-8")
        else:
            table.write_csv(path, separator=_SEPARATORS[ending])

    return write


@contextmanager
def faults_of_disks() -> Iterator[None]:
    """Tell of a full disk as Python does, where Polars tells of a fault in its computing.

    Raises:
        OSError: for a Parquet file that could not be written.
    """
    import polars as pl

    try:
        yield
    except pl.exceptions.ComputeError as error:
        _, told, why = str(error).partition(_OF_A_DISK)
        if not told:
            raise
        raise OSError(why) from error


def as_csv(columns: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV; what is unknown (None) is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def check_ending(path: Path | None, *endings: str, field: str = "output") -> None:
    """Refuse a file whose name does not say what it is to be.

    Raises:
        InputError: naming the endings.
    """
    if path is not None and path.suffix.casefold() not in endings:
        listed = ", ".join(endings) if len(endings) > 2 else " or ".join(endings)
        raise refuse(field, path, f"a file that ends in {listed}")
