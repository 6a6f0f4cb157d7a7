"""Every command: help, both formats, exit codes, and what dates and regions change."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gepnet import __version__, api
from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    [],
    ["assess"],
    ["explain"],
    ["demo"],
    ["report"],
    ["compare"],
    ["missing"],
    ["whatif"],
    ["facts"],
    ["facts", "list"],
    ["facts", "show"],
    ["facts", "of"],
    ["knowledge"],
    ["knowledge", "list"],
    ["knowledge", "show"],
    ["knowledge", "check"],
    ["import"],
    ["import", "cases"],
    ["import", "tables"],
]


#: What a question about a day in the middle of the example patient leaves out is told.
LATER = (
    "note: 8 events after 2024-01-01 not counted: weight, rebiopsy, staging, pet, ct, symptoms, "
    "lab, board\n"
)


def data(run: Run, *arguments: str | Path, told: str = "") -> Any:
    done = run(*arguments, "--format", "json")
    assert (done.code, done.err) == (0, told)
    return json.loads(done.out)


def shown(run: Run, *arguments: str | Path) -> str:
    done = run(*arguments)
    assert (done.code, done.err) == (0, "")
    return done.out


# Help --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str], run: Run) -> None:
    done = run(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: ")
    assert len(done.out.splitlines()) > 4


def test_the_version_is_told(run: Run) -> None:
    assert shown(run, "--version") == f"gepnet {__version__}\n"


@pytest.mark.parametrize("command", [[], ["facts"], ["knowledge"], ["import"]], ids=" ".join)
def test_a_group_without_a_command_shows_its_help(command: list[str], run: Run) -> None:
    done = run(*command)
    assert done.code == 2
    assert "Usage: " in done.out + done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["asses"], ["assess"], ["assess", "p.yaml", "--format", "xml"], ["facts", "show"],
        ["assess", "p.yaml", "--knowledge-date", "2021-13-01"], ["knowledge", "check", "nowhere"],
        ["assess", "p.yaml", "--nothing"], ["import", "cases", "x.yaml"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_call_is_refused_with_the_usage(arguments: list[str], run: Run) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: " in done.err
    assert "Traceback" not in done.err


# assess ------------------------------------------------------------------------------------------


def test_assess_answers_the_question(run: Run, patient: Path) -> None:
    told = shown(run, "assess", patient, "--knowledge-date", "2026-01-15")
    for words in ("example", "2026-01-15", "ESMO 2020", "what next?", "Why they differ", "of n"):
        assert words in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert len(told.splitlines()) <= 60


def test_assess_shows_the_matrix(run: Run, patient: Path) -> None:
    told = shown(run, "assess", patient, "--full", "--knowledge-date", "2026-01-15")
    for words in ("example", "2026-01-15", "ESMO 2020", "Label and payer", "recommended"):
        assert words in told
    assert all(len(line) <= 100 for line in told.splitlines())


def test_assess_gives_json_of_everything(run: Run, patient: Path) -> None:
    found = data(run, "assess", patient, "--knowledge-date", "2026-01-15")
    assert (found["patient"], found["at"], found["region"]) == ("example", "2026-01-15", "EU")
    assert found["gepnet_version"] == __version__
    assert {"facts", "documents", "rows", "labels", "safety", "missing", "answer"} <= set(found)
    answer = found["answer"]
    assert answer["question"]["id"] == "second-line"
    assert [column["id"] for column in answer["columns"]] == list(answer["rows"][0]["cells"])
    cells = [cell for row in found["rows"] for cell in row["cells"]]
    assert all(len(row["cells"]) == len(found["documents"]) for row in found["rows"])
    for cell in cells:
        for reason in cell["reasons"]:
            assert reason["source_title"]
            assert reason["verification"] in {"primary", "secondary"}
            assert reason["locator"]


def test_all_shows_more_rows(run: Run, patient: Path) -> None:
    few = data(run, "assess", patient)
    many = data(run, "assess", patient, "--all")
    assert len(many["rows"]) > len(few["rows"])
    assert many["options_without_position"] == []


def test_an_earlier_knowledge_date_shows_fewer_documents(run: Run, patient: Path) -> None:
    early = data(run, "assess", patient, "--knowledge-date", "2021-01-01")
    late = data(run, "assess", patient, "--knowledge-date", "2026-01-15")
    names = {document["id"] for document in early["documents"]}
    assert len(names) < len(late["documents"])
    assert "esmo-2020" in names
    assert "tafuto-2025" not in names
    assert early["not_in_force"]["tafuto-2025"].startswith("published 2025")
    assert early["knowledge_date"] == "2021-01-01"


def test_an_earlier_date_of_the_question_knows_less_of_the_patient(run: Run, patient: Path) -> None:
    found = data(run, "assess", patient, "--at", "2024-01-01", told=LATER)
    facts = {fact["id"]: fact for group in found["facts"] for fact in group["facts"]}
    assert found["at"] == "2024-01-01"
    assert facts["ki67_percent"]["text"] == "4 %"
    assert facts["ki67_percent"]["alternatives"] == []
    assert "sstr_any_uptake" not in facts
    assert facts["received_lanreotide"]["value"] is True
    assert facts["progressed_on_ssa"]["value"] is False


@pytest.mark.parametrize("region", ["EU", "US", "IT", "NO"])
def test_the_region_can_be_chosen(region: str, run: Run, patient: Path) -> None:
    found = data(run, "assess", patient, "--region", region)
    assert found["region"] == region


def test_the_same_call_gives_the_same_bytes(run: Run, patient: Path) -> None:
    call = ("assess", patient, "--format", "json", "--knowledge-date", "2026-01-15")
    assert run(*call).out == run(*call).out


# explain -----------------------------------------------------------------------------------------


def some_recommendation(of: str, **wanted: bool) -> str:
    document = next(d for d in api.base().documents if d.id == of)
    for item in document.recommendations:
        if all(getattr(item.entry, name) is value for name, value in wanted.items()):
            return item.full_id
    pytest.fail(f"no such recommendation in {of}")


def test_explain_shows_the_criterion_with_its_facts(run: Run, patient: Path) -> None:
    name = next(
        item.full_id
        for document in api.base().documents
        for item in document.recommendations
        if document.id == "asco-2023" and " and " in item.entry.when
    )
    told = shown(run, "explain", patient, name)
    assert name in told
    assert "all of" in told
    found = data(run, "explain", patient, name)
    assert found["applies"] in {"yes", "no", "unknown"}
    assert found["explanation"]["truth"] == found["applies"]
    assert found["scope"]["truth"] == "yes"
    assert found["source_title"]


def test_explain_says_when_the_document_is_not_about_the_patient(run: Run, tmp_path: Path) -> None:
    """The criterion alone was once said to apply to a patient outside the document's scope."""
    path = tmp_path / "lung.yaml"
    path.write_text(
        "gepnet: 1\npatient: lung\nas_of: 2026-01-15\nevents:\n"
        "- {kind: diagnosis, primary_site: non_GEP}\n"
    )
    name = some_recommendation("review-gi-net-2025")
    assert "not about this patient" in shown(run, "explain", path, name)
    assert data(run, "explain", path, name)["scope"]["truth"] == "no"


