"""``gepnet prrt``: the course of radioligand therapy. One module a subject, one line each here."""

from __future__ import annotations

import typer

from gepnet.cli.prrt import course, eligibility, review

app = typer.Typer(
    no_args_is_help=True,
    help="A course of radioligand therapy: who is eligible, release, the whole course.",
)
app.command()(eligibility.eligibility)
app.command()(review.review)
app.command()(course.course)
