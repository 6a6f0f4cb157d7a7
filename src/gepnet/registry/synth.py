"""Made-up histories as event tables: for demonstrations, tests and load tests, never for findings.

The courses come from ``history``; here they become what a registry would hold of them: reports,
visits, laboratory values, treatments, cycles, progression and the last day known, with the gaps
that registries have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from gepnet.registry.history import (
    NEVER,
    RESPONSES,
    Bools,
    Floats,
    Histories,
    Ints,
    Line,
    draw,
    generator,
)
from gepnet.registry.recipe import SyntheticRegistry, Value

Tables = dict[str, pl.DataFrame]
#: Every patient and every registry that was made up says so.
MARK = "synthetic"


def synthetic_tables(
    recipe: SyntheticRegistry, seed: int, block: int, first: int, size: int
) -> Tables:
    """Return the event tables of one block of made-up patients."""
    return _Writer(draw(recipe, seed, block, first, size), recipe, generator(seed, block, 1)).tables


class _Writer:
    """Turns courses into events; one table a kind, one row an event."""

    def __init__(self, found: Histories, recipe: SyntheticRegistry, rng: np.random.Generator):
        self.found, self.recipe, self.rng = found, recipe, rng
        numbers = np.arange(found.first, found.first + found.size)
        self.beyond = recipe.beyond
        self.names = pl.Series([f"{MARK}-{number:07d}" for number in numbers])
        self.everyone = np.arange(found.size)
        self.tables: Tables = {}
        for step in (self._patient, self._tumour, self._extent, self._visits, self._lines):
            step()
        self._end()
        self.tables = {kind: table for kind, table in self.tables.items() if len(table)}

    # --- helpers --------------------------------------------------------------------------------

    def _hit(self, share: float, size: int) -> Bools:
        return self.rng.random(size) < share

    def _has(self, name: str, size: int) -> Bools:
        return self._hit(self.beyond.shares[name], size)

    def _write(self, kind: str, who: Ints, day: Ints | None, columns: Mapping[str, Any]) -> None:
        """Add events of a kind, of some patients by place, each on its day."""
        data: dict[str, Any] = {"patient": self.names.gather(who)}
        if day is not None:
            data["date"] = _date(day)
        table = pl.DataFrame({**data, **columns})
        before = self.tables.get(kind)
        joined = table if before is None else pl.concat([before, table], how="diagonal")
        self.tables[kind] = joined

    def _missing(self, name: str, size: int) -> Bools:
        return self._hit(self.recipe.missing[name], size)

    # --- kinds of event -------------------------------------------------------------------------

    def _patient(self) -> None:
        found, size = self.found, self.found.size
        regions = list(self.recipe.patients.regions)
        until = _date(found.seen).dt.to_string("%Y-%m-%d")
        domains = ("treatments", "progression", "metastases", "comorbidities", "imaging")
        complete = pl.select(
            pl.concat_str(
                [pl.format(f"{domain}={{}}", until) for domain in domains], separator="; "
            )
        ).to_series()
        self._write(
            "patients",
            self.everyone,
            None,
            {
                "region": _words(regions, found.region),
                "source": pl.select(
                    pl.format(
                        "centre-{}", pl.lit(pl.Series(found.centre + 1)).cast(str).str.zfill(2)
                    )
                ).to_series(),
                "title": pl.Series([f"{MARK}: made up by gepnet, nobody"] * size),
                "complete": _where(~self._missing("complete", size), complete),
            },
        )
        born = _date(found.born).dt.to_string("%Y-%m-%d")
        sex = _words(["male", "female"], found.woman.astype(np.int64))
        self._write(
            "demographics", self.everyone, found.diagnosed, {"birth_date": born, "sex": sex}
        )
        told = self.recipe.board
        rng = generator(0, 0, 97)
        better = rng.normal(0.0, told.centre_spread, self.recipe.patients.centres)[found.centre]
        odds = told.within_28_days / (1 - told.within_28_days) * np.exp(better)
        soon = self.rng.random(size) < odds / (1 + odds)
        days = self.beyond.days
        early = self.rng.integers(*days.board_soon, size, endpoint=True)
        day = np.where(soon, early, self.rng.integers(*days.board_late, size, endpoint=True))
        seen = ~self._hit(told.never, size) & (found.diagnosed + day < found.seen)
        who = self.everyone[seen]
        self._write(
            "access",
            who,
            (found.diagnosed + day)[seen],
            {
                "mdt_discussed": np.ones(len(who), dtype=bool),
                "sstr_pet_available": self._has("sstr_pet_available", len(who)),
                "rlt_centre_access": self._has("rlt_centre_access", len(who)),
            },
        )

    def _tumour(self) -> None:
        found, size = self.found, self.found.size
        sites = [one.site for one in self.recipe.sites]
        syndromes = np.array([one.syndrome for one in self.recipe.sites])[found.site]
        syndrome = np.where(found.functioning, syndromes, "none")
        self._write(
            "diagnosis",
            self.everyone,
            found.diagnosed,
            {
                "primary_site": _words(sites, found.site),
                "diagnosis_date": _date(found.diagnosed).dt.to_string("%Y-%m-%d"),
                "syndrome": pl.Series(syndrome),
                "functioning": syndrome != "none",
                "primary_in_place": self._has("primary_in_place", size),
            },
        )
        self._pathology(self.everyone, found.diagnosed + 1, self._missing("ki67", size))
        self._write(
            "comorbidity",
            self.everyone,
            found.diagnosed + 5,
            {name: self._hit(share, size) for name, share in self.beyond.comorbidity.items()},
        )

    def _pathology(self, who: Ints, day: Ints, missing: Bools) -> None:
        found, size = self.found, len(who)
        ki67, poor = found.ki67[who], found.poor[who]
        low, high = self.beyond.g2_from, self.beyond.g3_above
        grade = np.where(ki67 < low, 0, np.where(ki67 <= high, 1, 2))
        reported = np.where(poor, 3, grade)
        wide = self._has("ki67_as_range", size) & (ki67 > low) & ~poor
        least = np.where(wide, ki67 - 1, ki67)
        shown = ~missing
        self._write(
            "pathology",
            who,
            day,
            {
                "differentiation": _words(["well", "poor"], poor.astype(np.int64)),
                "ki67_percent__lo": _where(shown, pl.Series(least)),
                "ki67_percent__hi": _where(shown, pl.Series(ki67)),
                "grade_reported": _words(["G1", "G2", "G3", "NEC"], reported),
                "grade_reported_edition": pl.Series(["WHO2019"] * size),
            },
        )

    def _extent(self) -> None:
        found = self.found
        self._stage(self.everyone, found.diagnosed + 8)
        done = ~self._missing("sstr", found.size)
        who = self.everyone[done]
        self._sstr(who, (found.diagnosed + self.rng.integers(9, 13, found.size))[done])

    def _stage(self, who: Ints, day: Ints) -> None:
        found, size = self.found, len(who)
        far = found.metastatic[who]
        burden = found.burden[who]
        liver = far & (burden > 0)
        known = _where(~self._missing("burden", size), pl.Series(burden))
        self._write(
            "stage",
            who,
            day,
            {
                "stage": _words(["locally_advanced", "metastatic"], far.astype(np.int64)),
                "resectability": _words(
                    ["unresectable", "resectable"], self._has("resectable", size) * 1
                ),
                "metastasis_liver": liver,
                "metastasis_lymph_node": self._has("lymph_nodes", size),
                "metastasis_bone": far & self._has("bone", size),
                "metastasis_peritoneum": far & self._has("peritoneum", size),
                "liver_burden_percent__lo": known,
                "liver_burden_percent__hi": known,
            },
        )

    def _sstr(self, who: Ints, day: Ints) -> None:
        found, size = self.found, len(who)
        high = found.uptake[who]
        krenning = np.where(high, np.where(self._has("highest_uptake", size), 4.0, 3.0), 1.0)
        self._write(
            "sstr_imaging",
            who,
            day,
            {
                "sstr_method": pl.Series(["PET"] * size),
                "sstr_scale": pl.Series(["krenning_modified_pet"] * size),
                "sstr_krenning__lo": krenning,
                "sstr_krenning__hi": krenning,
                "sstr_uptake_vs_liver": _words(["below", "above"], high * 1),
                "sstr_lesions_covered": _words(["some", "all"], high * 1),
                "sstr_negative_lesion_on_ct": ~high & self._has("negative_lesion", size),
            },
        )

    def _every(self, months: float) -> tuple[Ints, Ints]:
        """Return who is seen and on which day, from diagnosis to the last day known."""
        found = self.found
        step = int(months * 30.4)
        visits = np.maximum(0, (found.seen - found.diagnosed - 20) // step)
        who = np.repeat(self.everyone, visits)
        number = np.arange(len(who)) - np.repeat(np.cumsum(visits) - visits, visits)
        day = found.diagnosed[who] + 20 + number * step + self.rng.integers(0, step // 2, len(who))
        kept = ~self._hit(self.recipe.monitoring.missed, len(who)) & (day < found.seen[who])
        return who[kept], day[kept]

    def _visits(self) -> None:
        found, told, rng = self.found, self.recipe.monitoring, self.rng
        who, day = self._every(told.imaging_months)
        lesion = self.beyond.largest_lesion_mm
        size: Floats = lesion.mean + found.burden[who] + rng.normal(0, lesion.sd, len(who))
        size = np.asarray(np.round(np.clip(size, lesion.least, lesion.most)), float)
        columns = {"largest_lesion_mm__lo": size, "largest_lesion_mm__hi": size}
        self._write("morphological_imaging", who, day, columns)
        who, day = self._every(told.laboratory_months)

        def around(one: Value) -> Floats:
            values = rng.normal(one.mean, one.sd, len(who))
            return np.asarray(np.round(np.maximum(values, one.least), one.places))

        def known(values: Floats) -> pl.Series:
            return _where(~self._missing("laboratory", len(who)), pl.Series(values))

        self._write(
            "laboratory",
            who,
            day,
            {name: known(around(one)) for name, one in self.beyond.laboratory.items()},
        )

    def _lines(self) -> None:
        options = list(self.found.options)
        for number, line in enumerate(self.found.lines):
            who = self.everyone[line.given]
            if len(who) == 0:
                continue
            self._before_line(who, line.start[who] - 2, number)
            self._treatment(who, line, options)
            self._cycles(who, line)
            self._progression(who, line, options)

    def _before_line(self, who: Ints, day: Ints, number: int) -> None:
        found, rng = self.found, self.rng
        told = self.beyond.ecog
        worse = self._hit(told.worse_per_line * number, len(who))
        ecog = np.clip(found.ecog[who] + worse, 0, told.most).astype(float)
        known = _where(~self._missing("ecog", len(who)), pl.Series(ecog))
        self._write("clinical", who, day, {"ecog__lo": known, "ecog__hi": known})
        body = self.beyond.weight_kg
        weight = np.round(np.clip(rng.normal(body.mean, body.sd, len(who)), body.least, body.most))
        self._write("body", who, day, {"weight_kg": weight})
        there = ~self._missing("symptoms", len(who))
        active = found.functioning[who] & self._has("hormone_symptoms", len(who))
        bulky = found.burden[who] > self.beyond.burden.bulky_above
        mass = self._has("mass_symptoms", len(who)) | bulky
        self._write(
            "symptoms",
            who[there],
            day[there],
            {
                "hormone_symptoms": active[there],
                "mass_symptoms": mass[there],
                "symptomatic": (active | mass)[there],
                "diarrhoea": (active & self._has("diarrhoea", len(who)))[there],
            },
        )
        if number:
            again = self._has("biopsied_again", len(who))
            self._pathology(who[again], day[again] - 3, self._missing("ki67", int(again.sum())))
            self._stage(who, day - 4)
        lu = self.found.lines[number].cycles[who] > 0
        near = (
            self.found.lines[number].start[who] - self.found.diagnosed[who]
            < self.beyond.days.scan_holds
        )
        scanned = lu & ~near
        self._sstr(who[scanned], day[scanned] - 12)

    def _treatment(self, who: Ints, line: Line, options: list[str]) -> None:
        stop = line.stop[who]
        lu = line.cycles[who] > 0
        ended = stop != NEVER
        why = np.where(line.progressed[who] & ~lu, 1, np.where(line.toxic[who], 2, 0))
        why = np.where(lu & ~line.toxic[who], 3, why)
        words = ["other", "progression", "toxicity", "completed"]
        told = ended & (line.stop[who] - line.start[who] > self.beyond.days.response_told_after)
        months = np.round(np.maximum(0, np.where(ended, stop, 0) - line.start[who]) / 30.4, 1)
        held = line.response[who] < 3
        self._write(
            "treatment",
            who,
            None,
            {
                "option": _words(options, line.option[who]),
                "start": _date(line.start[who]),
                "stop": _where(ended, _date(np.where(ended, stop, 0))),
                "ongoing": _where(~ended, pl.Series(np.ones(len(who), dtype=bool))),
                "best_response": _where(told, _words(list(RESPONSES), line.response[who])),
                "stop_reason": _where(ended, _words(words, why)),
                "benefit_months": _where(told & held & ~lu, pl.Series(months)),
            },
        )

    def _cycles(self, who: Ints, line: Line) -> None:
        told = self.recipe.cycles
        given = line.cycles[who]
        each = np.repeat(who, given)
        if len(each) == 0:
            return
        number = np.arange(len(each)) - np.repeat(np.cumsum(given) - given, given)
        activity = np.round(self.rng.uniform(*told.activity_gbq, len(each)), 1)
        activity = np.where(self._hit(told.small, len(each)), told.small_activity_gbq, activity)
        day = line.start[each] + number * int(7 * told.weeks[0])
        self._write(
            "prrt_cycle",
            each,
            day,
            {
                "cycle": number + 1,
                "option": ["lu177_dotatate"] * len(each),
                "activity_gbq": activity,
            },
        )
        second = (number == 1) & (day + self.beyond.days.scan_after_cycle < self.found.seen[each])
        scanned = each[second]
        response = line.response[scanned]
        there = (response > 1) | line.early[scanned]
        self._write(
            "response_assessment",
            scanned,
            day[second] + self.beyond.days.scan_after_cycle,
            {"response_ct": _words(list(RESPONSES), np.where(there, response, 2))},
        )

    def _progression(self, who: Ints, line: Line, options: list[str]) -> None:
        grew = who[line.progressed[who]]
        size = len(grew)
        clinical = self._has("clinical_progression", size)
        types = pl.Series([["radiological_recist"]], dtype=pl.List(pl.String))
        types = pl.concat([types, pl.Series([["radiological_recist", "clinical_observed"]])])
        held = line.progression[grew] - line.start[grew]
        days = self.beyond.days
        pace = np.where(held < days.rapid_below, 2, np.where(held < days.moderate_below, 1, 0))
        self._write(
            "progression",
            grew,
            line.progression[grew],
            {
                "types": types.gather(clinical * 1),
                "on": _words(options, line.option[grew]).reshape((-1, 1)).arr.to_list(),
                "progression_pace": _words(["slow", "moderate", "rapid"], pace),
            },
        )

    def _end(self) -> None:
        found = self.found
        dead = found.died != NEVER
        self._write("death", self.everyone[dead], found.died[dead], {})
        self._write("last_contact", self.everyone[~dead], found.seen[~dead], {})


def _date(days: Ints) -> pl.Series:
    return pl.Series(np.asarray(days, dtype=np.int32)).cast(pl.Date)


def _words(words: list[str], places: Ints | Bools) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(np.asarray(places, dtype=np.int64))


def _where(shown: Bools, values: pl.Series) -> pl.Series:
    nothing = pl.Series([None], dtype=values.dtype).new_from_index(0, len(values))
    return values.zip_with(pl.Series(shown), nothing)


@dataclass(frozen=True)
class SyntheticBlocks:
    """The blocks of a made-up registry of ``patients``, each of ``size`` at most."""

    recipe: SyntheticRegistry
    patients: int
    seed: int
    size: int

    def __iter__(self) -> Iterator[Callable[[], Tables]]:
        """Yield what draws each block."""
        for block, first in enumerate(range(0, self.patients, self.size)):
            size = min(self.size, self.patients - first)

            def made(block: int = block, first: int = first, size: int = size) -> Tables:
                return synthetic_tables(self.recipe, self.seed, block, first + 1, size)

            yield made
