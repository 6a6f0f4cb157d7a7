"""Every picture: the same bytes for the same data, its twins, and how it reads without colour.

The snapshots hold what a reader sees: each text with its place (to 5 points), and how many shapes
have which fill and line. ``GEPNET_WRITE_SNAPSHOTS=1 pytest tests/charts`` renews them, after which
the pictures have to be looked at again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.charts import TableTwin
from gepnet.charts.base import Chart, file_of, number, signed, spread
from gepnet.charts.positions import PositionMap
from gepnet.charts.style import (
    FONT_STACK,
    GRADES,
    INK,
    LINES,
    PAPER,
    POSITIONS,
    RESPONSES,
    SEQUENTIAL,
    SOFT,
    contrast,
    luminance,
    on,
)
from gepnet.charts.swimmer import SwimmerLane
from tests.charts import pictures
from tests.charts.pictures import CHARTS

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
SVG = "{http://www.w3.org/2000/svg}"
each = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())


@cache
def drawn(kind: str) -> str:
    return CHARTS[kind].svg()


def seen(chart: Chart) -> str:
    """Return what a reader sees, as lines of text."""
    root = ET.fromstring(drawn(chart.kind))
    lines = []
    for node in root.iter(f"{SVG}text"):
        place = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform", ""))
        x, y = place.groups() if place else (node.get("x"), node.get("y"))
        spot = [5 * round(float(value or 0) / 5) for value in (x, y)]
        lines.append(f"{spot[0]:4} {spot[1]:4} {''.join(node.itertext())}")
    shapes: Counter[str] = Counter()
    for node in root.iter():
        style = node.get("style", "")
        if node.tag in (f"{SVG}path", f"{SVG}use"):
            colours = re.findall(r"(fill|stroke): (#[0-9a-f]{6}|none|url)", style)
            shapes[" ".join(f"{name} {colour}" for name, colour in colours)] += 1
    counted = [f"{count:4} x {look or 'as its parent'}" for look, count in sorted(shapes.items())]
    return "\n".join([root.get("viewBox", ""), *lines, *counted, ""])


@each
def test_a_reader_sees_what_was_looked_at(chart: Chart) -> None:
    path = SNAPSHOTS / f"{chart.kind}.txt"
    if os.environ.get("GEPNET_WRITE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(seen(chart), encoding="utf-8")
    assert seen(chart) == path.read_text(encoding="utf-8")


@each
def test_the_same_data_give_the_same_bytes(chart: Chart) -> None:
    assert chart.svg() == drawn(chart.kind)


def test_a_pdf_is_the_same_too() -> None:
    assert CHARTS["kidney"].pdf() == CHARTS["kidney"].pdf()


def test_another_process_draws_the_same() -> None:
    """Nothing hangs on the order of a set or on what was drawn before."""
    code = "from pictures import CHARTS; print(CHARTS['swimmer'].svg(), end='')"
    setup = "import sys; sys.path[:0] = ['tests/charts', 'src']; "
    run = [sys.executable, "-c", setup + code]
    other = subprocess.run(
        run,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "MPLBACKEND": "agg", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert other.stdout == drawn("swimmer")


def test_a_png_is_the_same_too_and_carries_its_sentence() -> None:
    chart = CHARTS["waterfall"]
    assert chart.png(50) == chart.png(50)
    assert chart.sentence.encode() in chart.png(50)


@each
def test_svg_says_what_it_shows_and_asks_for_nothing(chart: Chart) -> None:
    text = drawn(chart.kind)
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    title, about = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", chart.title)
    assert (about.tag, about.text) == (f"{SVG}desc", chart.sentence)
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == about.get("id")
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert all(name == chart.id or name.startswith(f"{chart.id}-") for name in ids if name)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    assert used <= set(ids)
    assert not re.search(r'(?:href|src)="(?!#)', text)
    assert "<metadata" not in text and not re.search(r"20\d\d-\d\d-\d\dT", text)


def test_a_file_of_its_own_says_its_encoding() -> None:
    text = file_of(CHARTS["forest"])
    assert text.startswith('<?xml version="1.0" encoding="utf-8"')
    assert text.endswith(drawn("forest"))


@each
def test_text_is_text_of_readable_size_in_a_font_that_is_there(chart: Chart) -> None:
    texts = list(ET.fromstring(drawn(chart.kind)).iter(f"{SVG}text"))
    assert texts
    for node in texts:
        style = node.get("style", "")
        size = re.search(r"(?:font-size: |font: (?:[\w ]+ )?)([\d.]+)px", style)
        assert size is not None, style
        assert float(size[1]) >= 9, ET.tostring(node)
        assert FONT_STACK in style


@each
def test_no_text_runs_out_of_the_picture(chart: Chart) -> None:
    root = ET.fromstring(drawn(chart.kind))
    width, height = (float(value) for value in root.get("viewBox", "").split()[2:])
    for node in root.iter(f"{SVG}text"):
        place = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform", ""))
        x, y = map(float, place.groups() if place else (node.get("x", 0), node.get("y", 0)))
        assert -1 <= x <= width + 1 and -1 <= y <= height + 1, "".join(node.itertext())


def test_tables_hold_the_data() -> None:
    spider = CHARTS["spider"].table
    assert len(spider.rows) == sum(len(line.points) for line in pictures.SPIDER.lines)
    for line in pictures.SPIDER.lines:
        for point in line.points:
            assert (line.name, point.months, point.change_percent, None) in spider.rows
    waterfall = CHARTS["waterfall"].table.rows
    assert sorted(waterfall) == sorted(
        (bar.patient_id, bar.best_change_percent, bar.response, bar.note)
        for bar in pictures.WATERFALL.bars
    )
    assert [row[1] for row in waterfall] == sorted((row[1] for row in waterfall), reverse=True)
    lanes = {lane.patient_id: lane for lane in pictures.SWIMMER.lanes}
    rows = CHARTS["swimmer"].table.records()
    for name, lane in lanes.items():
        own = [row for row in rows if row["patient"] == name]
        months = [row["months from baseline"] for row in own]
        assert len(own) == len(lane.marks) + len(lane.cycle_months) + 1
        assert max(months) == lane.months
    labs = CHARTS["labs"].table.rows
    assert len(labs) == sum(len(panel.points) for panel in pictures.LABS.panels)
    assert ("Platelets", "2024-03-25", 68, "10^9/L", 2, False) in labs
    cells = CHARTS["positions"].table.records()
    hole = [c for c in cells if c["Ki-67 (%)"] == "10" and c["Line"] == "after SSA"]
    assert [c["position"] for c in hole] == ["silent"]
    pairs = CHARTS["heatmap"].table.rows
    assert len(pairs) == 10 and sum(row[2] is None for row in pairs) == 1
    kinds = Counter(row[1] for row in CHARTS["dosimetry"].table.rows)
    assert kinds == {"measured": 9, "fitted": 66}
    timeline = CHARTS["timeline"].table.records()
    assert [row["from"] for row in timeline] == sorted(str(row["from"]) for row in timeline)
    assert {"what": "Lanreotide", "to": None}.items() <= next(
        row for row in timeline if row["what"] == "Lanreotide"
    ).items()
    fitted = [row for row in CHARTS["kidney"].table.rows if row[0] == "fitted"]
    assert pictures.KIDNEY.slope is not None
    assert [row[1:] for row in fitted] == list(pictures.KIDNEY.slope.curve)
    assert [row[3] for row in CHARTS["growth"].table.rows[5:]] == [8.0, -18.5, -7.9, 30.0]
    assert CHARTS["forest"].table.rows[0][:4] == ("Response after cycle 2", 14.2, 3.9, 61.0)
    assert sum(int(row[4] or 0) for row in CHARTS["calibration"].table.rows) == 200


def test_a_table_is_csv_with_empty_cells_for_the_unknown() -> None:
    table = TableTwin(("a", "b"), (("x, y", None), ("z", 1.5)))
    assert table.as_csv() == 'a,b\n"x, y",\nz,1.5\n'
    with pytest.raises(ValueError, match="2 columns, but a row of 1"):
        TableTwin(("a", "b"), (("x",),))


def test_sentences_say_the_finding() -> None:
    said = {kind: chart.sentence for kind, chart in CHARTS.items()}
    assert "Progression at 11.2 months. PD: sum 62 mm, nadir 50 mm" in said["spider"]
    assert "without a baseline: L9 new" in said["spider"]
    assert "17 patients: 5 with at least 30 % shrinkage, 3 with" in said["waterfall"]
    assert "CR 1, PR 4, SD 8 and PD 4" in said["waterfall"] and "P99" in said["waterfall"]
    assert "3 with progression; at the end of the bar: 3 in follow-up, 2 death" in said["swimmer"]
    assert "Lanreotide from 2022-03-01 ongoing (SD 20 months)" in said["timeline"]
    assert "Platelets: lowest 68 10^9/L on 2024-03-25, grade 2" in said["labs"]
    assert "Creatinine: highest 128" in said["labs"]
    assert "\u22129.8 % a year (95 % interval \u221212.9 to \u22126.6)" in said["kidney"]
    assert "Spleen: no fit, one point supports no fit" in said["dosimetry"]
    assert "+30.0 % of volume a month, doubling time 2.6 months" in said["growth"]
    assert "Response after cycle 2 14.2 (3.90 to 61.0)" in said["forest"]
    assert "calibration in the large 0.02, AUC 0.79" in said["calibration"]
    assert "Furthest apart: ASCO 2023 and Norway 2020, 75 %" in said["heatmap"]
    assert "hole: read, no position in 4" in said["positions"]


def test_wrong_data_are_refused_where_they_are_made() -> None:
    with pytest.raises(ValueError, match="'asleep' is no end of a lane"):
        SwimmerLane("P1", 3, "asleep", "SD")
    with pytest.raises(ValueError, match="expected 1 x 2 cells"):
        PositionMap("d", "o", "x", ("1", "2"), "y", ("a",), (("silent",),))
    with pytest.raises(ValueError, match=r"no sign for \['perhaps'\]"):
        PositionMap("d", "o", "x", ("1",), "y", ("a",), (("perhaps",),))


# --- without colour -----------------------------------------------------------------------------


def test_responses_are_told_apart_in_grey() -> None:
    """Two that are close in lightness (under 12 of 100 in CIE L*) differ in hatch."""
    for (first, a), (second, b) in combinations(RESPONSES.items(), 2):
        apart = abs(lightness(a.fill) - lightness(b.fill))
        assert apart >= 12 or a.hatch != b.hatch, (first, second, round(apart, 1))
        assert (a.fill, a.hatch) != (b.fill, b.hatch)
    main = [RESPONSES[name] for name in ("CR", "PR", "SD")]
    steps = [lightness(look.fill) for look in main]
    assert steps == sorted(steps) and min(b - a for a, b in pairwise(steps)) > 25


def test_grades_get_darker_step_by_step() -> None:
    steps = [lightness(GRADES[grade]) for grade in sorted(GRADES)]
    assert steps == sorted(steps, reverse=True)
    assert min(a - b for a, b in pairwise(steps)) >= 6


def test_the_heat_map_gets_darker_step_by_step() -> None:
    steps = [lightness(colour) for colour in SEQUENTIAL]
    assert min(a - b for a, b in pairwise(steps)) >= 8


def test_lines_differ_in_marker_and_dash_and_stand_out_from_paper() -> None:
    assert len({look.marker for look in LINES}) == len({look.dash for look in LINES}) == len(LINES)
    assert min(contrast(look.colour, PAPER) for look in LINES) >= 3
    assert contrast(INK, PAPER) > 7 and contrast(SOFT, PAPER) >= 4.5


def test_signs_of_positions_are_read_on_their_ground() -> None:
    for fill, sign, ink, word in POSITIONS.values():
        assert not sign or contrast(fill, ink) >= 4.5, word
    signs = [sign for _, sign, _, _ in POSITIONS.values()]
    assert len(set(signs)) == len(signs)


def test_luminance_is_that_of_the_standard() -> None:
    """Black, white, and WCAG's own example of a grey that just passes on white (#767676: 4.54)."""
    assert luminance("#000000") == 0 and luminance("#ffffff") == pytest.approx(1)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert lightness("#777777") == pytest.approx(50.03, abs=0.01)
    assert on("#062a4f") == PAPER and on("#f3f7fb") == INK