def test_explain_says_when_a_document_is_not_in_force(run: Run, patient: Path) -> None:
    """The knowledge date was once accepted and ignored."""
    name = some_recommendation("asco-2023")
    call = ("explain", patient, name, "--knowledge-date", "2021-01-01")
    assert "Not in force on 2021-01-01: published 2023" in shown(run, *call)
    assert data(run, *call)["not_in_force"].startswith("published 2023")
    assert data(run, "explain", patient, name)["not_in_force"] is None


def test_explain_says_when_a_position_is_that_of_a_minority(run: Run, patient: Path) -> None:
    name = some_recommendation("esmo-2020", dissent=True)
    assert "A minority position" in shown(run, "explain", patient, name)
    assert data(run, "explain", patient, name)["dissent"] is True


# facts, knowledge --------------------------------------------------------------------------------


def test_facts_are_found_by_a_word(run: Run) -> None:
    assert "ki67_percent" in [fact["id"] for fact in data(run, "facts", "list", "KI-67")]
    assert "grade_basis" in [fact["id"] for fact in data(run, "facts", "list", "mitoses")]
    assert data(run, "facts", "list", "nothing like it") == []
    both = data(run, "facts", "list", "ki67", "--group", "grade")
    assert [fact["id"] for fact in both] == ["ki67_band"]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_list_of_facts_never_breaks_an_id(columns: int, run: Run) -> None:
    told = run("facts", "list", columns=columns).out
    ids = [fact["id"] for fact in data(run, "facts", "list")]
    assert [name for name in ids if name not in told] == []
    assert max(map(len, told.splitlines())) <= columns


