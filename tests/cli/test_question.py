"""What each command takes of the question, why some take fewer fields, and that each is used."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gepnet.api import Question
from tests.cli import json_calls
from tests.cli.conftest import Run
from tests.cli.test_json_shapes import commands

WHOLE = "--at --knowledge-date --region --with"
FACTS = "only facts of the patient are read: no document or label speaks"
TABLE = "the region is a column of the table"
OWN_DATES = "each record has its own date and region"
NO_PATIENT = "no patient is asked about"
EVERY_ENTRY = "entries are shown whether they are in force or not"
ONLY_MEASURES = "only limits and formulas of the knowledge are read, which have no date or region"
ONLY_TRIALS = "only the trials of the knowledge are read"
ONLY_VOCABULARY = "only the vocabulary is read"
#: Which options of the question each command takes, and why it does not take all of them.
TAKEN = {
    "assess": (WHOLE, ""),
    "ask": (WHOLE, ""),
    "explain": (WHOLE, ""),
    "compare": (WHOLE, ""),
    "missing": (WHOLE, ""),
    "whatif": (WHOLE, ""),
    "report": (WHOLE, ""),
    "prrt plan": (WHOLE, ""),
    "prrt monitoring": (WHOLE, ""),
    "prrt retreatment": (WHOLE, ""),
    "prrt review": ("--region --with", "its day is --date; the rules of a release have no date"),
    "prrt course": ("--region --with", "each event is looked at on its own day"),
    "prrt eligibility": ("--at --region --with", "profiles have no date"),
    "prrt cumulative": ("--at --region --with", FACTS),
    "response midtreatment": ("--at --region --with", FACTS),
    "response scores": ("--at --region --with", FACTS),
    "facts of": ("--at --region --with", FACTS),
    "knowledge due": ("--at --with", "a day is asked about, and no patient"),
    "pathway": ("--at --region --with", "each document that is named is shown, in force or not"),
    "chart": ("--at --with", "what happened to a patient is drawn, and no position on it"),
    "facts sample": ("--at --with", "patients of every region are made up, and nobody assessed"),
    "cohort assess": ("--at --knowledge-date --with", TABLE),
    "knowledge sql": ("--at --knowledge-date --with", TABLE),
    "demo": ("--knowledge-date --with", OWN_DATES),
    "cases evaluate": ("--knowledge-date --with", OWN_DATES),
    "knowledge list": ("--knowledge-date --with", NO_PATIENT),
    "knowledge atlas": ("--knowledge-date --with", NO_PATIENT),
    "knowledge verify": ("--knowledge-date --with", NO_PATIENT),
    "knowledge disagreements": ("--knowledge-date --with", NO_PATIENT),
    "knowledge diff": ("--knowledge-date --with", NO_PATIENT),
    "knowledge show": ("--with", EVERY_ENTRY),
    "knowledge check": ("--with", EVERY_ENTRY),
    "facts list": ("--with", ONLY_VOCABULARY),
    "facts show": ("--with", ONLY_VOCABULARY),
    "import cases": ("--with", ONLY_VOCABULARY),
    "import board": ("--with", ONLY_VOCABULARY),
    "import tables": ("--with", ONLY_VOCABULARY),
    "export redcap": ("--with", ONLY_VOCABULARY),
    "import suggest": ("--with", ONLY_VOCABULARY),
    "import table": ("--with", ONLY_VOCABULARY),
    "import cbioportal": ("--with", ONLY_VOCABULARY),
    "import naaccr": ("--with", ONLY_VOCABULARY),
    "import mcode": ("--with", ONLY_VOCABULARY),
    "import redcap": ("--with", ONLY_VOCABULARY),
    "import omop": ("--with", ONLY_VOCABULARY),
    "labs grade": ("--with", ONLY_MEASURES),
    "registry synth": ("--with", ONLY_MEASURES),
    "registry add": ("--with", ONLY_VOCABULARY),
    "registry key": ("", "a key is made"),
    "registry impact": ("--knowledge-date --with", "the day of the facts is the assessment's"),
    "registry audit": ("--with", "each treatment has its own day"),
    "registry survival": ("--with", "each treatment has its own day"),
    "registry share": ("--with", "each treatment has its own day"),
    "registry combine": ("", "only what centres share is read"),
    "registry published": ("--with", "each treatment has its own day"),
    "registry indicators": ("--with", "the day is that of the assessment"),
    "registry sequence": ("--with", "the days are those of the assessment"),
    "registry mid-treatment": ("--with", "each treatment has its own day"),
    "registry quality": ("--with", "rows are looked at, and nobody assessed"),
    "registry swimmer": ("--with", "each treatment has its own day"),
    "registry characterise": ("--with", "the days are those of the assessment"),
    "registry info": ("", "what a store holds is told, and nothing asked"),
    "registry assess": ("--at --knowledge-date --with", TABLE),
    "prrt dosimetry": ("--with", ONLY_MEASURES),
    "prrt another-cycle": ("--with", ONLY_MEASURES),
    "prrt discharge": ("--region --with", "limits of a country are read, which have no date here"),
    "response recist": ("--with", ONLY_MEASURES),
    "response growth": ("--with", ONLY_MEASURES),
    "response choi": ("--with", ONLY_MEASURES),
    "response markers": ("--with", ONLY_MEASURES),
    "response fit": ("--with", ONLY_MEASURES),
    "response made-up-cohort": ("--with", ONLY_MEASURES),
    "response toxicity": ("--with", ONLY_MEASURES),
    "board demo": ("--with", OWN_DATES),
    "board worklist": ("--with", OWN_DATES),
    "board agreement": ("--with", OWN_DATES),
    "db export": ("--with", ONLY_VOCABULARY),
    **{
        f"db {name}": ("", "the store is looked after, and no knowledge read")
        for name in ("upgrade", "backup", "restore", "verify", "erase")
    },
    **{
        f"user {name}": ("", "accounts are kept, and no knowledge read")
        for name in ("add", "list", "disable", "password")
    },
    "evidence meta": ("--with", "a table of published results is read, and no patient"),
    "evidence simulate": ("--with", "patients are made up by a scenario"),
    "evidence nma": ("--with", "a table of published results is read, and no patient"),
    "evidence trials": ("--at --region --with", FACTS),
    "evidence show": ("--with", EVERY_ENTRY),
    "evidence reconstruct": ("--with", ONLY_TRIALS),
    "evidence km": ("--with", ONLY_TRIALS),
}
#: One call of each command.
CALLS = {
    **{
        command: next(c for c in json_calls.CALLS.values() if f"{c} ".startswith(f"{command} "))
        for command in TAKEN
        if command not in ("knowledge sql", "response made-up-cohort")
    },
    "knowledge sql": "knowledge sql --at 2026-01-01",
    "response made-up-cohort": "response made-up-cohort -o {folder}/more.csv",
    "prrt plan": "prrt plan {folder}/treated.yaml --at 2025-06-01",
}
SLOW = {"demo", "knowledge atlas", "knowledge disagreements"}


def test_every_command_takes_the_fields_of_the_question_that_it_has_a_use_for() -> None:
    fields = set(WHOLE.split())
    assert len(fields) == len(dataclasses.fields(Question))
    # A server does not answer and end: what it takes is tried in the tests of the board.
    found = {name: fields & options for name, options in commands() if name != "serve"}
    assert found == {name: set(taken.split()) for name, (taken, _) in TAKEN.items()}
    assert [name for name, (taken, why) in TAKEN.items() if (taken == WHOLE) == bool(why)] == []


def test_a_field_has_one_text_wherever_it_is_taken() -> None:
    from typer.main import get_command

    from gepnet.cli.app import app

    helps: dict[str, set[str]] = {}

    def walk(command: object) -> Iterator[object]:
        for one in getattr(command, "commands", {}).values():
            yield from walk(one)
        yield command

    for command in walk(get_command(app)):
        for option in getattr(command, "params", ()):
            if option.opts[0] in WHOLE.split():
                helps.setdefault(option.opts[0], set()).add(option.help)
    assert {name: len(texts) for name, texts in helps.items()} == dict.fromkeys(WHOLE.split(), 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the inputs of every call."""
    made = tmp_path_factory.mktemp("question")
    json_calls.prepared(made)
    return made