def lightness(colour: str) -> float:
    """CIE 1976 lightness L*, from 0 to 100: how grey a colour prints."""
    linear = luminance(colour)
    return linear * 24389 / 27 if linear <= 216 / 24389 else 116 * linear ** (1 / 3) - 16


# --- small helpers ------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=12),
    st.floats(0.1, 30),
)
def test_labels_are_spread_without_leaving_the_picture(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, -100, 100)
    assert all(-100 - 1e-6 <= value <= 100 + 1e-6 for value in placed)
    room = min(gap, 200 / max(len(wanted) - 1, 1))
    ordered = sorted(placed)
    assert all(b - a >= room - 1e-6 for a, b in pairwise(ordered))
    ranks = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    assert [placed[i] for i in ranks] == ordered


def test_numbers_are_short_and_signed() -> None:
    assert [number(v) for v in (50.0, 7.25, -3.0)] == ["50", "7.25", "\u22123"]
    assert [signed(v) for v in (24.2, -30, -0.2, 0)] == ["+24", "\u221230", "0", "0"]


def test_a_change_that_only_comes_near_a_limit_is_not_printed_as_the_limit() -> None:
    limits = (-30, 20)
    near = [signed(v, limits=limits) for v in (-29.6, -30, -30.4, 19.96, 20, -29.4)]
    assert near == ["\u221229.6", "\u221230", "\u221230.4", "+19.96", "+20", "\u221229"]
