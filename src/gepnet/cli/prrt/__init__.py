"""``gepnet prrt``: the course of radioligand therapy. One module a subject, one line each here."""

from __future__ import annotations

import typer

from gepnet.cli.prrt import after, course, dosimetry, eligibility, plan, review

app = typer.Typer(
    no_args_is_help=True,
    help="A course of radioligand therapy: eligibility, plan, release, dosimetry, and after.",
)
app.command()(eligibility.eligibility)
app.command()(plan.plan)
app.command()(review.review)
app.command()(course.course)
app.command()(dosimetry.dosimetry)
app.command()(after.cumulative)
app.command()(after.retreatment)
app.command()(after.monitoring)
