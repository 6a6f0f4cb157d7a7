"""New lesions: when one is there, when it is equivocal, and since when.

A new lesion needs no minimum size, but a new node is a lesion only from the size of a pathological
node. An equivocal finding that turns out to be a lesion counts, by default, from the day it was
first seen.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gepnet.response.recist.model import LesionRow, Role, Status
from gepnet.response.recist.rules import Options, Rules
from gepnet.response.recist.sums import Seen
from gepnet.response.recist.values import value_of


@dataclass(frozen=True, slots=True)
class NewLesions:
    """New lesions known to be real with their date, and equivocal findings by date."""

    real: dict[str, datetime.date]
    confirmed: dict[str, datetime.date]
    doubtful: dict[str, list[tuple[datetime.date, bool]]]  # date, seen or not

    def real_on(self, date: datetime.date) -> list[str]:
        """Return the new lesions that are there on ``date``; one that came stays new."""
        return sorted(lesion for lesion, since in self.real.items() if since <= date)

    def doubtful_on(self, date: datetime.date) -> list[str]:
        """Return the findings that are still equivocal on ``date``."""
        open_ = []
        for lesion, sightings in self.doubtful.items():
            past = [seen for day, seen in sightings if day <= date]
            if past and past[-1] and not (lesion in self.real and self.real[lesion] <= date):
                open_.append(lesion)
        return sorted(open_)


def is_sighting(row: LesionRow, rules: Rules) -> bool:
    """Whether a row says that the lesion is there and is disease."""
    value = value_of(row, rules)
    return value.evaluated and value.counted and not value.gone


def new_lesions(seen: Seen, rules: Rules, options: Options) -> NewLesions:
    """Return the new lesions of a patient."""
    real: dict[str, datetime.date] = {}
    confirmed: dict[str, datetime.date] = {}
    doubtful: dict[str, list[tuple[datetime.date, bool]]] = {}
    for lesion in [*seen.of(Role.NEW), *seen.of(Role.NEW_EQUIVOCAL)]:
        rows = [row for _, row in sorted(seen.rows[lesion].items())]
        sightings = [row for row in rows if is_sighting(row, rules)]
        sure = [row.date for row in sightings if row.role is Role.NEW]
        if sure:
            confirmed[lesion] = sure[0]
            is_first = options.equivocal_new_confirmed == "first_seen"
            real[lesion] = sightings[0].date if is_first else sure[0]
        doubtful[lesion] = [
            (row.date, is_sighting(row, rules))
            for row in rows
            if row.status is not Status.NOT_EVALUATED
        ]
    return NewLesions(real, confirmed, doubtful)
