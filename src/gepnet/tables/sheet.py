"""Any table that a person has, as columns of text: CSV and its kin, Excel, Parquet, a database.

Nothing is judged here. A text keeps what was written; a number or a date that a program stored as
such is written as a person would. Every row knows its line, and what had to be assumed to read the
file (its encoding, what parts its columns) is told.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.knowledge import Problem, need, unusable
from gepnet.tables.grid import SEPARATORS, separator_of
from gepnet.tables.heading import LOOKED_AT, heading_of

if TYPE_CHECKING:
    import polars as pl

#: The column of a sheet that holds the line of each row in its file.
ROW_LINE = "__line"
#: How the names of files end that are read.
SHEETS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
_EXCEL = (".xlsx", ".xlsm", ".xls", ".ods")
_ARCHIVES = (".xlsx", ".xlsm", ".ods")
_MOST_BYTES = 4 << 30  # of a file, or of what a compressed workbook becomes
_MOST_SWELLING = 200  # times that a workbook of more than some megabytes may grow when opened
_SMALL = 50 << 20
_MOST_COLUMNS = 20_000
_WHOLE = r"^(-?\d+)\.0+$"


@dataclass(frozen=True)
class Sheet:
    """A table as columns of text.

    Attributes:
        file: its name, for messages.
        columns: texts without the spaces around them, null where a cell is empty, and the line of
            each row in ``ROW_LINE``; empty rows are left out.
        notes: what was assumed to read the file.
        problems: rows that cannot be read, each with its line; they are not in ``columns``.
    """

    file: str
    columns: pl.DataFrame
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [name for name in self.columns.columns if name != ROW_LINE]

    @property
    def rows(self) -> int:
        """How many rows there are, those that cannot be read included."""
        return len(self.columns) + len(self.problems)


def read_sheet(
    path: Path,
    sheet: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    comment: str | None = None,
) -> Sheet:
    """Return a file as columns of text.

    Args:
        path: whose name ends as ``SHEETS`` lists.
        sheet: of a workbook; by default the first.
        separator: between the columns of a text; by default what stands in its header most often.
        encoding: of a text; by default UTF-8, and Latin-1 where it is not.
        comment: what lines before the header begin with that are none of the table.

    Raises:
        InputError: if it is no table, or one that would fill the memory.
    """
    need("polars")
    ending = path.suffix.casefold()
    if ending not in SHEETS:
        raise unusable(path, f"a table whose name ends in {', '.join(SHEETS)}")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unusable(path, f"a readable file ({error.strerror or error})") from error
    if path.is_dir():
        raise unusable(path, "a file, not a folder")
    if size > _MOST_BYTES:
        raise unusable(path, f"a file of at most {_MOST_BYTES >> 30} GB")
    if ending in _EXCEL:
        return _workbook(path, sheet)
    if ending == ".parquet":
        return _parquet(path)
    return _text(path, separator, encoding, comment)


def sheet_of(file: str, table: pl.DataFrame, first_line: int = 1) -> Sheet:
    """Return a table of any types, such as the answer of a database, as columns of text."""
    import polars as pl

    texts = [_as_text(table[name]) for name in table.columns]
    lines = pl.int_range(first_line, first_line + len(table), eager=True, dtype=pl.UInt32)
    return _sheet(file, [*texts, lines.rename(ROW_LINE)], ())


def _sheet(
    file: str,
    series: list[pl.Series],
    notes: tuple[str, ...],
    problems: tuple[Problem, ...] = (),
) -> Sheet:
    import polars as pl

    table = pl.DataFrame(series)
    names = [name for name in table.columns if name != ROW_LINE]
    cells = [pl.col(name).str.strip_chars() for name in names]
    table = table.with_columns(cells).with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names
    )
    if names:
        table = table.filter(pl.any_horizontal(pl.col(names).is_not_null()))
    return Sheet(file, table, notes, problems)


def _named(header: list[str]) -> tuple[list[str], list[str]]:
    """Return a name of its own for each column, and what is said of those that had none."""
    names: list[str] = []
    notes: list[str] = []
    for place, title in enumerate(header, start=1):
        name = title.strip() or f"column {place}"
        if name in names:
            again = next(f"{name} ({n})" for n in range(2, 10**6) if f"{name} ({n})" not in names)
            notes.append(f"column {place} has the name of another ('{name}'): read as '{again}'")
            name = again
        elif not title.strip():
            notes.append(f"column {place} has no name: read as '{name}'")
        names.append(name)
    return names, notes


# Texts -------------------------------------------------------------------------------------------


def _text(path: Path, separator: str | None, encoding: str | None, comment: str | None) -> Sheet:
    content, notes = _decoded(path, encoding)
    skipped = 0
    while comment and content.startswith(comment):
        _, _, content = content.partition("\n")
        skipped += 1
    mark = separator or _separator(content)
    try:
        header, above, said = _header(content, mark, skipped)
    except csv.Error as error:
        raise unusable(path, f"a table as text ({error})") from error
    if not any(title.strip() for title in header):
        raise unusable(path, "a table with a header")
    content, skipped = content.split("\n", above)[above], skipped + above
    if len(header) > _MOST_COLUMNS:
        raise unusable(path, f"a table of at most {_MOST_COLUMNS} columns")
    names, told = _named(header)
    found = _fast(content, names, mark, skipped) or _careful(path, content, names, mark, skipped)
    series, problems = found
    return _sheet(str(path), series, (*notes, *said, *told), tuple(problems))


def _separator(content: str) -> str:
    """Return what parts the columns: of a title without columns, what does so below it."""
    first = content.split("\n", LOOKED_AT)[:LOOKED_AT]
    told = next((line for line in first if any(mark in line for mark in SEPARATORS)), first[0])
    most = max(first, key=lambda line: max(map(line.count, SEPARATORS)))
    few = max(map(told.count, SEPARATORS)) * 2 < max(map(most.count, SEPARATORS))
    return separator_of(most if few else told)


def _header(content: str, mark: str, skipped: int) -> tuple[list[str], int, tuple[str, ...]]:
    """Return the titles of the columns, how many lines stand above them, and what is said of it."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark)
    rows: list[list[str]] = []
    starts: list[int] = []
    start = 0
    for row in reader:
        if any(cell.strip() for cell in row) or not rows:
            rows.append(row)
            starts.append(start)
        start = reader.line_num
        if len(rows) == LOOKED_AT:
            break
    if not rows:
        return [], 0, ()
    if not any(cell.strip() for cell in rows[0]):
        return rows[0], 0, ()
    found = heading_of(rows, [skipped + one + 1 for one in starts])
    titles = list(found.titles) if found.above else rows[0]
    return titles, starts[found.above], found.notes


