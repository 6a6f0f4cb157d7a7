"""``gepnet prrt dosimetry``: time-activity data to doses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Files, Result, command
from gepnet.cli.output import listing, table
from gepnet.cli.progress import progress_of
from gepnet.prrt.dosimetry.words import Errors, LiverLesions, Method, Model, Sex

_CERTAIN = 0.995


@command
def dosimetry(
    extra: Files,
    file: Annotated[
        Path | None, typer.Argument(help="CSV: patient_id, cycle, region, time_h, activity_mbq, …")
    ] = None,
    model: Annotated[
        Model, "Form of the curve; auto weighs mono and bi by the points."
    ] = Model.AUTO,
    uptake_rate: Annotated[float | None, "Rate of uptake in 1/h, for --model tri only."] = None,
    single_time_point: Annotated[Method | None, "How a curve of one point is estimated."] = None,
    errors: Annotated[
        Errors, "Measurement errors: proportional to activity, or constant."
    ] = Errors.PROPORTIONAL,
    decay_corrected: Annotated[
        bool | None,
        typer.Option(
            "--decay-corrected/--not-decay-corrected",
            help="Whether activities are corrected to the injection; a column of the file wins.",
        ),
    ] = None,
    cv: Annotated[float | None, "Standard error of each activity in percent, if known."] = None,
    mass_cv: Annotated[float | None, "Standard error of each mass in percent, if known."] = None,
    administered_gbq: Annotated[
        float | None, "Activity given per cycle, if not in the file."
    ] = None,
    sex: Annotated[Sex | None, "Phantom of the S-values."] = None,
    liver_lesions: Annotated[LiverLesions | None, "Lesions in the liver's outline."] = None,
    haematocrit: Annotated[
        float | None, "A fraction: the marrow-to-blood ratio follows from it."
    ] = None,
    monte_carlo: Annotated[
        int, typer.Option(min=0, max=100_000, help="Simulated measurements per curve; 0: none.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the simulated measurements.")] = 1,
    accept: Accept = None,
    output: Annotated[Path | None, "Write .json (everything) or .csv."] = None,
    overview: Annotated[bool, "Only counts and medians by region: for a register."] = False,
    example: Annotated[bool, "Write the packaged made-up example to --output."] = False,
) -> Result | None:
    """Fit time-activity curves; time-integrated activity, absorbed dose, BED, with uncertainty.

    A curve that the points cannot support is refused, with the reason; that is an answer, and the
    exit code is 0. Exit code 2: the file or an option cannot be used, and nothing was written.
    """
    if example:
        api.write_time_activity_example(output)
        typer.echo(f"Example: {output}")
        return None
    question = api.DosimetryQuestion(
        model=model,
        uptake_rate_per_h=uptake_rate,
        single_time_point=single_time_point,
        errors=errors,
        decay_corrected=decay_corrected,
        activity_cv_percent=cv,
        mass_cv_percent=mass_cv,
        administered_gbq=administered_gbq,
        sex=sex,
        liver_lesions=liver_lesions,
        haematocrit=haematocrit,
        monte_carlo=monte_carlo,
        seed=seed,
        accept=tuple(accept or ()),
    )
    with progress_of("curves") as tell:
        view = api.dosimetry_view(
            api.base(*extra.with_files),
            file,
            question,
            detailed=not overview,
            progress=tell if monte_carlo else None,
            output=output,
        )

    def show(data: dict[str, Any]) -> None:
        (_print_overview if overview else _print)(data)
        if output is not None:
            typer.echo(f"Written: {output}")

    return Result(view, show)


def _print_overview(view: dict[str, Any]) -> None:
    listing(
        "By region: how many curves, median (quartiles)",
        view["overview"],
        *("region", "curves", ("models", lambda item: _counted(item["models"]))),
        ("refused", lambda item: _counted(item["refused"])),
        ("T_eff h", lambda item: _quartiles(item["effective_half_life_h"])),
        ("dose Gy", lambda item: _quartiles(item["dose_gy"])),
    )


def _counted(found: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in found.items())


def _quartiles(item: dict[str, float | None]) -> str | None:
    return interval(dict(zip(("low", "value", "high"), item.values(), strict=True)))


def _print(view: dict[str, Any]) -> None:
    settings = view["settings"]
    drawn = settings["interval"]
    how = drawn if isinstance(drawn, str) else f"{drawn['draws']} draws, seed {drawn['seed']}"
    level = f"{100 * settings['confidence']:g} %"
    columns = ["cycle", "region", "model (points)", "T_eff h", "TIA MBq h", "dose Gy"]
    for patient in dict.fromkeys(curve["patient_id"] for curve in view["curves"]):
        mine = [curve for curve in view["curves"] if curve["patient_id"] == patient]
        title = f"{patient}: {settings['radionuclide']}, intervals {level} by {how}"
        table(title, columns, [_row(curve) for curve in mine])
        _print_remarks(mine)
        sums = [item for item in view["cumulative"] if item["patient_id"] == patient]
        listing(
            f"{patient}: sums over cycles",
            sums,
            *(("region", _named), ("cycles", lambda item: _numbers(item["cycles"]))),
            ("no dose in", lambda item: _numbers(item["cycles_without_dose"])),
            *("GBq: {administered_gbq:.3g}", ("dose Gy", lambda item: interval(item["dose_gy"]))),
            ("kidney BED Gy", lambda item: interval(item["bed_gy"])),
        )
        _print_limits(sums)


def _row(curve: dict[str, Any]) -> list[Any]:
    model = (curve["model"] or "refused").replace("_", " ")
    points = sum(point["used"] for point in curve["points"])
    weight = curve["weights"].get(curve["model"], 1.0)
    doubt = f" {100 * weight:.0f} %" if weight < _CERTAIN else ""
    head = [curve["cycle"], _named(curve), f"{model}{doubt} ({points})"]
    return head + [
        interval(curve[key]) for key in ("effective_half_life_h", "tia_mbq_h", "dose_gy")
    ]


def _numbers(cycles: list[int]) -> str:
    return ", ".join(map(str, cycles))


def _named(item: dict[str, Any]) -> str:
    same = item["dose_to"] == item["region"]
    return str(item["region"]) if same else f"{item['region']} ({item['dose_to']})"


def interval(item: dict[str, float | None]) -> str | None:
    """Return ``value (low-high)`` to three digits; without an interval it says so."""
    value, low, high = (item[key] for key in ("value", "low", "high"))
    if value is None:
        return None
    if low is None:
        return f"{_three(value)} (no interval)"
    return f"{_three(value)} ({_three(low)}-{'no bound' if high is None else _three(high)})"


def _three(number: float) -> str:
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}"


def _print_remarks(curves: list[dict[str, Any]]) -> None:
    """Print each remark once, with the curves that it is about."""
    about: dict[str, list[str]] = {}
    for curve in curves:
        place = f"{curve['region']} (cycle {curve['cycle']})"
        for text in _remarks(curve):
            about.setdefault(text, []).append(place)
    for text, places in about.items():
        typer.echo(f"- {', '.join(places)}: {text}")


def _remarks(curve: dict[str, Any]) -> list[str]:
    found = []
    if curve["status"] == "refused":
        found.append(f"refused: {curve['reason']}")
    elif curve["no_dose"]:
        found.append(f"no dose: {curve['no_dose']}")
    for note in curve["notes"]:
        badge = f" [{note['verification']}: {note['source']}]" if note["source"] else ""
        found.append(f"{note['text']}{badge}")
    return found


def _print_limits(sums: list[dict[str, Any]]) -> None:
    for item in sums:
        for limit in item["limits"]:
            if limit["state"] != "below":
                typer.echo(
                    f"- {item['region']}: {limit['label']}, advisory limit {limit['limit']:g} "
                    f"{limit['unit']}: {limit['state']}{_lacking(item, limit['state'])} "
                    f"[{limit['verification']}: {limit['source']}]"
                )


def _lacking(item: dict[str, Any], state: str) -> str:
    """Say which cycles have no dose, where that is why a limit is open."""
    missing = ", ".join(map(str, item["cycles_without_dose"]))
    return f" (no dose in cycle {missing})" if missing and state == "unknown" else ""
