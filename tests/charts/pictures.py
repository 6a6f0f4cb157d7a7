"""One example of every chart, made up to hold what is hard to draw: ties, overlaps, open ends."""

from __future__ import annotations

import datetime
import math

from gepnet.charts import Chart
from gepnet.charts.calibration import CalibrationData, CalibrationGroup, calibration
from gepnet.charts.dosimetry import ActivityCurve, DosimetryData, dosimetry
from gepnet.charts.forest import ForestData, ForestRow, forest
from gepnet.charts.growth import GrowthData, GrowthInterval, growth
from gepnet.charts.heatmap import HeatData, heatmap
from gepnet.charts.kidney import KidneyData, KidneyPoint, KidneySlope, kidney
from gepnet.charts.labs import GradeBand, LabData, LabPanel, LabPoint, labs
from gepnet.charts.network import NetworkData, NetworkEdge, network
from gepnet.charts.positions import PositionMap, position_map
from gepnet.charts.spider import SpiderData, SpiderLine, SpiderPoint, spider
from gepnet.charts.survival import SurvivalData, SurvivalLine, survival
from gepnet.charts.swimmer import SwimmerData, SwimmerLane, SwimmerMark, swimmer
from gepnet.charts.timeline import timeline
from gepnet.charts.waterfall import WaterfallBar, WaterfallData, waterfall
from gepnet.facts.timeline import TimelineBar, TimelineData, TimelineMark

START = datetime.date(2024, 1, 8)


def day(weeks: float) -> datetime.date:
    return START + datetime.timedelta(weeks=weeks)


def _points(*pairs: tuple[float, float]) -> tuple[SpiderPoint, ...]:
    return tuple(SpiderPoint(months, change) for months, change in pairs)


SPIDER = SpiderData(
    "patient P01",
    (
        SpiderLine("L1 liver", _points((0, 0), (2.8, -12), (5.6, -30), (8.4, -41), (11.2, -38))),
        SpiderLine("L2 liver", _points((0, 0), (2.8, -10), (5.6, -28), (8.4, -33), (11.2, -5))),
        SpiderLine("N1 node", _points((0, 0), (2.8, 4), (5.6, -20), (8.4, -36), (11.2, -36))),
        SpiderLine(
            "sum of targets",
            _points((0, 0), (2.8, -8), (5.6, -27), (8.4, -37), (11.2, -22)),
            is_sum=True,
        ),
    ),
    -30,
    20,
    11.2,
    "PD: sum 62 mm, nadir 50 mm, +24 % and +12 mm",
    ("L9 new",),
)
_CHANGES = (44, 31, 25, 12, 8, 3, 0, -4, -9, -15, -18, -22, -31, -35, -44, -52, -100)
WATERFALL = WaterfallData(
    tuple(
        WaterfallBar(
            f"P{place:02}",
            change,
            "PD"
            if change >= 20 or place == 7
            else "SD"
            if change > -30
            else "CR"
            if change <= -100
            else "PR",
            "N" if place == 7 else None,
        )
        for place, change in enumerate(_CHANGES)
    ),
    -30,
    20,
    unmeasured=("P99",),
)
SWIMMER = SwimmerData(
    tuple(
        SwimmerLane(
            f"P{place:02}",
            months,
            end,
            best,
            tuple(
                SwimmerMark(2.8 * visit, best if visit > 1 else "SD")
                for visit in range(1, int(min(months, progression or months) / 2.8) + 1)
            ),
            tuple(1.85 * cycle for cycle in range(cycles)),
            progression,
        )
        for place, (months, end, best, cycles, progression) in enumerate(
            (
                (34.0, "ongoing", "PR", 4, None),
                (30.0, "death", "SD", 4, 22.0),
                (28.0, "ongoing", "CR", 4, None),
                (20.0, "stopped", "SD", 3, None),
                (18.0, "ongoing", "SD", 4, 12.2),
                (9.0, "death", "PD", 2, 5.5),
            )
        )
    )
)
TIMELINE = TimelineData(
    "P01",
    datetime.date(2025, 11, 3),
    (
        TimelineBar("Lanreotide", datetime.date(2022, 3, 1), None, "SD 20 months", True),
        TimelineBar(
            "Right hemicolectomy", datetime.date(2022, 1, 14), datetime.date(2022, 1, 14), ""
        ),
        TimelineBar("177Lu-DOTATATE", START, day(24), "PR"),
    ),
    tuple(TimelineMark("cycles", day(8 * n), str(n + 1)) for n in range(4)),
    (
        TimelineMark("CT", datetime.date(2022, 1, 3), "baseline"),
        TimelineMark("CT", datetime.date(2023, 11, 20), "largest 42 mm"),
        TimelineMark("CT", day(16), "PR"),
        TimelineMark("CT", datetime.date(2025, 10, 27), "new lesion"),
        TimelineMark("SSTR-PET", datetime.date(2023, 12, 4), "above liver"),
        TimelineMark("pathology", datetime.date(2022, 1, 14), "Ki-67 4 %"),
    ),
    (
        TimelineMark("progression", datetime.date(2023, 11, 20), "RECIST, on lanreotide"),
        TimelineMark("progression", datetime.date(2025, 10, 27), "RECIST"),
    ),
    ("CgA raised",),
)


