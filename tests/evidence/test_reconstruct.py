"""From points and printed numbers to observations: the way back to RADIANT-4, and faulty tables."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from gepnet import api
from gepnet.numbers import kaplan_meier

RADIANT_4 = Path(str(files("gepnet.knowledge") / "trials" / "curves" / "radiant-4-pfs.csv"))


def published(folder: Path, percent: bool = False) -> tuple[Path, Path]:
    """Write what one would read off the picture of RADIANT-4."""
    with RADIANT_4.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    name = "survival_percent" if percent else "survival"
    points, numbers = [f"time,{name},arm"], ["time,at_risk,arm"]
    for arm in ("everolimus", "placebo"):
        own = [row for row in rows if row["arm"] == arm]
        curve = kaplan_meier([float(r["time"]) for r in own], [int(r["event"]) for r in own])
        times = np.arange(0, curve.end, 3.0)
        counts = zip(times, curve.number_at_risk(times), strict=True)
        numbers += [f"{time:g},{count},{arm}" for time, count in counts]
        points += [
            f"{time:.3f},{share * (100 if percent else 1):.4f},{arm}"
            for time, share in zip(curve.times, curve.survival, strict=True)
        ]
    files_ = folder / "points.csv", folder / "at_risk.csv"
    for file, lines in zip(files_, (points, numbers), strict=True):
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files_


@pytest.mark.parametrize("percent", [False, True])
def test_radiant_4_comes_back(tmp_path: Path, percent: bool) -> None:
    found = api.reconstruction(*published(tmp_path, percent))
    assert [(arm.arm, arm.patients) for arm in found.arms] == [("everolimus", 205), ("placebo", 97)]
    report = api.survival_of_rebuilt(found)
    (against,) = report.against
    assert against.hazard_ratio.value == pytest.approx(0.5577, rel=0.03)
    medians = [arm.median.value for arm in report.arms]
    assert medians == [pytest.approx(11.3, rel=0.02), pytest.approx(4.01, rel=0.02)]
    out = tmp_path / "observations.csv"
    api.write_observations(found, out)
    again = api.survival_report(out)
    assert again.against[0].hazard_ratio.value == pytest.approx(
        against.hazard_ratio.value, rel=1e-3
    )


def test_faulty_tables_are_refused_with_their_place(tmp_path: Path) -> None:
    points, numbers = published(tmp_path)
    points.write_text("time,survival,arm\n0,1,new\n3,1.2,new\n", encoding="utf-8")
    with pytest.raises(api.InputError, match=r"points.csv:3: error, in new, field survival"):
        api.reconstruction(points, numbers)
    points.write_text("time,survival,arm\n0,1,new\n3,0.5,new\n", encoding="utf-8")
    with pytest.raises(api.InputError, match="numbers at risk of the arm new"):
        api.reconstruction(points, numbers)
    points.write_text("time,arm\n0,new\n3,new\n", encoding="utf-8")
    with pytest.raises(api.InputError, match="survival_percent"):
        api.reconstruction(points, numbers)
    points, numbers = published(tmp_path)
    with pytest.raises(api.InputError, match="did you mean 'placebo'"):
        api.reconstruction(points, numbers, events={"placeb": 60})


def test_points_that_do_not_fit_are_told(tmp_path: Path) -> None:
    points, numbers = tmp_path / "p.csv", tmp_path / "n.csv"
    points.write_text("time,survival\n0,1\n2,0.8\n3,0.83\n9,0.5\n", encoding="utf-8")
    numbers.write_text("time,at_risk\n0,5\n6,4\n", encoding="utf-8")
    told = " ".join(api.reconstruction(points, numbers).notes)
    assert "stood above an earlier one" in told and "nobody's data" in told
