"""What every command shares: the options of a question, one type of day, one way to print."""

from __future__ import annotations

import datetime
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.output import print_accepted

if TYPE_CHECKING:
    from gepnet.guidelines import KnowledgeBase
    from gepnet.record import Record


_IS_COMMAND = "_gepnet_is_command"


class _Word(StrEnum):
    """One of the words of a ``Literal``, for Typer; a command gets the word itself."""


#: How a command prints its result.
Format = StrEnum("Format", "TABLE JSON")
#: How a command prints a result that can be drawn.
PictureFormat = StrEnum("PictureFormat", "TABLE JSON SVG PDF HTML MERMAID")
#: How a command prints a result that is a page as well.
PageFormat = StrEnum("PageFormat", "TABLE JSON HTML")


@dataclass(frozen=True)
class Result:
    """What a command found.

    Attributes:
        data: a typed result or plain data; ``plain`` makes JSON of it.
        table: prints the plain data for people.
        rest: what only JSON has beside the data, worked out when it is asked for.
        code: exit code of the command.
        details: whether JSON has what is a detail of the result; a table may need it always.
        notes: lines for the error stream, which JSON with its details holds already.
    """

    data: object
    table: Callable[[Any], None]
    code: int = 0
    details: bool = True
    notes: tuple[str, ...] = ()
    rest: Callable[[], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Page(Result):
    """What a command found, if ``page`` can turn the plain data into a page of HTML as well."""

    page: Callable[[Any], str] = field(kw_only=True)


@dataclass(frozen=True)
class Pictured(Result):
    """What a command found, if it can be drawn: each further format makes text or bytes of it."""

    forms: Mapping[str, Callable[[], str | bytes]] = field(kw_only=True)


@dataclass(frozen=True)
class Only:
    """The fields of a question that a command has a use for, where it is not all of them.

    Attributes:
        names: of the fields.
        base: whether the command gets the knowledge that the question names, not the question.
    """

    names: tuple[str, ...]
    base: bool = False


#: A question about facts alone, about days that a command or the record names by themselves, about
#: a table of facts, and about the knowledge.
FactsQuestion = Annotated[Question, Only(("at", "region", "with_files"))]
CourseQuestion = Annotated[Question, Only(("region", "with_files"))]
DrawnQuestion = Annotated[Question, Only(("at", "with_files"))]
TableQuestion = Annotated[Question, Only(("at", "knowledge_date", "with_files"))]
KnowledgeQuestion = Annotated[Question, Only(("knowledge_date", "with_files"))]
Files = Annotated[Question, Only(("with_files",))]
#: Of a command that asks nothing but with which knowledge.
if TYPE_CHECKING:
    Base = KnowledgeBase
else:
    Base = Annotated[object, Only(("with_files",), base=True)]

Accept = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        metavar="QUANTITY=VALUE by WHO: WHY",
        help="Accept a value outside its plausible range, as it is written or told; PATIENT: or "
        "PATIENT:PART: (a region, a lesion) may stand before it. Repeatable.",
    ),
]
#: Of the clinical question, which is not the one that dates and region ask.
QUESTION_HELP = (
    "What is asked, such as second-line or prrt; default: what follows from the state of the "
    "disease and earlier treatment."
)
PatientFile = Annotated[Path, "Patient file (YAML or JSON)."]


def opened(
    patient: Path, question: Question, at: str | None = None, every_day: bool = False
) -> tuple[Record, KnowledgeBase]:
    """Return the record of a patient file, and the knowledge that it is read with.

    What to know of its dates goes to the error stream: as of ``at``, by default the day of the
    question. For a command that looks at ``every_day`` of a record nothing comes later.
    """
    base = api.base(*question.with_files)
    record = api.read_patient(patient, base)
    asked = question
    if at is not None:
        try:
            asked = Question.read(at=at)
        except api.InputError:
            return record, base  # the command says what is wrong with its day
    for note in api.notes_on(record, base, asked, every_day):
        typer.echo(f"note: {note}", err=True)
    return record, base


def add_commands(group: typer.Typer, *modules: ModuleType) -> None:
    """Give a group every command of some modules, in their order, each called as its function."""
    for one in (one for module in modules for one in vars(module).values()):
        if getattr(one, _IS_COMMAND, False):
            group.command(one.__name__.rstrip("_").replace("_", "-"))(one)