def _lab(values: tuple[float, ...], grades: tuple[int | None, ...]) -> tuple[LabPoint, ...]:
    return tuple(
        LabPoint(day(4 * n - 1), value, grade, n == 0)
        for n, (value, grade) in enumerate(zip(values, grades, strict=True))
    )


LABS = LabData(
    "P01",
    (
        LabPanel(
            "Platelets",
            "10^9/L",
            _lab((210, 150, 122, 68, 92, 81, 140), (0, 0, 1, 2, 1, 1, 1)),
            (
                GradeBand(1, 75, 150),
                GradeBand(2, 50, 75),
                GradeBand(3, 25, 50),
                GradeBand(4, None, 25),
            ),
            150,
            400,
        ),
        LabPanel(
            "Neutrophils",
            "10^9/L",
            _lab((3.4, 2.9, 1.9, 0.9, 1.6, 1.8, 2.2), (0, 0, 1, 3, 1, 1, 0)),
            (
                GradeBand(1, 1.5, 2.0),
                GradeBand(2, 1.0, 1.5),
                GradeBand(3, 0.5, 1.0),
                GradeBand(4, None, 0.5),
            ),
            2.0,
            7.5,
        ),
        LabPanel(
            "Creatinine",
            "umol/L",
            _lab((82, 84, 95, 101, 99, 128, 121), (0, 0, 0, 0, 0, 1, 1)),
            (GradeBand(1, 105, 157.5), GradeBand(2, 157.5, 315)),
            45,
            105,
            falls=False,
        ),
    ),
    tuple(day(8 * n) for n in range(3)),
    "CTCAE 5",
)
_YEARS = tuple(0.25 * n for n in range(9))
KIDNEY = KidneyData(
    "P01",
    "Creatinine clearance",
    "mL/min",
    tuple(
        KidneyPoint(y, v) for y, v in zip(_YEARS, (84, 86, 79, 80, 75, 77, 71, 73, 68), strict=True)
    ),
    KidneySlope(
        -9.8,
        -12.9,
        -6.6,
        0.95,
        tuple(
            (y, fit, fit * (0.975 - 0.008 * abs(y - 1)), fit * (1.025 + 0.008 * abs(y - 1)))
            for y in _YEARS
            for fit in (86 * math.exp(-0.1031 * y),)
        ),
    ),
    cycle_years=(0.02, 0.17, 0.33, 0.48),
    limits=(("lowest of the profile", 40),),
)


def _curve(
    start: float, half_life: float, last: float
) -> tuple[tuple[float, float, float, float], ...]:
    return tuple(
        (t, a, a * 0.9, a * 1.1)
        for n in range(33)
        for t in (last * n / 32,)
        for a in (start * 0.5 ** (t / half_life),)
    )


