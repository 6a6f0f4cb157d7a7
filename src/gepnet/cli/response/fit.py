"""``gepnet response fit`` and ``made-up-cohort``: a registry's own model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import bounds, listing, safe, show

View = dict[str, Any]
_LABELS = {
    "auc": "area under the ROC curve",
    "slope": "calibration slope (1 is right)",
    "in_the_large": "calibration in the large (0 is right)",
    "brier": "Brier score",
}
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")]


@command
def fit(
    cohort: Annotated[Path, "CSV or Parquet, one row a patient."],
    base: Base,
    output: Annotated[Path | None, "JSON file for the model."] = None,
    seed: Seed = 1,
    resamples: Annotated[
        int | None, typer.Option("--resamples", min=50, help="Bootstrap resamples.")
    ] = None,
) -> Result:
    """Fit further response from mid-treatment response, grade and site on a registry's cohort.

    Columns: patient_id, mid_response (CR, PR, SD, PD), grade (G1, G2, G3), site (pancreas,
    small_intestine, other), further_response (1 or 0). Patients with an empty cell are left out
    and counted. Exit code 1: too few events, nothing fitted and nothing written.
    """
    view = api.fit_cohort(base, cohort, output, seed, resamples)
    if view["fitted_model"]:
        return Result(view, _print)
    return Result(view, _print_refusal, code=1)


@command
def made_up_cohort(
    output: Annotated[Path, "CSV file to write."],
    base: Base,
    patients: Annotated[
        int, typer.Option("--patients", min=1, max=1_000_000, help="How many.")
    ] = 200,
    seed: Seed = 1,
) -> None:
    """Write a made-up cohort to try 'fit' with; a model fitted on it says that it is made up."""
    api.write_made_up_cohort(base, output, patients, seed)
    typer.echo(f"{patients} made-up patients: {output}")


def _print(view: View) -> None:
    data = view["data"]
    show(f"[bold]{safe(view['outcome'])}[/]")
    show(_counts(data["patients"], data["complete"], data["events"], data["missing"]))
    show(f"events per parameter: {view['events_per_parameter']:.1f}")
    interval, events = f"{view['confidence']:.0%} interval", "events: {events}/{patients}"
    term = ("term: {predictor} {level} v {reference}", events, "odds ratio: {odds_ratio:.2f}")
    separated = ("", lambda c: "separated" if c["separated"] else "")
    listing("Odds ratios", view["coefficients"], *term, (interval, bounds), separated)
    measure = ("measure", lambda p: _LABELS[p["measure"]])
    numbers = (f"{name}: {{{name}:.3f}} | none" for name in ("apparent", "optimism", "corrected"))
    title = f"Performance, {view['resamples_used']} of {view['resamples']} resamples used"
    listing(title, view["performance"], measure, *numbers)
    seen = (events, "predicted: {predicted:.2f}", "observed: {observed:.2f}")
    title, bounded = "Calibration on its own data", f"{interval}: {{low:.2f}} to {{high:.2f}}"
    listing(title, view["calibration"], *seen, bounded)
    for note in view["notes"]:
        show(f"note: {safe(note)}")
    for weakness in view["weaknesses"]:
        show(f"[yellow]weak: {safe(weakness)}[/]")
    _print_ignored(view)
    if view["file"]:
        show(f"model: {safe(view['file'])}")


def _print_refusal(view: View) -> None:
    show(f"[bold]Nothing was fitted[/]: {safe(view['reason'])}.")
    show(_counts(view["patients"], view["complete"], view["events"], view["missing"]))
    limits = view["thresholds"]
    show(
        f"The floor is a choice of this product ({limits['verification']}; after "
        f"{limits['source']})."
    )
    _print_ignored(view)


def _print_ignored(view: View) -> None:
    if view["ignored_columns"]:
        show(f"not used: {safe(', '.join(view['ignored_columns']))}")


def _counts(patients: int, complete: int, events: int, missing: dict[str, int]) -> str:
    told = [f"{name} {count}" for name, count in missing.items() if count]
    left = f"; missing: {', '.join(told)}" if told else ""
    return f"{patients} patients, {complete} complete, {events} with the outcome{left}"
