"""``gepnet prrt``: the course of radioligand therapy. One module a subject, one line each here."""

from __future__ import annotations

import typer

from gepnet.cli.prrt import after, course, dosimetry, eligibility, plan, review

app = typer.Typer(
    no_args_is_help=True,
    help="A course of radioligand therapy: who is eligible, release, the whole course.",
)
app.command()(eligibility.eligibility)
app.command()(review.review)
app.command()(course.course)
app.command()(plan.plan)
app.command()(after.retreatment)
app.command()(after.cumulative)
app.command()(after.monitoring)


@app.callback()
def prrt() -> None:
    """A course of radioligand therapy: who is eligible, each cycle's release, the whole course."""


app.command()(dosimetry.dosimetry)
