"""The reason of a response in words: which numbers were compared with which."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from gepnet.response.recist.model import Sum, Thousandths, millimetres, percent
from gepnet.response.recist.new import NewLesions
from gepnet.response.recist.rules import PERCENT, THOUSANDTHS, Rules
from gepnet.response.recist.sums import NonTargets


@dataclass(frozen=True, slots=True)
class Words:
    """Says of one assessment what decided, against a baseline and a smallest earlier sum."""

    rules: Rules
    baseline: Thousandths
    nadir: Thousandths

    def target(self, sum_: Sum | None, response: str | None, is_carried: bool) -> list[str]:
        """Say what the targets did."""
        if sum_ is None or response is None:
            return []
        if response == "CR":
            if sum_.value == 0:
                return ["all targets gone"]
            limit = millimetres(self.rules.limits.pathological_node_mm.thousandths)
            return [f"all targets gone, nodes below {limit} mm (sum {millimetres(sum_.value)} mm)"]
        missing = f"{', '.join(sum_.missing)} not evaluated"
        least = "" if sum_.complete else "at least "
        size = f"sum {least}{millimetres(sum_.value)} mm"
        if response == "PD":
            told = f"{size}, {self._from_nadir(sum_.value)}"
            return [told] if sum_.complete else [told, missing]
        if response == "NE":
            return [missing]
        told = f"{size}, {self._from_baseline(sum_.value)}"
        little = self._too_little(sum_.value)
        if response == "PR" and not little:
            return [told]
        told = f"{told}; {self._from_nadir(sum_.value)}{little}"
        return [f"{told}; PR carried forward, SD by this time point alone" if is_carried else told]

    def _from_baseline(self, size: Thousandths) -> str:
        change = self._percent(size - self.baseline, self.baseline)
        return f"baseline {millimetres(self.baseline)} mm, {change}"

    def _from_nadir(self, size: Thousandths) -> str:
        rise = size - self.nadir
        sign = "+" if rise > 0 else "-" if rise < 0 else ""
        grown = f"{sign}{millimetres(abs(rise))} mm"
        if self.nadir:
            grown = f"{self._percent(rise, self.nadir)} and {grown}"
        return f"nadir {millimetres(self.nadir)} mm, {grown}"

    def _percent(self, change: Thousandths, base: Thousandths) -> str:
        return percent(Fraction(100 * change, base), self.rules.response.changes)

    def _too_little(self, size: Thousandths) -> str:
        """Say why a rise that is large enough in percent is no progression, else nothing."""
        rise, limits = size - self.nadir, self.rules.response
        percent_enough = (
            PERCENT * THOUSANDTHS * rise >= limits.progression_percent.thousandths * self.nadir
        )
        if rise <= 0 or not percent_enough:
            return ""
        return f", less than {millimetres(limits.progression_mm.thousandths)} mm: not PD"

    def non_target(
        self, found: NonTargets | None, response: str | None, marker_raised: bool
    ) -> list[str]:
        """Say what the non-targets did."""
        told = []
        if found is not None and found.progressed:
            told.append(f"non-target PD: unequivocal progression of {', '.join(found.progressed)}")
        elif found is not None and response is not None:
            named = [
                (found.persistent, "present"),
                (found.merged, "merged into a target"),
                (found.missing, "not evaluated"),
            ]
            said = [f"{', '.join(lesions)} {word}" for lesions, word in named if lesions]
            told.append(f"non-target {response}" + (f" ({'; '.join(said)})" if said else ""))
        if marker_raised:
            told.append("tumour marker not known to be normal again: no CR")
        return told

    def new(
        self, real: list[str], doubtful: list[str], news: NewLesions, date: datetime.date
    ) -> list[str]:
        """Say which lesions are new, and which findings equivocal."""
        told = []
        for lesion in real:
            since, sure = news.real[lesion], news.confirmed[lesion]
            text = f"new lesion {lesion}"
            if since != date:
                text += f" since {since}"
            if sure != since:
                text += f", equivocal at first, clear on {sure}"
            told.append(text)
        return [
            *told,
            *(f"equivocal finding {lesion}: not counted until clear" for lesion in doubtful),
        ]

    def unverified(
        self,
        used: Collection[str],
        target: str | None,
        non_target: str | None,
        new: bool | None,
        is_back: bool,
    ) -> list[str]:
        """Name the rules that the response rests on and that nobody has read in the source."""
        row = self.rules.row(target, non_target, new)
        named = sorted(self.rules.unverified.intersection(used))
        if row.verification == "unverified" and not is_back:
            named.insert(0, "overall table")
        return [f"unverified: {', '.join(named)}"] if named else []
