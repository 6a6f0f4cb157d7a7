"""Calibration plot: how often it happened against how likely a model said it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted, number
from gepnet.charts.drawing import CORNER, beside, draw_mark
from gepnet.charts.sources import ChartRequest
from gepnet.charts.style import GRID, INK, REFERENCE, SOFT
from gepnet.guidelines import KnowledgeBase
from gepnet.response.fit import StoredModel, read_model


@dataclass(frozen=True, slots=True)
class CalibrationGroup:
    """Patients of similar predicted probability: its mean, the observed share, its interval."""

    predicted: float
    observed: float
    patients: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CalibrationData:
    """Groups of one model, its corrected figures, and a smooth curve if there is one."""

    title: str
    groups: tuple[CalibrationGroup, ...]
    slope: float | None = None
    in_the_large: float | None = None
    auc: float | None = None
    curve: tuple[tuple[float, float], ...] = ()
    about: str = ""


def calibration_of(model: StoredModel) -> CalibrationData:
    """Return the calibration of a fitted model on its own data, corrected for optimism."""
    groups = tuple(
        CalibrationGroup(g.predicted, g.observed, g.patients, g.low, g.high)
        for g in model.calibration
    )
    corrected = {item.measure: item.corrected for item in model.performance}
    return CalibrationData(
        "Calibration, corrected for optimism",
        groups,
        corrected.get("slope"),
        corrected.get("in_the_large"),
        corrected.get("auc"),
        about=model.size,
    )


def calibration(data: CalibrationData) -> Chart:
    """Return the calibration plot of ``data``."""
    rows = tuple((g.predicted, g.observed, g.low, g.high, g.patients) for g in data.groups)
    columns = ("predicted", "observed", "low", "high", "patients")
    table = TableTwin(columns, rows)
    return chart_of("calibration", data, _sentence(data), table, (5.8, 5.9), _draw)


def _figures(data: CalibrationData) -> list[str]:
    named = (
        ("calibration slope", data.slope),
        ("calibration in the large", data.in_the_large),
        ("AUC", data.auc),
    )
    return [f"{name} {number(round(value, 2))}" for name, value in named if value is not None]


def _sentence(data: CalibrationData) -> str:
    total = sum(g.patients for g in data.groups)
    parts = [
        f"{data.title}: predicted against observed in {counted(len(data.groups), 'group')} of "
        f"{counted(total, 'patient')}."
    ]
    if found := _figures(data):
        text = ", ".join(found)
        parts.append(f"{text[0].upper()}{text[1:]}.")
    if data.about:
        parts.append(f"{data.about}.")
    return " ".join(parts)


def _draw(figure: Figure, data: CalibrationData) -> None:
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1.2, linestyle=(0, (4, 3)), label="perfect")
    if data.curve:
        axes.plot(*zip(*data.curve, strict=True), color=REFERENCE, linewidth=2, label="smoothed")
    most = max((g.patients for g in data.groups), default=1)
    for group in data.groups:
        if group.low is not None and group.high is not None:
            axes.plot([group.predicted] * 2, [group.low, group.high], color=INK, linewidth=1.4)
        place = (group.predicted, group.observed)
        size = 6 + 6 * (group.patients / most) ** 0.5
        draw_mark(axes, *place, "o", size, markeredgewidth=1.6, zorder=3, clip_on=False)
        words = str(group.patients)
        beside(axes, words, place, (10, -12), ground=(0.05, 0.85), va="baseline")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set(xlabel="Predicted probability", ylabel="Observed share (number: patients)")
    axes.grid(color=GRID)
    axes.legend(loc="lower right")
    figures = "\n".join(_figures(data))
    if figures:
        beside(axes, figures, (0, 1), (6, -6), CORNER, ground=(0.2, 1), fontsize=10)
    axes.set_title(f"{data.title}\n{data.about}".rstrip())


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a model that ``gepnet response fit`` wrote."""
    return calibration(calibration_of(read_model(source)))
