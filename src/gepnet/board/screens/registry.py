"""A registry: who is in it, what a change of the documents did, whether treatment followed them.

A long question is worked out beside the server; its page says how far it is and shows the answer
when it is there. Counts under five are hidden, as in every answer of a registry.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gepnet import api
from gepnet.board.marks import N_
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.reckoning import Make, Reckoned
from gepnet.board.visit import Here, Visit

screen = Screen("registry")
WHAT = {
    "cohort": N_("Who is in it"),
    "impact": N_("What changed"),
    "audit": N_("What was done"),
}
#: By what patients and treatments can be told apart, in words.
BY = {
    "region": N_("region"), "site_group": N_("site"), "grade": N_("grade"), "sex": N_("sex"),
    "stage": N_("stage"), "line": N_("line of therapy"), "option": N_("treatment"),
    "centre": N_("centre"),
}  # fmt: skip
#: What documents say of a treatment that was given, in words.
CLASSES = {
    "supported": N_("supported"), "option": N_("an option"), "undecidable": N_("undecidable"),
    "trial_only": N_("in trials only"), "against": N_("advised against"),
    "outside": N_("outside all"),
}  # fmt: skip
#: So long a page waits for an answer before it says that it is being worked out.
PATIENCE = 1.0
#: What an impact looks at where nothing was chosen: the option, and how many years ago.
OPTION, YEARS = "lu177_dotatate", 3
SVG = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Chosen:
    """What was asked for: the page, and what was chosen there."""

    what: str
    by: str | None = None
    option: str = OPTION
    before: datetime.date | None = None
    then: datetime.date | None = None

    @classmethod
    def of(cls, visit: Visit, what: str) -> Chosen:
        """Read the address of a page.

        Raises:
            InputError: for a day that is none.
        """
        if what not in WHAT:
            raise HTTPException(404)
        said = visit.request.query_params
        if what == "impact":
            today = visit.desk.question().knowledge_date
            long_ago = today - datetime.timedelta(days=round(365.25 * YEARS))
            days = (_day(said.get(n), d) for n, d in (("before", long_ago), ("then", today)))
            return cls(what, None, said.get("option") or OPTION, *days)
        return cls(what, said.get("by") or (None if what == "cohort" else "line"))

    @property
    def query(self) -> str:
        """The choices as they stand in an address."""
        option = self.option if self.what == "impact" else None
        given = {"by": self.by, "option": option, "before": self.before, "then": self.then}
        return urlencode({name: str(value) for name, value in given.items() if value})

    def making(self, visit: Visit) -> Make:
        """Return what works it out."""
        base, registry, question = visit.base, visit.desk.registry, visit.desk.question()

        def make(tell: Any) -> dict[str, Any]:
            if self.what == "cohort":
                return api.registry_cohort_view(base, registry, question, self.by, tell)
            if self.what == "audit":
                return api.registry_audit_view(base, registry, question, self.by or "line", tell)
            before, then = self.before or question.knowledge_date, self.then
            days = before, then or question.knowledge_date
            return api.registry_impact_view(base, registry, question, *days, self.option, tell)

        return make


def _day(text: str | None, otherwise: datetime.date) -> datetime.date:
    if not text:
        return otherwise
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise api.refuse("day", text, "a day, as 2026-01-31") from None


def reckoned(visit: Visit, chosen: Chosen, patience: float = 0.0, anew: bool = False) -> Reckoned:
    """Return the answer, or how far it is: the same for everybody who asks the same."""
    desk, base = visit.desk, visit.base
    state = desk.registry.digest(), base.knowledge.digest, base.language, str(desk.question())
    return desk.reckoner.asked((chosen, state), chosen.making(visit), patience, anew)


@screen.get("/registry", may("report.read"))
def cohort(visit: Here) -> Response:
    """Who is in the registry, by group, and where what is missing."""
    return _shown(visit, "cohort")


@screen.get("/registry/impact", may("report.read"))
def impact(visit: Here) -> Response:
    """Who changes of an option between two days of the documents and labels."""
    return _shown(visit, "impact")


@screen.get("/registry/audit", may("report.read"))
def audit(visit: Here) -> Response:
    """Whether each treatment was one that a document of its time supports."""
    return _shown(visit, "audit")


@screen.get("/registry/{what}/state", may("report.read"))
def state(visit: Here, what: str) -> Response:
    """The answer, or how far it is: what a page asks by itself while it is worked out."""
    chosen = Chosen.of(visit, what)
    return page(visit, "registry_part.html", **_given(visit, chosen, reckoned(visit, chosen)))


@screen.get("/registry/{what}/picture.svg", may("report.read"))
def picture(visit: Here, what: str) -> Response:
    """The picture of an answer that is there."""
    found = reckoned(visit, Chosen.of(visit, what), PATIENCE)
    if found.view is None or found.view["svg"] is None:
        raise HTTPException(404)
    return Response(found.view["svg"], media_type="image/svg+xml", headers=SVG)


def _shown(visit: Visit, what: str) -> Response:
    chosen = Chosen.of(visit, what)
    found = reckoned(visit, chosen, PATIENCE, anew=True)
    options = api.registry_options(visit.base) if what == "impact" else []
    return page(visit, "registry.html", options=options, **_given(visit, chosen, found))


def _given(visit: Visit, chosen: Chosen, found: Reckoned) -> dict[str, Any]:
    return {
        "chosen": chosen,
        "found": found,
        "view": found.view,
        "problems": found.problems,
        "total": visit.desk.registry.patients(),
        "what": WHAT,
        "by": BY,
        "offered": {"cohort": api.COHORT_BY, "audit": api.AUDIT_BY}.get(chosen.what, ()),
        "classes": CLASSES,
    }
