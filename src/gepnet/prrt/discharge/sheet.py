"""The sheet that the patient takes home: until when to keep away from whom, in plain words."""

from __future__ import annotations

import datetime
from typing import Any

from gepnet.prrt.discharge.report import ContactTime, DischargeReport
from gepnet.prrt.plan.words import spoken
from gepnet.prrt.sheets import html, pdf

ROOM = "gepnet.prrt.discharge"
_MARKED = "unverified"


def sheet_view(report: DischargeReport) -> dict[str, Any]:
    """Return what the sheet says, as plain data."""
    groups = {one.id: one.label for one in report.data.groups}
    shown = [_line(one, groups[one.scenario.group]) for one in report.contacts]
    advice = [
        {
            "text": _marked(" ".join(one.patient.split()), one.verification == _MARKED),
            "until": spoken(report.given.date() + datetime.timedelta(days=one.days)),
        }
        for one in report.data.advice
    ]
    return {
        "title": "At home after your treatment",
        "subtitle": "Lutetium treatment (PRRT): how to keep others safe",
        "patient": report.patient,
        "given": spoken(report.given.date()),
        "lines": shown,
        "advice": advice,
        "unverified": any(line["text"].endswith("*") for line in (*shown, *advice)),
        "source": report.constraints.title,
    }


def _line(contact: ContactTime, who: str) -> dict[str, str]:
    until = "your team tells you"
    if contact.state == "no restriction":
        until = "no need"
    elif contact.until is not None:
        # The whole of the last day: nobody has to look at the clock.
        last = contact.until.latest
        midnight = last.time() == datetime.time()
        until = spoken(last.date() - datetime.timedelta(days=midnight))
    constraint = contact.constraint
    unread = _MARKED in (
        contact.scenario.verification,
        _MARKED if constraint is None else constraint.verification,
    )
    text = " ".join(contact.scenario.patient.split())
    return {"who": who, "text": _marked(text, unread), "until": until}


def _marked(text: str, unread: bool) -> str:
    return f"{text} *" if unread else text


def sheet_html(report: DischargeReport) -> str:
    """Return the sheet as one HTML page that needs nothing else."""
    return html(ROOM, sheet_view(report))


def sheet_pdf(report: DischargeReport) -> bytes:
    """Return the sheet as PDF."""
    return pdf(ROOM, sheet_view(report), report.given.date())