def _decoded(path: Path, encoding: str | None) -> tuple[str, list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unusable(path, f"a readable file ({error.strerror or error})") from error
    tried = [encoding] if encoding else ["utf-8-sig", "cp1252", "latin-1"]
    if not encoding and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        tried = ["utf-16"]
    for name in tried:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise unusable(path, f"a known encoding, not '{name}'") from error
        if "\0" in text:
            raise unusable(path, "a table as text (it has zero bytes)")
        assumed = encoding is None and name not in ("utf-8-sig", "utf-16")
        said = "Latin-1 (Windows)" if name == "cp1252" else "Latin-1"
        return text.replace("\r\n", "\n").replace("\r", "\n"), (
            [f"no UTF-8: read as {said}"] if assumed else []
        )
    raise unusable(path, f"a text in {tried[0]}")


def _fast(
    content: str, names: list[str], mark: str, skipped: int
) -> tuple[list[Any], list[Problem]] | None:
    """Return the columns of a text whose rows are its lines; None where that is not sure."""
    import polars as pl

    body = content.partition("\n")[2]
    lines = body.count("\n") + (not body.endswith("\n") and body != "")
    if content.partition("\n")[0].count('"') % 2 or not lines:
        return None  # a header over several lines, or no rows: for the careful reader
    try:
        raw = pl.read_csv(
            body.encode(), infer_schema=False, separator=mark, has_header=False, skip_rows=0
        )
    except (pl.exceptions.PolarsError, ValueError):
        return None
    if len(raw) != lines or raw.width > len(names):
        return None
    raw.columns = names[: raw.width]
    absent = [pl.Series(n, [None] * len(raw), dtype=pl.String) for n in names[raw.width :]]
    first = skipped + 2
    line = pl.int_range(first, first + len(raw), eager=True, dtype=pl.UInt32).rename(ROW_LINE)
    return [*raw.get_columns(), *absent, line], []


def _careful(
    path: Path, content: str, names: list[str], mark: str, skipped: int
) -> tuple[list[Any], list[Problem]]:
    """Read row by row; a row with more cells than the header is a problem of its own."""
    import polars as pl

    reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark)
    cells: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    csv.field_size_limit(1 << 24)
    start = 0
    try:
        for number, row in enumerate(reader):
            start, line = reader.line_num, start + 1 + skipped
            if number == 0 or not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[len(names) :]):
                told = f"at most {len(names)} cells, as in the header"
                problems.append(Problem(str(path), line, "", "", f"{len(row)} cells", told))
                continue
            cells.append([*row[: len(names)], *[""] * (len(names) - len(row))])
            lines.append(line)
    except csv.Error as error:
        told = f"valid CSV ({error}); the rest of the file was not read"
        problems.append(Problem(str(path), reader.line_num + skipped, "", "", "", told))
    columns = zip(*cells, strict=True) if cells else [()] * len(names)
    series = [
        pl.Series(name, list(column), dtype=pl.String)
        for name, column in zip(names, columns, strict=True)
    ]
    return [*series, pl.Series(ROW_LINE, lines, dtype=pl.UInt32)], problems


