"""No file whatever ends in a traceback: it is assessed, or refused with exit code 2 and why."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.knowledge import InputError
from gepnet.vocabulary import Question
from tests.cli.conftest import Run

EXAMPLE = api.example_patient()
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
)
BROKEN: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "comment": b"# nothing\n",
    "list": b"- a\n- b\n",
    "word": b"patient\n",
    "number": b"9" * 5000,
    "JSON null": b"null",
    "JSON cut off": b'{"gepnet": 1, "patient": "p", "events": [',
    "JSON NaN": b'{"gepnet": 1, "patient": "p", "events": [{"kind": "body", "weight_kg": NaN}]}',
    "JSON infinity": b'{"gepnet": 1, "patient": "p", "as_of": -Infinity, "events": []}',
    "YAML nan": b"gepnet: 1\npatient: p\nevents: [{kind: body, weight_kg: .nan}]\n",
    "YAML inf": b"gepnet: 1\npatient: p\nevents: [{kind: body, weight_kg: .inf}]\n",
    "huge number": b"gepnet: 1\npatient: p\nevents: [{kind: body, weight_kg: 1.0e+999999}]\n",
    "long number": b"gepnet: 1\npatient: p\nevents: [{kind: body, weight_kg: "
    + b"9" * 9999 + b"}]\n",
    "huge format": b"gepnet: " + b"1" * 9999 + b"\npatient: p\nevents: []\n",
    "huge cycles": b"gepnet: 1\npatient: p\nevents: [{kind: treatment, option: prrt, cycles: "
    + b"9" * 999 + b"}]\n",
    "huge dose": b"gepnet: 1\npatient: p\n"
    b"events: [{kind: treatment, option: prrt, dose_mg: 1e999}]\n",
    "binary": bytes(range(256)),
    "zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    "UTF-16": EXAMPLE.encode("utf-16"),
    "Latin-1": EXAMPLE.replace("example", "exämple").encode("latin-1"),
    "NUL": b"gepnet: 1\npatient: a\x00b\nevents: []\n",
    "surrogate": b'{"gepnet": 1, "patient": "\\ud800", "events": []}',
    "deep list": b"[" * 50_000,
    "deep mapping": b"{a: " * 50_000,
    "deep blocks": b"".join(b" " * n + b"a:\n" for n in range(2000)),
    "deep dashes": b"- " * 50_000,
    "billion laughs": LAUGHS.encode(),
    "itself": b"gepnet: 1\npatient: p\nevents: &a [*a]\n",
    "itself in a note": b"gepnet: 1\npatient: p\nevents: [&a {kind: body, note: *a}]\n",
    "tag": b"!!python/object/apply:os.system ['true']\n",
    "tag of a value": b"gepnet: 1\npatient: !!python/name:os.system\nevents: !!set {a, b}\n",
    "merge": b"base: &b {kind: body}\ngepnet: 1\npatient: p\nevents: [{<<: *b}]\n",
    "two documents": b"gepnet: 1\n---\ngepnet: 1\n",
    "tab": b"gepnet: 1\n\tpatient: p\n",
    "key that is a list": b"? [a]\n: b\n",
    "key that is empty": b"gepnet: 1\npatient: p\n'': x\nevents: []\n",
    "long key": b"gepnet: 1\npatient: p\n" + b"k" * 900 + b": x\nevents: []\n",
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", [["assess"], ["facts", "of"]], ids=" ".join)
def test_a_broken_file_is_refused_with_a_reason(
    command: list[str], content: bytes, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    done = run(*command, path)
    assert (done.code, done.out) == (2, "")
    *problems, count = done.err.splitlines()
    assert count.endswith("found.")
    assert problems
    for problem in problems:
        assert problem.startswith(f"{path}")
        assert ": error" in problem
        assert ": expected " in problem
        assert len(problem) < 1000


def test_the_same_file_is_refused_in_every_command(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("gepnet: 1\npatient: p\nevents: [{kind: pathology, ki67_percent: 130}]\n")
    calls = [["assess", path], ["explain", path, "a/b"], ["facts", "of", path]]
    calls += [["compare", path], ["missing", path], ["report", path, "-o", tmp_path / "r.html"]]
    for call in calls:
        for form in ("table", "json"):
            done = run(*call, "--format", form)
            assert (done.code, done.out) == (2, "")
            assert done.err == (
                f"{path}:3: error, in e1, field ki67_percent, value 130: "
                "expected a value from 0 to 100 %\n1 problem found.\n"
            )


@pytest.mark.parametrize("command", [["knowledge", "check"], ["import", "cases"]], ids=" ".join)
@pytest.mark.parametrize(
    "name", ["list", "number", "binary", "Latin-1", "deep list", "billion laughs", "JSON cut off"]
)
def test_a_broken_file_of_another_kind_is_refused_too(
    command: list[str], name: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(BROKEN[name])
    more = ["-o", tmp_path / "out"] if command[0] == "import" else []
    done = run(*command, path, *more)
    assert (done.code, done.out) == (2, "")
    assert "x.yaml" in done.err
    assert done.err.splitlines()[-1].endswith("found.")


@pytest.mark.parametrize(
    "patient",
    ["[/x]", "[red]p", "[bold", "a\\", "{curly}", "100%", "\N{WAVING HAND SIGN}", "😀 مريض"],
)
def test_a_name_is_shown_as_it_is_written(patient: str, run: Run, tmp_path: Path) -> None:
    """Square brackets were once taken for markup: swallowed, or a traceback."""
    path = tmp_path / "p.yaml"
    event = {"id": patient, "kind": "pathology", "date": "2024", "ki67_percent": 5,
             "author": patient}  # fmt: skip
    text = {"gepnet": 1, "patient": patient, "as_of": "2024-05-01", "events": [event]}
    path.write_text(json.dumps(text), encoding="utf-8")
    done = run("assess", path)
    assert (done.code, done.err) == (0, "")
    assert patient in done.out
    assert run("facts", "of", path).code == 0
    name = api.base().documents[0].recommendations[0].full_id
    assert run("explain", path, name).code == 0


# Fuzz --------------------------------------------------------------------------------------------


def survives(content: bytes) -> None:
    """Assess what can be read; anything else must be refused as an input error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.yaml"
        path.write_bytes(content)
        try:
            record = api.read_patient(path, api.base())
        except InputError as error:
            assert error.problems
            return
        api.facts_of(record, api.base(), Question.read("2026-01-15"))


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(content: bytes) -> None:
    survives(content)


