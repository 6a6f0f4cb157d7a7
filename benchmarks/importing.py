"""A wide table of a clinic through a mapping, beside reading it alone with pandas."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

ROWS = 100_000
MAP = """\
gepnet_mapping: 1
tables:
- patient: id
  rows: patient
  dates: dmy
  decimal: ","
  events:
    pathology: {kind: pathology, date: biopsy}
    laboratory: {kind: laboratory, date: lab date}
    drug: {kind: treatment}
  columns:
  - {column: sex, to: demographics.sex}
  - {column: born, to: demographics.birth_date}
  - {column: site, to: diagnosis.primary_site}
  - {column: ki67, to: pathology.ki67_percent}
  - {column: diff, to: pathology.differentiation}
  - {column: crea, to: laboratory.creatinine_umol_l, unit: mg/dL}
  - {column: drug, to: drug.option}
  - {column: start, to: drug.start}
"""


def run() -> None:
    """Print seconds for both, and their ratio."""
    import pandas

    from gepnet import api

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder / "clinic.csv", ROWS)
        (folder / "map.yaml").write_text(MAP, encoding="utf-8")
        base = api.base()
        began = time.perf_counter()
        view = api.import_table(base, folder / "clinic.csv", folder / "map.yaml", folder / "out")
        ours = time.perf_counter() - began
        began = time.perf_counter()
        pandas.read_csv(folder / "clinic.csv", sep=";", dtype=str)
        peer = time.perf_counter() - began
        rows = view["rows"]
        print(
            f"{rows['in']} rows imported ({rows['used']} used): {ours:.1f} s; "
            f"pandas reads the text alone in {peer:.1f} s (x{ours / peer:.0f})"
        )


def _write(path: Path, rows: int) -> None:
    chance = random.Random(1)

    def day(first: int, last: int) -> str:
        year = chance.randint(first, last)
        return f"{chance.randint(1, 28):02d}.{chance.randint(1, 12):02d}.{year}"

    lines = ["id;sex;born;site;biopsy;ki67;diff;lab date;crea;drug;start"]
    for row in range(rows):
        ki67 = chance.choice(["<3", "2-5", "unknown", str(chance.randint(1, 60))])
        crea = f"{chance.randint(6, 14) / 10:.1f}".replace(".", ",")
        cells = (
            f"P{row}", chance.choice("FM"), day(1935, 1985),
            chance.choice(["ileum", "Pankreas", "retto", "CUP"]), day(2010, 2018), ki67,
            chance.choice(["Well", "gut differenziert"]), day(2019, 2023), crea,
            chance.choice(["lanreotide", "", "octreotide LAR 30 mg"]), day(2010, 2020),
        )  # fmt: skip
        lines.append(";".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run()
