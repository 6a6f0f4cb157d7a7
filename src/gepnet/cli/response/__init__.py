"""``gepnet response``: response, growth and toxicity over time; one module for each subject."""

from __future__ import annotations

import typer

from gepnet.cli.response import fit, growth, midtreatment, recist, scores, toxicity

app = typer.Typer(no_args_is_help=True, help="Response, growth and toxicity over time.")


@app.callback()
def response() -> None:
    """Response, growth and toxicity over time."""


app.command()(recist.recist)
app.command()(growth.growth)
app.command()(growth.choi)
app.command()(growth.markers)
app.command()(midtreatment.midtreatment)
app.command()(scores.scores)
app.command()(fit.fit)
app.command(name="made-up-cohort")(fit.made_up_cohort)
app.command()(toxicity.toxicity)