@given(st.integers(0, len(EXAMPLE) - 1), st.integers(0, 12), st.binary(max_size=8))
def test_no_damaged_patient_file_ends_in_a_traceback(place: int, gone: int, instead: bytes) -> None:
    text = EXAMPLE.encode()
    survives(text[:place] + instead + text[place + gone :])


keys = st.sampled_from(
    [
        "gepnet", "patient", "region", "as_of", "complete", "events", "losses", "title", "id",
        "kind", "date", "author", "note", "withdrawn", "values", "option", "start", "stop",
        "ongoing", "cycles", "best_response", "benefit_months", "types", "excluded", "on",
        "ki67_percent", "weight_kg", "primary_site", "diagnosis_date", "functioning", "unit",
        "value", "stop_reason", "activity_gbq", "treatments", "birth_date", "sex",
    ]
) | st.text(max_size=3)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [
            "2024-05-17", "2024", "2099", "treatment", "progression", "pathology", "body",
            "lanreotide", "ssa", "<3", "2-5", "EU", "PR", "radiological_recist", "mg", "kg", "%",
            "10^400", "1e-400", "female",
        ]
    )
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=25,
)


@st.composite
def nearly(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a file that has the shape of a patient file and anything at all in its places."""
    events = draw(st.lists(st.dictionaries(keys, trees, max_size=6), max_size=4))
    for event in events:
        if draw(st.booleans()):
            kinds = ["pathology", "body", "treatment", "progression", "demographics", "diagnosis"]
            event["kind"] = draw(st.sampled_from(kinds))
    head = draw(st.dictionaries(keys, trees, max_size=3))
    return {**head, "gepnet": 1, "patient": "p", "events": events}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(trees | nearly())
def test_no_tree_of_values_ends_in_a_traceback(tree: Any) -> None:
    survives(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(nearly())
def test_no_json_ends_in_a_traceback(tree: Any) -> None:
    survives(json.dumps(tree).encode())