def test_facts_list_and_its_groups(run: Run) -> None:
    every = data(run, "facts", "list")
    assert len(every) > 200
    some = data(run, "facts", "list", "--group", "pathology")
    assert {fact["group"] for fact in some} == {"pathology"}
    assert "ki67_percent" in shown(run, "facts", "list", "--group", "pathology")
    assert data(run, "facts", "list", "--group", "nothing like it") == []


def test_facts_show(run: Run) -> None:
    found = data(run, "facts", "show", "ki67_percent")
    assert (found["unit"], found["select"]) == ("%", "highest")
    assert "definition" in found
    assert "Ki-67 index" in shown(run, "facts", "show", "ki67_percent")
    assert data(run, "facts", "show", "received_prrt")["type"] == "boolean"


def test_facts_of_a_patient(run: Run, patient: Path) -> None:
    groups = data(run, "facts", "of", patient)
    facts = {fact["id"]: fact for group in groups for fact in group["facts"]}
    assert facts["ki67_percent"]["text"] == "8-12 %"
    assert facts["ki67_percent"]["event"] == "rebiopsy"
    assert "8-12 %" in shown(run, "facts", "of", patient)
    when = ("--at", "2024-01-01", "--region", "US")
    early = data(run, "facts", "of", patient, *when, told=LATER)
    facts = {fact["id"]: fact for group in early for fact in group["facts"]}
    assert facts["ki67_percent"]["text"] == "4 %"
    assert facts["region"]["value"] == "US"


def test_knowledge_list_and_show(run: Run) -> None:
    documents = data(run, "knowledge", "list")
    assert {"esmo-2020", "asco-2023", "tafuto-2025"} <= {d["id"] for d in documents}
    assert "ASCO 2023" in shown(run, "knowledge", "list")
    for document in documents:
        found = data(run, "knowledge", "show", document["id"])
        assert len(found["entries"]) == document["recommendations"]
    name = some_recommendation("asco-2023")
    assert data(run, "knowledge", "show", name)["id"] == name
    assert "criterion" in shown(run, "knowledge", "show", name)


def test_knowledge_check_without_mutation(run: Run) -> None:
    found = data(run, "knowledge", "check", "--no-mutate")
    assert found["ok"] is True
    assert found["mutation"]["mutants"] == 0
    assert found["counts"]["documents"] == len(api.base().documents)
    assert "recommendations" in shown(run, "knowledge", "check", "--no-mutate")


def test_knowledge_check_of_the_coverage(run: Run) -> None:
    found = data(run, "knowledge", "check", "--coverage")
    assert found["ok"] is True
    assert f"{len(found['lines'])} of {len(found['lines'])} statements" in shown(
        run, "knowledge", "check", "--coverage"
    )


FAULTY = """\
document:
  id: mine-2024
  title: Mine
  short: Mine
  body: Me
  year: 2024
  kind: panel
  region: [any]
  source: nowhere-2024
  scope: "true"
  scope_note: all
  schema: 1
  coverage: []
recommendations:
- id: x
  when: "ki67_percnt > 3"
  options: [{option: prrtt, intent: tumour_control, position: recommended}]
  source: esmo-2020
  note: n
  examples: {applies: {ki67_percent: 5}, does_not_apply: [{ki67_percent: 2}], undetermined: []}
"""


