"""Published cases as patient records: one for each decision point, blind to what was decided.

A record holds what was known when the decision was made. Never read for it: the decision and its
outcome, the PRRT block, lesion measurements, notes, data quality, the title of the source, the
binned Ki-67 and grade, the ordinal of the line, and every other decision point that comes later.
What is known and could not be carried into a fact is listed in ``Record.losses``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gepnet.io.case_file import (
    Case,
    CaseFile,
    DecisionPoint,
    read_case_file,
    table,
)
from gepnet.io.case_laboratory import laboratory
from gepnet.io.case_pathology import pathology_reports
from gepnet.io.case_treatments import is_known, named_in_order, option_of, treatments
from gepnet.io.findings import Findings, When
from gepnet.knowledge import Problem, refuse_all
from gepnet.record import AnyEvent, Record
from gepnet.record.model import UNMEASURED
from gepnet.vocabulary import PartialDate, Vocabulary

_SIZE_MM = re.compile(r"(\d+)(?:([-x])(\d+))? mm\b")
_RESECTABILITY = ("resectability", "resectability_primary", "resectability_liver")


@dataclass(frozen=True)
class CaseRecord:
    """One decision point: the record, and beside it what is shown only after the assessment."""

    case_id: str
    dp_id: str
    record: Record
    decision_classes: tuple[str, ...] = ()
    decision_text: str | None = None
    year: int | None = None
    source_title: str | None = None
    source_url: str | None = None
    extent_read: str | None = None

    @property
    def era(self) -> str | None:
        """Return the decade of the decision, or else of the publication."""
        return None if self.year is None else f"{self.year // 10 * 10}s"


def published_records(vocabulary: Vocabulary, path: Path | None = None) -> list[CaseRecord]:
    """Read published cases (by default the packaged ones), one record a decision point.

    Raises:
        InputError: with every problem of the file.
    """
    return records_of(read_case_file(path), vocabulary)


def records_of(file: CaseFile, vocabulary: Vocabulary) -> list[CaseRecord]:
    """Return one record for each decision point of ``file``.

    Raises:
        InputError: with every value that a fact cannot have.
    """
    problems: list[Problem] = []
    found: list[CaseRecord] = []
    for index, case in enumerate(file.cases):
        for number, point in enumerate(case.decision_points):
            reader = _PointReader(case, number, vocabulary, file, index, problems)
            found.append(
                CaseRecord(
                    case.case_id,
                    point.dp_id,
                    reader.record(),
                    point.decision.classes,
                    point.decision.text,
                    _year(point.date) or case.source.year,
                    case.source.title,
                    case.source.url,
                    case.source.extent_read,
                )
            )
    refuse_all(problems)
    return found


def _year(date: PartialDate | None) -> int | None:
    return None if date is None else date.last.year


class _PointReader:
    """Read one decision point with the words known to the importer."""

    def __init__(
        self,
        case: Case,
        number: int,
        vocabulary: Vocabulary,
        file: CaseFile,
        index: int,
        problems: list[Problem],
    ) -> None:
        self.case = case
        self.number = number
        # Earlier decision points and this one; later ones are never looked at.
        self.points = case.decision_points[: number + 1]
        self.point = self.points[-1]
        self.vocabulary = vocabulary
        self.document = file.document
        self.path: tuple[str | int, ...] = ("cases", index, "decision_points", number)
        self.problems = problems
        self.words = table("words")
        self.history = self.point.prior_therapies
        operated = any(t.treatment_class in self.words["operations"] for t in self.history)
        self.functioning, self.function_from = self._functioning()
        self.findings = Findings(vocabulary, self.report, self.functioning, operated)
        self.say, self.lost = self.findings.phrase, self.findings.lose
        self.later = self._arose_later()

    def report(self, field: str, value: object, expected: str, suggestion: str | None) -> None:
        """Add a problem for a value that a fact cannot have."""
        file, entry = self.document.file, self.point.dp_id
        of_case = field.startswith(("tumour.", "patient."))
        path = self.path[:2] if of_case else self.path
        line = self.document.line((*path, *field.split(".")))
        self.problems.append(Problem(file, line, entry, field, repr(value), expected, suggestion))

    def record(self) -> Record:
        """Return the record of the decision point."""
        self.patient()
        self.primary()
        self.function()
        events = list(self.pathology())
        self.extent()
        self.sstr_imaging()
        self.fdg_pet()
        self.condition()
        laboratory(self.point, self.findings, self.report)
        courses = list(treatments(self.history, self.findings))
        events = [*self.findings.events(self.point.date), *events, *courses]
        return Record(
            patient=self.point.dp_id,
            as_of=self.point.date,
            source=f"published case {self.case.case_id}",
            complete=self.complete(),
            events=tuple(events),
            losses=tuple(dict.fromkeys(self.findings.losses)),
        )

    # What the case says of its own time --------------------------------------------------------

    def _arose_later(self) -> frozenset[str]:
        """Return the fields that a phrase of this decision point shows to be of a later time."""
        found: set[str] = set()
        for name in ("stage", "liver_burden"):
            phrase = getattr(self.point, name)
            entry = None if phrase is None else self.findings.read(name, phrase)
            if entry is not None:
                found.update(self.findings.entry(entry).get("arose_later", ()))
        return frozenset(found)

    def _functioning(self) -> tuple[bool | None, str | None]:
        """Return whether the tumour functions, by the latest decision point that says so."""
        for point in reversed(self.points):
            if point.functioning_at_decision is not None:
                return point.functioning_at_decision, point.dp_id
        return self.case.tumour.functioning, None

    def carried(self, *names: str) -> When:
        """Return the date and the note of fields, where they were copied from earlier on.

        The date is that of the decision point which stated them, a limit for their true date.
        """
        copied = [name for name in names if name in self.point.carried_forward]
        if not copied:
            return None, None
        stated = self._stating(copied)
        what = "" if len(copied) == len(names) else f"{', '.join(copied)} "
        return stated.date, f"{what}carried forward from {stated.dp_id}, may be stale"

    # The parts of a decision point -------------------------------------------------------------

    def patient(self) -> None:
        """Age, sex, hereditary syndrome."""
        person = self.case.patient
        note = "age as printed in the report, at a time that is not stated"
        if person.age is not None:
            self.findings.fact("age_years", person.age, "patient.age", note=note)
            if self.number > 0:
                self.lost("age", person.age, "as printed for the case, not for this decision")
        if person.sex is not None:
            sex = self.vocabulary.words.of("sex").read(person.sex)
            if sex is None:
                self.lost("patient.sex", person.sex, "no value of sex")
            else:
                self.findings.fact("sex", sex, "patient.sex", note=note)
        field = "patient.genetic_syndrome"
        self.say("genetic_syndrome", person.genetic_syndrome, field=field)

    def primary(self) -> None:
        """Site of the primary, the more exact words first; its size at the first decision only."""
        tumour = self.case.tumour
        subsite = tumour.primary_subsite
        if subsite is not None:
            entry = self.findings.read("primary_subsite", subsite)
            rest = _SIZE_MM.sub("", subsite).strip(" ,")
            if entry is not None:
                self.findings.apply(entry, "primary_subsite", subsite)
            elif rest:
                self.lost("primary_subsite", rest, "no fact beyond the organ")
            self._size(_SIZE_MM.search(subsite))
        if tumour.primary_site is not None and not self.findings.has("primary_site"):
            self.say("primary_site", tumour.primary_site)
        removing = self.words["primary_removed_by"]
        if any(therapy.treatment_class in removing for therapy in self.history):
            note = "a resection of the primary is among the earlier treatments"
            self.findings.fact("primary_in_place", False, "prior_therapies", note=note)

    def _size(self, size: re.Match[str] | None) -> None:
        if size is None:
            return
        if self.number > 0 or "pathology" in self.later:
            self.lost("primary_subsite", None, "the size belongs to another time")
            return
        first, between, second = size.groups()
        raw = first if between is None else f"{first}-{second}"
        if between == "x":  # two diameters, of which the larger one is the size
            raw = str(max(int(first), int(second)))
        note = "date of the measurement not stated"
        self.findings.fact("primary_size_mm", raw, "primary_subsite", note=note)

    def pathology(self) -> Iterator[AnyEvent]:
        """Yield one event for each report known at the decision."""
        if "pathology" not in self.later:
            yield from pathology_reports(self.case.tumour, self.points, self.findings)
        elif self.case.tumour.has_pathology:
            self.lost("pathology", None, "known only after this decision, left out")

    def function(self) -> None:
        """Functioning or not, and the syndrome unless it arose later."""
        note = None if self.function_from is None else f"stated at {self.function_from}"
        if self.functioning is not None:
            self.findings.fact("functioning", self.functioning, "functioning", note=note)
        if self.functioning is False:
            self.findings.fact("syndrome", "none", "functioning", note=note)
        phrase = self.case.tumour.syndrome
        if phrase is None:
            return
        entry = self.findings.read("syndrome", phrase)
        stated = bool(self.functioning) and self.function_from is not None
        if "syndrome" in self.later or (entry is not None and entry.get("later") and not stated):
            self.lost("syndrome", None, "arose after this decision, left out")
        elif entry is None:
            # What it is and when it arose are both open, so the words themselves stay out.
            self.lost("syndrome", None, "words that name no syndrome, left out")
        elif self.functioning is False and "syndrome" in entry:
            self.lost("syndrome", phrase, "the tumour is stated to be non-functioning")
        else:
            self.findings.apply(entry, "syndrome", phrase, (None, note))

    # Extent ------------------------------------------------------------------------------------

    def extent(self) -> None:
        """Stage, metastatic sites, liver, resectability, state of the disease."""
        point = self.point
        self.say("stage", point.stage, self._when("stage"))
        if "metastatic_sites" in self.later:
            self.lost("metastatic_sites", None, "found at the operation decided here")
        else:
            for site in point.metastatic_sites or ():
                self.say("metastatic_sites", site, self._when("metastatic_sites"))
        burden = point.liver_burden
        if burden is not None and self.findings.read("liver_burden", burden) is None:
            self.lost("liver_burden", burden, "no percentage")
        else:
            self.say("liver_burden", burden, self._when("liver_burden"))
        self._resectability()
        self._state()

    def _when(self, *names: str) -> When:
        """Return the date of findings that describe the patient on the day of the decision."""
        date, note = self.carried(*names)
        return (self.point.date, None) if note is None else (date, note)

    def _resectability(self) -> None:
        phrase = self.point.resectability
        outdated: set[str] = set()
        if "resectability" in self.point.carried_forward:
            stated = self._stating(["resectability"])
            for therapy in self.history[len(stated.prior_therapies) :]:
                operation = self.words["operations"].get(therapy.treatment_class)
                if operation is None and not is_known(therapy.treatment_class, self.vocabulary):
                    operation = _RESECTABILITY  # it may have been one
                outdated.update(operation or ())
        entry = (phrase and self.findings.read("resectability", phrase)) or {}
        gone = [name for name in entry if name in outdated]
        if gone:
            reason = f"{', '.join(gone)} from before an operation, out of date"
            self.lost("resectability", phrase, reason)
        when = self._when("resectability")
        self.say("resectability", phrase, when, without=frozenset(outdated))

    def _stating(self, names: Sequence[str]) -> DecisionPoint:
        """Return the decision point that stated copied fields."""
        origin = self.number
        while origin > 0 and set(names) & set(self.points[origin].carried_forward):
            origin -= 1
        return self.points[origin]

    def _state(self) -> None:
        state = self.point.disease_state
        if state is None:
            return
        if "disease_state" in self.later:
            self.lost("disease_state", None, "as it was found at the operation")
            return
        known = frozenset({"stage"} if self.findings.has("stage") else ())
        if state in ("progression_radiological", "progression_clinical"):
            going = self._ongoing()
            self.findings.progressed_on = going
            if going and state == "progression_radiological":
                self.findings.signs.append(UNMEASURED)
        self.say("disease_state", state, (self.point.date, None), without=known)
        if state == "refractory_symptoms" and self._ssa_failed():
            for name in ("syndrome_refractory_to_ssa", "hormone_symptoms"):
                self.findings.fact(name, True, "disease_state", self.point.date)

    def _ongoing(self) -> tuple[str, ...]:
        """Return the options that are stated to be going on, on which a progression arose."""
        ends = self.words["stop_reason"]
        going = (t for t in self.history if (ends.get(t.stop_reason) or {}).get("ongoing"))
        named = (option_of(t.treatment_class, self.vocabulary) for t in going)
        return tuple(dict.fromkeys(option for option in named if option is not None))

    def _ssa_failed(self) -> bool:
        """Whether the last SSA of a functioning tumour is said not to control its symptoms."""
        given = [t for t in self.history if t.treatment_class.startswith("SSA")]
        if not given or self.functioning is not True:
            return False
        failed = self.words["ssa_failed"]
        return (
            given[-1].best_response in failed["best_response"]
            or given[-1].stop_reason in failed["stop_reason"]
        )

    # Imaging -----------------------------------------------------------------------------------

    def sstr_imaging(self) -> None:
        """Receptor imaging: undated, or if copied as old as the decision point that stated it."""
        scan, old = self.point.sstr_imaging, self.point.carried_forward
        given = {
            "sstr": scan.result, "krenning": scan.krenning, "tracer": scan.tracer,
            "sstr_text": scan.text,
        }  # fmt: skip
        date, note = self.carried(*(name for name, value in given.items() if value is not None))
        when = (date if "sstr" in old else None), note
        self.say("sstr_result", scan.result, when, "sstr_imaging.result")
        if scan.krenning is not None:
            self.findings.fact("sstr_krenning", scan.krenning, "sstr_imaging.krenning", *when)
            self.lost("sstr_imaging.krenning", scan.krenning, "the scale is not named")
        self.say("sstr_tracer", scan.tracer, when, "sstr_imaging.tracer")
        if scan.text is not None and self.findings.read("sstr_text", scan.text) is None:
            self.lost("sstr_imaging.text", scan.text, "which lesions take up tracer is no fact")
        else:
            self.say("sstr_text", scan.text, when, "sstr_imaging.text")

    def fdg_pet(self) -> None:
        """FDG-PET; a comparison with an older SSTR scan is not carried to a newer one."""
        scan, old = self.point.fdg_pet, self.point.carried_forward
        self.say("fdg_result", scan.result, field="fdg_pet.result")
        if "fdg_text" in old and "sstr" not in old:
            self.lost("fdg_pet.text", scan.text, "older than the present SSTR imaging")
            return
        self.say("fdg_text", scan.text, self.carried("fdg_text"), "fdg_pet.text")

    # Condition ------------------------------------------------------------------

    def condition(self) -> None:
        """Symptoms, performance, comorbidity, constraints, growth."""
        point, now = self.point, (self.point.date, None)
        for symptom in point.symptoms:
            self.say("symptoms", symptom, now)
        for name in ("ecog", "karnofsky"):
            raw = getattr(point, name)
            if raw is not None:
                self.findings.fact(name, raw, name, point.date)
        for phrase in self.case.patient.comorbidities:
            self.say("comorbidities", phrase)
        for phrase in point.constraints:
            self.say("constraints", phrase, now)
        self.say("growth_rate", point.growth_rate, now)

    # Completeness ------------------------------------------------------------------------------

    def complete(self) -> dict[str, PartialDate | None]:
        """Return the domains of which silence means no.

        The case file lists earlier treatments in order, so the list is complete if the whole case
        was read and every entry names one treatment; of an abstract or an opening excerpt only a
        new diagnosis without any treatment is. Metastases are complete where the file says that
        none are known, or lists them from a whole case, and does not copy the list from earlier.
        """
        point = self.point
        whole = self.case.source.extent_read == "full_text"
        new = (point.disease_state or "").startswith("new_diagnosis") and not self.history
        found: dict[str, PartialDate | None] = {}
        if (whole or new) and named_in_order(self.history, self.vocabulary):
            found["treatments"] = point.date
        elif self.history or not whole:
            reason = "may be incomplete (abstract, excerpt or unnamed treatments)"
            self.lost("prior_therapies", None, reason)
        sites = point.metastatic_sites
        fresh = "metastatic_sites" not in (*point.carried_forward, *self.later)
        fresh = fresh and "other_metastases" not in self.later
        if sites is not None and fresh and (not sites or whole):
            found["metastases"] = point.date
        elif sites == ():
            self.lost("metastatic_sites []", None, "none known at an earlier time, not restated")
        return found