def parse_day(text: str) -> datetime.date:
    """Read a day of the command line."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day such as 2024-05-17.") from error


def day_option(flag: str, help: str) -> Any:
    """Return an option that is a day, for ``Annotated[datetime.date | None, ...]``."""
    return typer.Option(flag, parser=parse_day, metavar="YYYY-MM-DD", help=help)


def command(function: Callable[..., Result | None]) -> Callable[..., None]:
    """Return a function as a command: its question as options, its ``Result`` printed.

    A parameter that is a ``Question``, or one of the narrower questions above, becomes an option
    for each of its fields, one that is a ``Base`` the option that names further knowledge. One that
    says no more than its help, ``Annotated[str, "What it is."]``, becomes an option, or an argument
    where it has no default. A function that returns a ``Result`` gets ``--format``; how a result is
    printed, and with which exit code the command ends, stands here and nowhere else.
    """
    signature = inspect.signature(function, eval_str=True)
    parameters: list[inspect.Parameter] = []
    questions: dict[str, Only] = {}
    for name, parameter in signature.parameters.items():
        if taken := _fields_of(parameter.annotation):
            questions[name] = taken
            parameters += [_option(_FIELDS[one]) for one in taken.names]
        else:
            parameters.append(_own(parameter))
    if signature.return_annotation is not None:
        parameters.append(_format_option(signature.return_annotation))

    @functools.wraps(function)
    def run(**given: Any) -> None:
        chosen = given.pop("format_", Format.TABLE)
        given = {name: str(v) if isinstance(v, _Word) else v for name, v in given.items()}
        for name, taken in questions.items():
            question = _question({one: given.pop(one) for one in taken.names})
            given[name] = api.base(*question.with_files) if taken.base else question
        result = function(**given)
        if result is not None:
            _show(result, chosen)

    signature = signature.replace(parameters=parameters, return_annotation=None)
    vars(run).update({"__signature__": signature, _IS_COMMAND: True})
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


_FIELDS = {one.name: one for one in fields(Question)}
_HINTS = get_type_hints(Question, include_extras=True)


def _fields_of(annotation: Any) -> Only | None:
    """Return the fields of a question that a parameter takes; None for any other parameter."""
    if annotation is Question:
        return Only(tuple(_FIELDS))
    narrower = getattr(annotation, "__metadata__", ())
    return next((one for one in narrower if isinstance(one, Only)), None)


def _own(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a parameter that is of a command alone, with what Typer asks beside its help."""
    parameter = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    kind: Any
    kind, *notes = get_args(parameter.annotation) or (parameter.annotation,)
    if not notes or not isinstance(notes[0], str):
        return parameter
    flag, told = _flag(parameter.name), notes[0]
    if get_origin(kind) is Literal:
        words: Any = _Word
        kind = words(parameter.name, {one: one for one in get_args(kind)})
    shown: Any = typer.Option(flag, help=told)
    if parameter.name == "output":
        shown = typer.Option("-o", flag, help=told)
    elif parameter.default is inspect.Parameter.empty:
        shown = typer.Argument(help=told)
    elif kind == datetime.date | None:
        shown = day_option(flag, told)
    return parameter.replace(annotation=Annotated[kind, shown])


def _flag(name: str) -> str:
    return f"--{name.rstrip('_').replace('_', '-')}"


def _option(asked: Field[Any]) -> inspect.Parameter:
    """Return a field of a question as an option."""
    kind, told = get_args(_HINTS[asked.name])
    flag = told.flag or _flag(asked.name)
    given: Any = str | None
    option = typer.Option(flag, metavar=told.metavar, help=told.help)
    default: Any = None
    if kind is datetime.date:
        given, option = datetime.date | None, day_option(flag, told.help)
    elif kind is bool:
        given, default = bool, False
    elif get_origin(kind) is tuple:
        given, option = (
            list[Path] | None,
            typer.Option(flag, metavar=told.metavar, exists=True, help=told.help),
        )
    return inspect.Parameter(
        asked.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[given, option],
    )


def _question(given: dict[str, Any]) -> Question:
    """Return the question that options ask; every fault of them is told at once."""
    said = {name: value for name, value in given.items() if value}
    if "with_files" in said:
        said["with_files"] = tuple(said["with_files"])
    try:
        return Question.read(**said)
    except api.InputError as fault:
        said.pop("at")
        question = Question(**said)
        found = question.problems(api.base(*question.with_files).vocabulary)
        raise api.InputError([*fault.problems, *found]) from fault


def _format_option(result: object) -> inspect.Parameter:
    kind: Any = Format
    help_text = "A table for people or JSON for programs."
    if result is Page:
        kind, help_text = PageFormat, "A table, JSON for programs, or a page of HTML."
    elif result is Pictured:
        kind, help_text = PictureFormat, "A table, JSON for programs, or a picture."
    return inspect.Parameter(
        "format_",
        inspect.Parameter.KEYWORD_ONLY,
        default=kind.TABLE,
        annotation=Annotated[kind, typer.Option("--format", help=help_text)],
    )


def _show(result: Result, chosen: str) -> None:
    as_json = chosen == Format.JSON
    data = api.plain(result.data, result.details or not as_json)
    if as_json:
        if result.rest is not None:
            data = {**result.rest(), **data}
        from pydantic_core import to_json  # slow to import, and five times as fast as json

        typer.echo(to_json(data, indent=2, inf_nan_mode="constants").decode())
    elif chosen == PageFormat.HTML and isinstance(result, Page):
        typer.echo(result.page(data))
    elif isinstance(result, Pictured) and chosen in result.forms:
        drawn = result.forms[chosen]()
        typer.echo(drawn, nl=isinstance(drawn, str))
    else:
        result.table(data)
        if isinstance(data, Mapping):
            print_accepted(data.get("accepted", ()))
    for note in () if as_json and result.details else result.notes:
        typer.echo(note, err=True)
    if result.code:
        raise typer.Exit(result.code)