# Workbooks, Parquet and databases ----------------------------------------------------------------


def _workbook(path: Path, sheet: str | None) -> Sheet:
    import polars as pl

    need("fastexcel")
    import fastexcel

    if path.suffix.casefold() in _ARCHIVES:
        _check_archive(path)
    try:
        book = fastexcel.read_excel(path)
        wanted = sheet or (book.sheet_names[0] if book.sheet_names else "")
        if wanted not in book.sheet_names:
            known = ", ".join(book.sheet_names)
            raise unusable(path, f"a sheet of the workbook ({known}), not '{sheet}'")
        raw = book.load_sheet(wanted, header_row=None, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        told = str(error).splitlines()[0][:120]
        raise unusable(path, f"a readable workbook ({told})") from error
    notes = []
    if sheet is None and len(book.sheet_names) > 1:
        rest = ", ".join(name for name in book.sheet_names if name != wanted)
        notes.append(f"sheet '{wanted}' was read; others: {rest}")
    raw = raw.with_row_index(ROW_LINE, offset=1)
    filled = raw.filter(pl.any_horizontal(pl.exclude(ROW_LINE).is_not_null()))
    if filled.is_empty():
        raise unusable(path, "a sheet with a header")
    top = filled.head(LOOKED_AT)
    rows = [[str(cell or "") for cell in row] for row in top.drop(ROW_LINE).rows()]
    found = heading_of(rows, top[ROW_LINE].to_list())
    names, told_names = _named(list(found.titles) if found.above else rows[0])
    body = filled.slice(found.above + 1)
    body.columns = [ROW_LINE, *names]
    series = [_without_midnight(body[name]) for name in names]
    line = body[ROW_LINE].cast(pl.UInt32)
    return _sheet(str(path), [*series, line], (*notes, *found.notes, *told_names))


def _without_midnight(column: pl.Series) -> pl.Series:
    """Return a day that a workbook keeps as a moment as a day."""
    return column.str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00(\.0+)?$", "$1")


def _check_archive(path: Path) -> None:
    """Refuse a workbook that is small on the disk and would fill the memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            whole = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise unusable(path, f"a readable workbook ({error})") from error
    swelling = whole / max(1, path.stat().st_size)
    if whole > _MOST_BYTES or (whole > _SMALL and swelling > _MOST_SWELLING):
        told = f"a workbook that does not become {whole >> 20} MB when it is opened"
        raise unusable(path, told)


def _parquet(path: Path) -> Sheet:
    import polars as pl

    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        told = str(error).splitlines()[0][:100]
        raise unusable(path, f"a readable Parquet file ({told})") from error
    return sheet_of(str(path), table, first_line=2)  # as if a header stood on line 1


def _as_text(column: pl.Series) -> pl.Series:
    import polars as pl

    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join(";")
    if isinstance(column.dtype, pl.Datetime):
        return _without_midnight(column.dt.to_string("%Y-%m-%d %H:%M:%S"))
    if isinstance(column.dtype, pl.Struct | pl.Array | pl.Object | pl.Binary):
        return pl.Series(column.name, [str(cell) for cell in column], dtype=pl.String)
    text = column.cast(pl.String)
    return text.str.replace(_WHOLE, "$1") if column.dtype.is_float() else text
