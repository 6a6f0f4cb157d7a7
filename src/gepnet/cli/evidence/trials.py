"""``gepnet evidence trials`` and ``show``: trials, whom they speak of, and what they found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, FactsQuestion, Result, command, opened
from gepnet.cli.output import listing, say


@command
def trials(
    question: FactsQuestion,
    patient: Annotated[Path | None, "Patient file: whom each trial speaks of."] = None,
    positions: Annotated[
        bool, "With --patient: what stands behind each position, and came after."
    ] = False,
    unverified: Annotated[bool, "With --positions: let unverified figures speak too."] = False,
) -> Result:
    """List trials; for a patient: eligible, not (which criterion), or unknown (which fact)."""
    if patient is None:
        for name, given in (("positions", positions), ("unverified", unverified)):
            if given:
                raise api.refuse(name, "given", "--patient with a patient file beside it")
        base = api.base(*question.with_files)
        return Result(api.trial_list(base), _print_list)
    record, base = opened(patient, question)
    if positions:
        return Result(api.evidence_view(record, base, question, unverified), _print_evidence)
    if unverified:
        raise api.refuse("unverified", "given", "--positions beside it")
    return Result(api.trials_for_patient(record, base, question), _print_for)


@command
def show(
    trial: Annotated[str, "Id, name or registry number of a trial."],
    base: Base,
) -> Result:
    """Show one trial: population, arms, every figure with its source, and what differs."""
    return Result(api.trial_view(base, trial), _print_trial)


def _main(row: dict[str, Any]) -> str:
    told = (f"{one['label']}: {one['text']}{_by(one)} {_badge(one)}" for one in row["main"])
    return "\n".join(told) or "-"


def _badge(figure: dict[str, Any]) -> str:
    """Return the badge of a figure with the source that it stands in."""
    return f"({figure['verification']}: {figure['source']})"


def _by(figure: dict[str, Any]) -> str:
    return f", {figure['assessor']}" if figure["assessor"] else ""


def _print_list(rows: list[dict[str, Any]]) -> None:
    listing(
        f"Trials: {len(rows)}",
        rows,
        *("trial: id", "year", "phase", ("main result", _main), "figures"),
        whole=("trial",),
    )
    unverified, rejected = (sum(row[key] for row in rows) for key in ("unverified", "rejected"))
    total = sum(row["figures"] for row in rows)
    say(
        f"{total} figures, of which {unverified} are unverified and {rejected} rejected: those are "
        "shown and never used. 'gepnet evidence show TRIAL' tells each with its source."
    )


def _why(row: dict[str, Any]) -> str:
    failing = [part["text"] for part in row["failing"]]
    if row["outcome"] == "not eligible":
        return "\n".join(f"not: {text}" for text in failing)
    missing = [fact["label"] for fact in row["missing"]]
    if row["outcome"] == "fact missing":
        return f"missing: {', '.join(missing)}"
    return "\n".join(row["not_expressed"])


def _print_for(rows: list[dict[str, Any]]) -> None:
    listing(
        "Trials for this patient",
        rows,
        *("trial: id", "year", "would be: outcome"),
        ("differs in", lambda row: ", ".join(row["differs"] or row["unclear"])),
        ("because", _why),
        whole=("trial",),
    )
    say(
        "Eligible as far as the criteria were read and the vocabulary can say them; "
        "'gepnet evidence show TRIAL' tells what else was asked for."
    )


def _print_evidence(view: dict[str, Any]) -> None:
    for option in view["options"]:
        if option["positions"]:
            listing(
                option["label"],
                option["positions"],
                *("document: short", "year", "position: {position!w}"),
                ("rests on", lambda row: ", ".join(one["study"] for one in row["rests_on"])),
                (
                    "against it",
                    lambda row: ", ".join(one["study"] for one in row["contradicted_by"]),
                ),
                ("newer evidence", lambda row: ", ".join(row["newer"])),
            )
        if option["trials"]:
            listing(
                f"{option['label']}: trials that speak, or may speak, of this patient",
                option["trials"],
                *("trial", "year", "would be: outcome", "speaks: direction"),
                (
                    "figures",
                    lambda row: "\n".join(
                        f"{f['text']}{_by(f)} {_badge(f)}" for f in row["figures"]
                    ),
                ),
                whole=("trial",),
            )


def _whom(row: dict[str, Any]) -> str:
    parts = (row["subgroup"], row["event"], row["assessor"])
    told = [str(part) for part in parts if part]
    if row["months"] is not None:
        told.append(f"at {row['months']:g} months")
    if row["line"] is not None:
        told.append(f"line {row['line']}")
    return ", ".join(told)


def _state(row: dict[str, Any]) -> str:
    """Return the badge of a figure, and why it is not used where it is not."""
    for key in ("rejected", "replaced"):
        if row[key]:
            return f"{key}: {row[key]}"
    badge = str(row["verification"])
    doubt = f"; doubted: {row['doubted']}" if row["doubted"] else ""
    return badge + ("; not used" if not row["counts"] else "") + doubt


def _print_trial(view: dict[str, Any]) -> None:
    registry = f", {view['registry']}" if view["registry"] else ""
    say(f"{view['name']}{registry}: {view['design'] or view['phase']}. {view['reference']}", "bold")
    say(f"Population: {view['population']}")
    say(f"As a criterion: {view['criterion']}")
    if view["not_expressed"]:
        say(f"Not expressed: {'; '.join(view['not_expressed'])}")
    if view["note"]:
        say(view["note"])
    listing("Arms", view["arms"], "arm: id", "label", "patients", "regimen")
    listing(
        "Figures",
        view["figures"],
        *("figure: label", "of", "value: text", ("of whom", _whom)),
        *(("badge", _state), "source"),
        faint=lambda row: not row["counts"],
    )
    sources = {row["source"]: row for row in view["figures"]}
    listing("Sources", sources.values(), "source", "title: source_title", "url", whole=("source",))
    for group in view["disagreements"]:
        say(f"Figures differ, {group['label']} of {group['of']}: {group['says']}")
    for said in view["explained"]:
        say(f"{said['metric']} of {said['of']}: {said['says']}")
    if view["positions"]:
        listing(
            "Positions that name it",
            view["positions"],
            *("document: short", "option: {option!w}", "position: {position!w}", "how"),
        )
