"""Where the header of a sheet is, and that a table which begins with it is left as it is."""

from pathlib import Path

import pytest

from gepnet.tables.heading import heading_of
from gepnet.tables.sheet import ROW_LINE, read_sheet

TITLE = ["Registro NET, agg. marzo 2025", "", "", "", "", ""]
GROUPS = ["", "Istologia", "", "Terapia", "", "Stato"]
HEADER = ["N. paz.", "Ki67 %", "Data", "Farmaco", "Data", ""]
ROW = ["1", "3,5", "12.05.2021", "CAPTEM", "01.06.2021", "vivo"]


def test_a_header_below_a_title_and_groups_of_columns() -> None:
    found = heading_of([TITLE, GROUPS, HEADER, ROW, ROW], [1, 2, 3, 4, 5])
    assert found.above == 2
    # Two columns of one name are told apart by their groups; a cell merged downwards names its own.
    assert found.titles == (
        "N. paz.", "Ki67 %", "Istologia Data", "Farmaco", "Terapia Data", "Stato",
    )  # fmt: skip
    assert found.notes[0].startswith("line 1 is no row of the table")
    assert found.notes[-1] == "the header is line 3"


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER[:5], ROW[:5], ROW[:5]],
        # A header with gaps is one as long as it fills half of the columns.
        [["id", "", "ki67", "", "drug", ""], ROW, ROW],
        # Below a title there are only values: nothing is taken for a header that is none.
        [TITLE, ["1", "2", "3", "4", "5", "6"], ["2", "3", "4", "5", "6", "7"]],
        [["only"], ["one"], ["column"]],
    ],
)
def test_what_begins_with_its_header_is_left_as_it_is(rows: list[list[str]]) -> None:
    found = heading_of(rows, [1, 2, 3])
    assert found.above == 0 and found.notes == ()


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    lines = ["Registro NET;;;;;", ";;;;;", *(";".join(one) for one in (GROUPS, HEADER, ROW, ROW))]
    (tmp_path / "r.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sheet = read_sheet(tmp_path / "r.csv")
    assert sheet.names[:3] == ["N. paz.", "Ki67 %", "Istologia Data"]
    assert sheet.columns[ROW_LINE].to_list() == [5, 6]
    assert sheet.columns["Stato"].to_list() == ["vivo", "vivo"]


def test_a_title_without_columns_does_not_hide_what_parts_them(tmp_path: Path) -> None:
    text = "Registro NET, marzo 2025\n" + "\n".join(";".join(one[:5]) for one in (HEADER, ROW, ROW))
    (tmp_path / "r.csv").write_text(text + "\n", encoding="utf-8")
    sheet = read_sheet(tmp_path / "r.csv")
    assert sheet.columns["Ki67 %"].to_list() == ["3,5", "3,5"]
    assert sheet.columns[ROW_LINE].to_list() == [3, 4]
