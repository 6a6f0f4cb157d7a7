"""Event tables of patients as registries have them: gaps, vague dates, classes, contradictions."""

from __future__ import annotations

import datetime
import random
from typing import Any

import polars as pl

from gepnet.facts.events.schema import columns_of_kind
from gepnet.vocabulary import Vocabulary

DAY = datetime.date(2024, 1, 1)
OPTIONS = [
    "lanreotide", "octreotide_lar", "ssa", "lu177_dotatate", "everolimus", "captem",
    "primary_resection", "ssa_dose_increase", "prrt",
]  # fmt: skip
SIGNS = [
    "radiological_recist", "radiological_below_recist", "clinical_observed", "marker_rise",
    "hormone_symptoms_worse", "radiological",
]  # fmt: skip
STOPPED = ("progression", "toxicity", "completed")
DOMAINS = ["treatments", "progression", "metastases", "symptoms", "comorbidities", "imaging"]


class Awkward:
    """Makes up patients; most are plain, each oddity is somebody's."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.is_odd = False

    def tables(self, patients: int, vocabulary: Vocabulary) -> dict[str, pl.DataFrame]:
        """Return the tables of some patients, in the types of their kinds."""
        for number in range(patients):
            self.patient(f"p{number:03d}")
        found = {}
        for kind, rows in self.rows.items():
            schema = columns_of_kind(kind, vocabulary)
            names = [name for name in schema if any(name in row for row in rows)]
            data = [{name: row.get(name) for name in names} for row in rows]
            found[kind] = pl.DataFrame(data, schema={name: schema[name] for name in names})
        return found

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def oddly(self, chance: float) -> bool:
        """Whether something odd happens, to the patients to whom odd things happen."""
        return self.is_odd and self.maybe(2 * chance)

    def day(self, low: int = -600, high: int = 600) -> datetime.date:
        return DAY + datetime.timedelta(days=self.random.randint(low, high))

    def add(self, kind: str, patient: str, **cells: Any) -> None:
        told = {name: value for name, value in cells.items() if value is not None}
        self.rows.setdefault(kind, []).append({"patient": patient, **told})

    def event(self, kind: str, patient: str, **cells: Any) -> None:
        day = self.day()
        if self.oddly(0.03):
            self.add(kind, patient, date_text=str(day)[: self.random.choice((4, 7))], **cells)
        elif self.oddly(0.02):
            self.add(kind, patient, **cells)
        else:
            self.add(kind, patient, date=day, **cells)

    def patient(self, name: str) -> None:
        self.is_odd = self.maybe(0.35)
        self.options = OPTIONS if self.is_odd else [o for o in OPTIONS if o not in ("ssa", "prrt")]
        until = str(self.random.choice((DAY, self.day(200, 600))))
        declared = [d if self.maybe(0.3) else f"{d}={until}" for d in DOMAINS if self.maybe(0.6)]
        if self.oddly(0.03):
            declared.append("toxicities=2024")
        as_of = str(self.day(0, 600)) if self.maybe(0.2) else None
        self.add("patients", name, region="EU", as_of=as_of, complete="; ".join(declared) or None)
        self.add(
            "demographics", name, date=self.day(-900, -700), birth_date="1960-05-04", sex="male"
        )
        self.event(
            "diagnosis", name, primary_site="jejunum_ileum", diagnosis_date="2022-01-10",
            primary_in_place=True if self.oddly(0.2) else None,
        )  # fmt: skip
        self.reports(name)
        self.therapies(name)
        for _ in range(self.random.randint(0, 3)):
            self.progression(name)

    def reports(self, name: str) -> None:
        choose = self.random.choice
        for _ in range(self.random.randint(0, 3)):
            low = float(choose((1, 2, 3, 8, 12, 25)))
            high = low + choose((0, 0, 0, 2))
            self.event(
                "pathology", name, differentiation=choose(("well", "well", "poor", None)),
                ki67_percent__lo=low, ki67_percent__hi=high,
                grade_reported=choose(("G1", "G2", "G1;G2", None)),
                pathology_superseded=True if self.oddly(0.05) else None,
            )  # fmt: skip
            if self.maybe(0.2):  # a later specimen of which only the index is told
                index = choose((1.0, 8.0, 30.0))
                self.event("pathology", name, ki67_percent__lo=index, ki67_percent__hi=index)
            high = choose(("above", "equal", None))
            self.event(
                "sstr_imaging", name, sstr_method="IHC" if self.oddly(0.1) else "PET",
                sstr_uptake_vs_liver=high, sstr_lesions_covered=choose(("all", "some", None)),
            )  # fmt: skip
            self.event(
                "stage", name, metastasis_liver=choose((True, False, None)),
                stage=None if self.oddly(0.2) else "metastatic",
                tnm_m=choose(("M0", "M1")) if self.oddly(0.2) else None,
                liver_burden_percent__lo=20.0, liver_burden_percent__hi=choose((20.0, 30.0)),
            )  # fmt: skip
            self.event(
                "laboratory", name, creatinine_umol_l=choose((70.0, 90.0, None)),
                platelets_10e9_l=choose((150.0, 80.0)),
                withdrawn=True if self.oddly(0.05) else None,
            )  # fmt: skip
            self.event("symptoms", name, hormone_symptoms=choose((True, False, None)))
            self.event("clinical", name, ecog__lo=1.0, ecog__hi=1.0)
            self.event("access", name, mdt_discussed=True)

    def therapies(self, name: str) -> None:
        choose = self.random.choice
        for _ in range(self.random.randint(0, 4)):
            start, option = self.day(), choose(self.options)
            stop = start + datetime.timedelta(days=self.random.randint(20, 400))
            ended = self.maybe(0.7)
            vague = self.oddly(0.05)
            self.add(
                "treatment", name, option=option,
                start=None if vague else start, start_text=str(start)[:7] if vague else None,
                stop=stop if ended and not vague else None,
                ongoing=choose((True, None)) if not ended else None,
                best_response=choose(("PR", "SD", "PD", "mixed", None)),
                stop_reason=choose((*STOPPED, None)) if ended else None,
                benefit_months=choose((6.0, 14.5, None)),
                cycles=choose((4, None)) if "lu177" in option else None,
                activity_gbq=choose((7.4, None)) if "lu177" in option else None,
                ssa_for_symptoms_only=True if option == "lanreotide" and self.maybe(0.2) else None,
            )  # fmt: skip
            if option == "lu177_dotatate" and self.maybe(0.5) and not vague:
                for number in range(self.random.randint(1, 3)):
                    day = start + datetime.timedelta(days=56 * number)
                    self.add(
                        "prrt_cycle", name, date=day, cycle=number + 1, option=option,
                        activity_gbq=None if self.oddly(0.1) else 7.4,
                    )  # fmt: skip

    def progression(self, name: str) -> None:
        choose = self.random.choice
        types = self.random.sample(SIGNS[:5], self.random.randint(1, 2))
        if self.oddly(0.1):
            types = [SIGNS[5]]
        excluded = [sign for sign in SIGNS[:5] if sign not in types and self.maybe(0.4)]
        if self.maybe(0.2):
            types, excluded = [], list(SIGNS[:5]) if self.maybe(0.5) else []
        self.event(
            "progression", name, types=types, excluded=excluded or None,
            on=[choose(self.options)] if self.maybe(0.6) else None,
            progression_pace=choose(("slow", "rapid", None)),
        )  # fmt: skip
