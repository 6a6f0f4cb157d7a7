"""What a person brings as a table or takes away as data."""

from gepnet.tables.cells import (
    coded,
    day,
    number,
    one_of,
    partial_day,
    past_day,
    text,
    truth,
    whole,
)
from gepnet.tables.database import Database, is_database, open_database, without_password
from gepnet.tables.grid import Grid, read_grid
from gepnet.tables.plain import Shown, also_shown, number_or_text, plain, taken
from gepnet.tables.sheet import ROW_LINE, SHEETS, Sheet, read_sheet, sheet_of
from gepnet.tables.table import MOST, Cells, Column, Once, Reading, Table
from gepnet.tables.write import ENDINGS, as_csv, as_file, check_ending, faults_of_disks

__all__ = [
    "ENDINGS",
    "MOST",
    "ROW_LINE",
    "SHEETS",
    "Cells",
    "Column",
    "Database",
    "Grid",
    "Once",
    "Reading",
    "Sheet",
    "Shown",
    "Table",
    "also_shown",
    "as_csv",
    "as_file",
    "check_ending",
    "coded",
    "day",
    "faults_of_disks",
    "is_database",
    "number",
    "number_or_text",
    "one_of",
    "open_database",
    "partial_day",
    "past_day",
    "plain",
    "read_grid",
    "read_sheet",
    "sheet_of",
    "taken",
    "text",
    "truth",
    "whole",
    "without_password",
]
