"""Charts: one picture, one small module; deterministic SVG, PNG and PDF with table and sentence."""

from gepnet.charts.base import Chart, TableTwin, file_of
from gepnet.charts.calibration import CalibrationData, CalibrationGroup, calibration
from gepnet.charts.dosimetry import ActivityCurve, DosimetryData, dosimetry
from gepnet.charts.forest import ForestData, ForestRow, forest
from gepnet.charts.growth import GrowthData, GrowthInterval, growth
from gepnet.charts.heatmap import HeatData, heatmap
from gepnet.charts.kidney import KidneyData, KidneyPoint, KidneySlope, kidney
from gepnet.charts.labs import GradeBand, LabData, LabPanel, LabPoint, labs
from gepnet.charts.positions import PositionMap, position_map
from gepnet.charts.spider import SpiderData, SpiderLine, SpiderPoint, spider
from gepnet.charts.swimmer import SwimmerData, SwimmerLane, SwimmerMark, swimmer
from gepnet.charts.timeline import TimelineBar, TimelineData, TimelineMark, timeline
from gepnet.charts.waterfall import WaterfallBar, WaterfallData, waterfall

__all__ = [
    "ActivityCurve",
    "CalibrationData",
    "CalibrationGroup",
    "Chart",
    "DosimetryData",
    "ForestData",
    "ForestRow",
    "GradeBand",
    "GrowthData",
    "GrowthInterval",
    "HeatData",
    "KidneyData",
    "KidneyPoint",
    "KidneySlope",
    "LabData",
    "LabPanel",
    "LabPoint",
    "PositionMap",
    "SpiderData",
    "SpiderLine",
    "SpiderPoint",
    "SwimmerData",
    "SwimmerLane",
    "SwimmerMark",
    "TableTwin",
    "TimelineBar",
    "TimelineData",
    "TimelineMark",
    "WaterfallBar",
    "WaterfallData",
    "calibration",
    "dosimetry",
    "file_of",
    "forest",
    "growth",
    "heatmap",
    "kidney",
    "labs",
    "position_map",
    "spider",
    "swimmer",
    "timeline",
    "waterfall",
]
