"""``gepnet ask``: the facts that settle a question, asked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import Result, command, opened
from gepnet.cli.output import safe, show

if TYPE_CHECKING:
    from gepnet.guidelines.ask import AskStep

_KEYS = {"?": "not known", "b": "back", "d": "what is meant", "s": "stop"}
# In which order positions are counted and listed: for, for less, against, open.
_ORDER = ("recommended", "in_favour", "option", "trial_only", "conflicting", "against", "text_open")


@command
def ask(
    asked: Question,
    patient: Annotated[
        Path | None, typer.Argument(help="Patient file to begin with; without one, with nothing.")
    ] = None,
    question: Annotated[str | None, "What is asked, such as prrt (prrt)."] = None,
    options: Annotated[list[str] | None, "Ask about this option instead. Repeatable."] = None,
    documents: Annotated[list[str] | None, "Ask only this document, by id. Repeatable."] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="FACT=VALUE", help="An answer given already. Repeatable."),
    ] = None,
    answers: Annotated[Path | None, "A YAML or JSON file of answers."] = None,
    output: Annotated[Path | None, "Patient file to write at the end."] = None,
    force: Annotated[bool, "Replace a file that is there."] = False,
) -> Result:
    """Ask for the facts that settle a question over all documents, the one that settles most first.

    Answer with a number of the list, a value, or ? for not known; b goes back, d says what is
    meant, s stops. With --format json nothing is asked: it is the next step, given the answers.
    """
    if output is not None and output.exists() and not force:
        raise api.refuse("output", str(output), "a file that is not there yet (or --force)")
    record, facts = None, None
    if patient is None:
        base = api.base(*asked.with_files)
    else:
        record, base = opened(patient, asked)
        facts = api.facts_of(record, base, asked)
    given = {} if answers is None else api.read_answers(answers, base)
    given |= dict(_pair(one) for one in answer or ())

    def step(told: dict[str, Any]) -> AskStep:
        return api.ask_step(
            base,
            told,
            question,
            facts=facts,
            options=options or (),
            documents=documents or (),
            asked=asked,
        )

    def write(told: dict[str, Any], replace: bool) -> None:
        if output is not None:
            name = output.stem if record is None else record.patient
            made = api.answered_record(base, told, record, patient=name, asked=asked)
            api.write_patient(made, output, replace)

    now = step(given)
    if given:
        write(given, force)

    def interview(_: Any) -> None:
        last, told = _interview(now, given, step)
        _print_end(api.plain(last))
        if output is not None and (told or record is not None):
            write(told, force or bool(given))
            show(f"[dim]Patient file: {safe(output)}[/]")

    return Result(now, interview)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise api.refuse("answer", text, "FACT=VALUE, such as grade=NET_G2")
    return name.strip(), value.strip()


# --- asking --------------------------------------------------------------------------------------


def _interview(
    now: AskStep, given: dict[str, Any], step: Callable[[dict[str, Any]], AskStep]
) -> tuple[AskStep, dict[str, Any]]:
    """Ask until everything is settled, no answer can change anything, or somebody stops."""
    told = dict(given)
    before: AskStep | None = None
    while True:
        view = api.plain(now)
        _print_state(view, None if before is None else api.plain(before))
        if view["next"] is None:
            return now, told
        _print_question(view["next"], len(told) + 1)
        answer = _answer(view["next"])
        if answer is None:
            return now, told
        if answer == "back":
            if told:
                told.pop(next(reversed(told)))
            before, now = None, step(told)
            continue
        try:
            following = step({**told, view["next"]["fact"]: answer})
        except api.InputError as error:
            for problem in error.problems:
                show(f"[yellow]{safe(problem.expected)}[/]")
            continue
        told[view["next"]["fact"]] = answer
        before, now = now, following


def _answer(asked: dict[str, Any]) -> str | None:
    """Return an answer, ``back``, or None where nobody answers any more."""
    choices = [one["value"] for one in asked["choices"] if one["value"] != api.UNKNOWN]
    while True:
        try:
            text = input("Answer: ").strip()
        except EOFError:
            show("")
            return None
        if text.lower() in ("s", "stop"):
            return None
        if text.lower() in ("b", "back"):
            return "back"
        if text == "?":
            return api.UNKNOWN
        if text.lower() in ("d", ""):
            show(f"[dim]{safe(asked['definition'] or asked['label'])}[/]")
        elif asked["kind"] != "number" and text.isdigit() and 0 < int(text) <= len(choices):
            return str(choices[int(text) - 1])
        elif asked["kind"] == "yes_no" and text.lower() in ("y", "n"):
            return "yes" if text.lower() == "y" else "no"
        elif text in [one["label"] for one in asked["choices"]]:
            same = (one["value"] for one in asked["choices"] if one["label"] == text)
            return str(next(same) or text)
        else:
            return text


# --- showing -------------------------------------------------------------------------------------


def _print_state(view: dict[str, Any], before: dict[str, Any] | None) -> None:
    for one in view["contradictions"]:
        facts = " and ".join(told["says"] for told in one["facts"])
        if before is None or one not in before["contradictions"]:
            rules = "; ".join(one["rules"])
            show(
                f"[bold red]These do not go together:[/] {safe(facts)}. None of them is used"
                f" until one is mended (b goes back).[dim] {safe(rules)}[/]"
            )
    known = {told["fact"] for told in before["follows"]} if before else set()
    for told in view["follows"] if before else ():
        if told["fact"] not in known:
            because = "; ".join(one["says"] for one in told["because"])
            show(f"[dim]follows from {safe(because)}: {safe(told['says'])}[/]")
    if before is not None:
        settled = {_key(one) for one in before["positions"] if one["settled"]}
        new = [o for o in view["positions"] if o["settled"] and _key(o) not in settled]
        for status, named in _grouped(new).items():
            show(f"  {_sign(status)} {safe(', '.join(named))}")
    done, total = view["settled"], view["total"]
    width = 28
    bar = "\N{FULL BLOCK}" * round(width * done / total) if total else ""
    counts = "  ".join(
        f"{_sign(status)} {len(named)}" for status, named in _grouped(view["positions"]).items()
    )
    show(f"[bold]{safe(view['title'])}[/]  {bar:<{width}}  {done} of {total} settled")
    show(counts)


def _print_question(asked: dict[str, Any], number: int) -> None:
    unit = f" ({safe(asked['unit'])})" if asked["unit"] else ""
    show(f"\n[bold cyan]{number}. {safe(asked['question'])}[/]{unit}  [dim]{asked['fact']}[/]")
    place = 0
    for one in asked["choices"]:
        place += one["value"] != api.UNKNOWN
        mark = "?" if one["value"] == api.UNKNOWN else str(place)
        if asked["kind"] == "number" and mark != "?":
            mark = "\N{EN DASH}"
        settles = f"  [dim]settles {len(one['settles'])}[/]" if one["settles"] else ""
        show(f"  {mark:>2} {safe(one['label'])}{settles}")
    if asked["kind"] == "number":
        show(
            "[dim]  a number"
            + (", or a range such as 8-12 or <3[/]" if asked["takes_range"] else "[/]")
        )
    show("[dim]  " + "   ".join(f"{key} {told}" for key, told in _KEYS.items()) + "[/]")


def _print_end(view: dict[str, Any]) -> None:
    states = {
        "settled": "Settled: no further answer can change it.",
        "nothing_more": "No answer to an open question can settle the rest.",
        "not_this_patient": view["note"],
        "asking": "Stopped before everything was settled.",
    }
    show(f"\n[bold]{safe(view['title'])}[/]: {safe(states[view['state']])}")
    for status, named in _grouped(view["positions"]).items():
        show(f"  {_sign(status)} {safe(api.SIGNS[status].word)}: {safe(', '.join(named))}")
    if view["unknown"]:
        names = ", ".join(one["label"] for one in view["unknown"])
        show(f"[dim]Asked and not known: {safe(names)}[/]")


def _key(position: dict[str, Any]) -> tuple[str, str, str]:
    return position["document"], position["option"], position["intent"]


def _sign(status: str) -> str:
    return safe(api.SIGNS[status].symbol or "\N{EN DASH}")


def _grouped(positions: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return for each status the documents with their options, the clear positions first."""
    found: dict[str, list[str]] = {}
    for one in positions:
        found.setdefault(one["status"], []).append(f"{one['short']} ({one['name']})")
    order = {status: place for place, status in enumerate(_ORDER)}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0], len(order))))