DOSIMETRY = DosimetryData(
    "P01, cycle 1",
    (
        ActivityCurve(
            "Left kidney",
            ((4, 131), (24, 96), (72, 50), (168, 13)),
            _curve(136, 50, 200),
            "mono-exponential, half-life 50 h, 0.62 Gy/GBq (95 % 0.55 to 0.70)",
            level=0.95,
        ),
        ActivityCurve(
            "Liver lesion 3",
            ((4, 88), (24, 101), (72, 77), (168, 36)),
            _curve(112, 103, 200),
            "bi-exponential, half-life 103 h, 4.1 Gy/GBq",
            level=0.95,
        ),
        ActivityCurve("Spleen", ((24, 61),), refused="one point supports no fit"),
    ),
)
GROWTH = GrowthData(
    "patient P01",
    ((0, 50), (3, 54), (6, 44), (9.5, 40), (12.5, 52)),
    (
        GrowthInterval(0, 3, 8.0, 9.0, "stable"),
        GrowthInterval(3, 6, -18.5),
        GrowthInterval(6, 9.5, -7.9),
        GrowthInterval(9.5, 12.5, 30.0, 2.6, "growing"),
    ),
    (("cut-off of one source", 0.8), ("rapid", 4.0)),
)
FOREST = ForestData(
    "Further response, Firth logistic regression",
    (
        ForestRow("Response after cycle 2", 14.2, 3.9, 61.0, "against none"),
        ForestRow("Grade 2", 0.71, 0.22, 2.2, "against grade 1"),
        ForestRow("Pancreas", 5.8, 0.004, 90000.0, "against small intestine"),
        ForestRow("Trial A", 0.21, 0.13, 0.33, weight=0.7),
        ForestRow("Trial B", 0.38, 0.15, 0.96, "unverified", "left out"),
        ForestRow("Not compared", 0.5, 0.2, 1.3, "", "indirect"),
        ForestRow("Random effects", 0.25, 0.18, 0.34, "", "pooled"),
        ForestRow("A further study", 0.25, 0.002, 40.0, "prediction interval", "predicted"),
    ),
    about="51 patients, 17 events: 5.7 events a coefficient",
)
NETWORK = NetworkData(
    "Network of 5 treatments: hazard ratio",
    ("lutetium", "everolimus", "placebo", "sunitinib", "lanreotide"),
    (
        NetworkEdge("lutetium", "everolimus", ("Trial A",)),
        NetworkEdge("everolimus", "placebo", ("Trial B", "Trial C", "Trial D")),
        NetworkEdge("sunitinib", "placebo", ("Trial E", "Trial F")),
        NetworkEdge("everolimus", "sunitinib", ("Trial E",)),
        NetworkEdge("lanreotide", "placebo", ("Trial G",), left_out=True),
    ),
    "placebo",
    (("everolimus", "placebo", "sunitinib"),),
)
CALIBRATION = CalibrationData(
    "Calibration of the fitted model",
    (
        CalibrationGroup(0.12, 0.09, 44, 0.03, 0.22),
        CalibrationGroup(0.31, 0.35, 52, 0.23, 0.49),
        CalibrationGroup(0.52, 0.49, 48, 0.35, 0.63),
        CalibrationGroup(0.83, 0.78, 56, 0.65, 0.88),
    ),
    0.91,
    0.02,
    0.79,
    tuple((p / 20, 0.06 + 0.88 * p / 20) for p in range(1, 20)),
    "200 patients, corrected for optimism",
)
_NAMES = ("ENETS SI 2024", "ESMO 2020", "ASCO 2023", "Norway 2020", "Review 2025")
HEATMAP = HeatData(
    "Distance between documents",
    _NAMES,
    tuple(
        tuple(
            None if {i, j} == {1, 3} else 0.0 if i == j else round((i * j % 7) / 8, 2)
            for j in range(5)
        )
        for i in range(5)
    ),
    tuple(tuple(0 if {i, j} == {1, 3} else 100 * (i + j) for j in range(5)) for i in range(5)),
    "share of patients with differing positions",
)
POSITIONS = PositionMap(
    "ESMO 2020",
    "177Lu-DOTATATE",
    "Ki-67 (%)",
    ("1", "2.9", "3", "9", "9.9", "10", "10.1", "15", "15.1", "20", "20.1", "55"),
    "Line",
    ("none before", "after SSA", "after SSA and everolimus"),
    (
        ("not_read",) * 11 + ("out_of_scope",),
        ("recommended",) * 5
        + ("silent",)
        + ("text_open", "fact_missing")
        + ("silent",) * 2
        + ("against", "conflicting"),
        ("recommended",) * 5 + ("silent",) + ("option",) * 4 + ("trial_only", "against"),
    ),
    "small intestine, progressive, uptake above liver",
)

SURVIVAL = SurvivalData(
    "Trial A: progression-free survival",
    "Without progression",
    "months",
    (
        SurvivalLine(
            "new",
            (0, 2, 5, 9, 20),
            (1, 0.9, 0.7, 0.4, 0.4),
            (1, 0.75, 0.5, 0.2, 0.2),
            (1, 0.97, 0.85, 0.62, 0.62),
            (5, 20),
            (2, 5, 5, 9, 9, 9, 20, 20, 20, 20),
            words="median 9.0 (5.0 to not reached) months",
        ),
        SurvivalLine(
            "old",
            tuple(range(0, 31, 3)),
            tuple(0.5 ** (t / 6) for t in range(0, 31, 3)),
            model="exponential model",
            beyond=18,
            words="median 6.0 months",
        ),
    ),
    ("Population: midgut; G1, G2.", "Hazard ratio 0.5 (0.3 to 0.8)."),
)

CHARTS: dict[str, Chart] = {
    "survival": survival(SURVIVAL),
    "spider": spider(SPIDER),
    "waterfall": waterfall(WATERFALL),
    "swimmer": swimmer(SWIMMER),
    "timeline": timeline(TIMELINE),
    "labs": labs(LABS),
    "kidney": kidney(KIDNEY),
    "dosimetry": dosimetry(DOSIMETRY),
    "growth": growth(GROWTH),
    "forest": forest(FOREST),
    "network": network(NETWORK),
    "calibration": calibration(CALIBRATION),
    "heatmap": heatmap(HEATMAP),
    "positions": position_map(POSITIONS),
}