def test_knowledge_check_names_what_is_wrong_with_a_file_of_ones_own(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FAULTY)
    done = run("knowledge", "check", path)
    assert (done.code, done.out) == (2, "")
    assert "mine.yaml:1" in done.err
    assert "did you mean 'prrt'?" in done.err
    assert "nowhere-2024" in done.err


def test_knowledge_check_fails_on_an_example_that_comes_out_otherwise(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        FAULTY.replace("nowhere-2024", "esmo-2020")
        .replace("ki67_percnt > 3", "ki67_percent > 5")
        .replace("prrtt", "prrt")
    )
    for form in ("table", "json"):
        done = run("knowledge", "check", path, "--format", form)
        assert done.code == 2
        told = done.err if form == "table" else done.out
        assert "examples.applies, value does_not_apply: expected applies" in told
        assert "examples.undetermined, value none: expected at least one example" in told


# demo, import ------------------------------------------------------------------------------------


def test_demo_writes_the_report(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a few cases; the report over all of them has tests of its own."""
    from gepnet.api import reporting

    few = reporting.published_records(api.base().vocabulary)[:3]
    monkeypatch.setattr(reporting, "published_records", lambda _: few)
    found = data(run, "demo", "-o", tmp_path, "--knowledge-date", "2026-01-15")
    assert [case["case"] for case in found["cases"]] == [case.record.patient for case in few]
    report = Path(found["report"]).read_text(encoding="utf-8")
    for case in found["cases"]:
        assert case["case"] in report
        assert set(case) >= {"recommended", "option", "against", "text_open", "fact_missing"}
    told = run("demo", "-o", tmp_path / "again", "--knowledge-date", "2026-01-15")
    assert told.code == 0
    assert "3 decision points" in told.out
    assert (tmp_path / "again" / "report.html").read_text(encoding="utf-8") == report


@pytest.mark.parametrize("command", ["demo", "report"])
def test_a_report_that_cannot_be_written_is_refused(
    command: str, run: Run, patient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in place of the folder once ended in a traceback."""
    from gepnet.api import reporting

    monkeypatch.setattr(reporting, "published_records", lambda _: [])
    arguments = [patient, "-o", patient / "r.html"] if command == "report" else ["-o", patient]
    done = run(command, *arguments)
    assert done.code == 2
    assert "expected a file that can be written (" in done.err


def test_report_of_ones_own_patients(run: Run, patient: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("gepnet: 1\npatient: other\nevents: []\n")
    page = tmp_path / "out" / "report.html"
    found = data(run, "report", patient, other, "-o", page)
    assert [item["patient"] for item in found["patients"]] == ["example", "other"]
    assert 'id="other"' in page.read_text(encoding="utf-8")
    assert shown(run, "report", patient, "-o", page) == f"Report: {page}\n"


def test_report_names_what_is_wrong_with_every_file(
    run: Run, patient: Path, tmp_path: Path
) -> None:
    for name, value in (("a", 130), ("b", 140)):
        text = f"gepnet: 1\npatient: {name}\nevents: [{{kind: pathology, ki67_percent: {value}}}]\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    again = tmp_path / "again.yaml"
    again.write_text(patient.read_text(encoding="utf-8"), encoding="utf-8")
    files = [tmp_path / "a.yaml", patient, tmp_path / "b.yaml", again]
    done = run("report", *files, "-o", tmp_path / "r.html")
    assert (done.code, done.out) == (2, "")
    assert [line.split(": error")[0] for line in done.err.splitlines()[:-1]] == [
        f"{tmp_path}/a.yaml:3", f"{again}", f"{tmp_path}/b.yaml:3",
    ]  # fmt: skip
    assert not (tmp_path / "r.html").exists()


def test_import_of_cases_writes_one_file_each(run: Run, tmp_path: Path) -> None:
    from gepnet.io.case_file import PACKAGED_CASES

    written = data(run, "import", "cases", PACKAGED_CASES, "-o", tmp_path / "out")
    assert len(written) == 108
    assert all(Path(item["file"]).is_file() for item in written)
    again = run("import", "cases", PACKAGED_CASES, "-o", tmp_path / "out")
    assert again.code == 2
    assert "Traceback" not in again.err
    assert run("assess", written[0]["file"]).code == 0


def test_import_of_tables_writes_one_file_a_patient(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "pathology.csv").write_text("patient,date,ki67_percent\nA,2024-01-01,5\nB,2024,<3\n")
    told = shown(run, "import", "tables", folder, "-o", tmp_path / "out")
    assert "2 patient files written" in told


# Unknown names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["explain", "{patient}", "asco-2023/xyzzy"],
            "command line: error, field recommendation, value 'asco-2023/xyzzy': "
            "expected a known recommendation",
        ),
        (
            ["facts", "show", "ki67_percnt"],
            "command line: error, field fact, value 'ki67_percnt': expected a known fact; "
            "did you mean 'ki67_percent'?",
        ),
        (
            ["knowledge", "show", "esmo-2002"],
            "command line: error, field recommendation, value 'esmo-2002': "
            "expected a known recommendation; did you mean 'esmo-2020'?",
        ),
        (
            ["assess", "{patient}", "--region", "eu"],
            "command line: error, field region, value 'eu': expected one of EU, US, UK, NO, SE, "
            "IT, ES, CZ, CH, TW, AU, CN, JP, other; did you mean 'EU'?",
        ),
        (
            ["facts", "of", "{patient}", "--at", "yesterday"],
            "command line: error, field at, value 'yesterday': expected a date such as "
            "2024-05-17, 2024-05 or 2024",
        ),
        (
            ["explain", "{patient}", "asco-2023/x", "--at", "2024-13"],
            "command line: error, field at, value '2024-13': expected a date such as "
            "2024-05-17, 2024-05 or 2024",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_unknown_name_is_told_with_the_nearest_spelling(
    arguments: list[str], message: str, run: Run, patient: Path
) -> None:
    done = run(*(part.format(patient=patient) for part in arguments))
    assert (done.code, done.out) == (2, "")
    first, last = done.err.splitlines()
    assert first.startswith(message)
    assert last == "1 problem found."


def test_a_misspelt_recommendation_is_told_with_the_nearest_one(run: Run, patient: Path) -> None:
    name = some_recommendation("asco-2023")
    done = run("explain", patient, f"{name}s")
    assert (done.code, done.out) == (2, "")
    assert f"did you mean '{name}'?" in done.err


def test_every_wrong_option_is_told_at_once(run: Run, patient: Path) -> None:
    done = run("assess", patient, "--at", "soon", "--region", "Mars")
    assert done.code == 2
    assert done.err.splitlines()[-1] == "2 problems found."


# A real process ----------------------------------------------------------------------------------


def test_the_command_runs_as_a_process_of_its_own(patient: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}

    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gepnet", *arguments],
            capture_output=True, text=True, encoding="utf-8", env=environment, check=False,
        )  # fmt: skip

    good = process("assess", str(patient), "--format", "json")
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["patient"] == "example"
    bad = process("assess", str(patient.with_name("nothing.yaml")))
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.splitlines()[-1] == "1 problem found."


def test_a_command_on_duckdb_ends_without_a_word(tmp_path: Path) -> None:
    # What is not collected at its end DuckDB calls a leak, in pages of text.
    place = f"duckdb:///{tmp_path / 'registry.duckdb'}"
    for arguments in (("synth", "--output", place, "--patients", "5"), ("info", place)):
        done = subprocess.run(
            [sys.executable, "-m", "gepnet", "registry", *arguments, "--format", "json"],
            capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=False,
        )  # fmt: skip
        assert (done.returncode, "leak" in done.stderr) == (0, False), done.stderr