@pytest.fixture
def prepared(folder: Path, run: Run) -> Iterator[Path]:
    """Return the folder once what other commands write is there."""
    for call in () if (folder / "model.json").exists() else json_calls.BEFORE:
        assert run(*json_calls.arguments(call, folder)).code == 0, call
    yield folder


@pytest.mark.parametrize("command", [name for name, (taken, _) in TAKEN.items() if taken])
def test_a_file_given_by_with_is_read(command: str, run: Run, prepared: Path) -> None:
    own = prepared / "own.yaml"
    own.write_text("facts:\n- {id: never_heard_of, typ: boolean}\n", encoding="utf-8")
    done = run(*json_calls.arguments(CALLS[command], prepared), "--with", own)
    assert (done.code, "own.yaml:2" in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name, (taken, _) in TAKEN.items()
        # A day before and one after are what a diff is asked, and a criterion what impact is.
        if "--knowledge-date" in taken and name not in ("knowledge diff", "registry impact")
    ],
)
def test_the_day_of_the_knowledge_reaches_what_is_said(
    command: str, run: Run, prepared: Path
) -> None:
    call = CALLS[command].replace(" {day}", "")
    json_too = () if command == "knowledge sql" else ("--format", "json")
    said = []
    for day in ("2010-01-01", "2026-01-15"):
        given = ("--knowledge-date", day, *json_too)
        done = run(*json_calls.arguments(call, prepared), *given)
        assert done.code == 0, done.err
        said.append(re.sub(day, "DAY", done.out))
    assert said[0] != said[1]


