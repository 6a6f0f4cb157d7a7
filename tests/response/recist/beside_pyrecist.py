"""One set of lesions as a file of gepnet and as a file of pyrecist."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from gepnet.knowledge import read_yaml
from tests.response.recist.helpers import DAYS, overall, row

FILE = Path(__file__).parent / "pyrecist_cases.yaml"


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_yaml(FILE.read_text("utf-8"), FILE.name).data["cases"]
    return found


def lesions(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows with all their keys."""
    rows = []
    for item in case["rows"]:
        given = (
            dict(zip(("lesion", "at", "value"), item, strict=True))
            if isinstance(item, list)
            else item
        )
        rows.append({"role": "target", "nodal": False} | given)
    return rows


def by_gepnet(case: dict[str, Any]) -> list[str]:
    """Overall responses."""
    return overall(
        [row(r["lesion"], r["at"], r["value"], r["role"], nodal=r["nodal"]) for r in lesions(case)]
    )


def by_pyrecist(case: dict[str, Any], folder: Path) -> list[str | None]:
    """Responses of pyrecist, in the columns it asks for (patients named by numbers)."""
    from pyrecist.assessment import Evaluator
    from pyrecist.data import Reader

    lines = ["patient_id,study_date,measurement,lesion_label_alias,lesion_category"]
    for r in lesions(case):
        if r["role"] == "new":
            continue
        number = str(r["value"]).split()[0]
        size = {"absent": "0", "too_small": ""}.get(number, number)
        date = DAYS[r["at"]].replace("-", "")
        lines.append(f"1,{date},{size},{r['lesion']},{r['role'].replace('_', '-')}")
    file = folder / "pyrecist.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    reader = Reader()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by a sum of zero, and by old names of pandas
        reader.read_measurements(str(file))
        found = Evaluator(reader).evaluate_recist()["classification"].tolist()
    return [response if isinstance(response, str) else None for response in found]