def test_the_region_asked_for_chooses_the_profile_of_a_review(run: Run, prepared: Path) -> None:
    """The review and the replay knew the region of the record alone."""
    first = prepared / "first.yaml"
    text = "gepnet: 1\npatient: p\nregion: EU\nas_of: 2025-06-01\nevents: []\n"
    first.write_text(text, encoding="utf-8")
    call = ("prrt", "review", first, "--cycle", "1", "--date", "2025-06-01", "--format", "json")
    said = {r: json.loads(run(*call, "--region", r).out) for r in ("EU", "US")}
    assert said["EU"]["digest"] != said["US"]["digest"]
    american = run(*call, "--profile", "us-label", "--region", "US")
    assert json.loads(american.out) == said["US"]


def test_the_region_asked_for_chooses_the_schedule_of_a_plan(run: Run, prepared: Path) -> None:
    """A plan, and the activity of one further cycle, were those of the record's region."""
    call = ("prrt", "plan", "--start", "2026-02-02", "--at", "2026-01-05", "--format", "json")
    said = {r: json.loads(run(*call, "--region", r).out) for r in ("EU", "US")}
    assert said["EU"]["profile"] != said["US"]["profile"]


def test_a_limit_given_by_with_decides(run: Run, prepared: Path) -> None:
    """The commands of response read the packaged limits alone."""
    from gepnet.knowledge.load import PACKAGED

    packaged = (PACKAGED / "measures" / "recist-1.1.yaml").read_text(encoding="utf-8")
    own = prepared / "own"
    (own / "measures").mkdir(parents=True)
    rise = 'value: {}, rule: "rise over'
    changed = packaged.replace(rise.format(20), rise.format(90))
    (own / "measures" / "recist-1.1.yaml").write_text(changed, encoding="utf-8")
    assert changed != packaged
    call = json_calls.arguments(CALLS["response recist"], prepared)
    assert run(*call).out != run(*call, "--with", own).out
