"""Every fault of a patient file is told in one run: file, line, entry, field, value, expectation.

Each row is the events of a file and the messages expected of it, word for word where a person acts
on the words.
"""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from gepnet.knowledge import InputError, Problem
from gepnet.record import Record, parse_record, read_record
from gepnet.vocabulary import Vocabulary, load_vocabulary

TODAY = datetime.date(2026, 6, 1)
HEAD = "gepnet: 1\npatient: p\n"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def read(text: str, vocabulary: Vocabulary) -> Record:
    return parse_record(text, "p.yaml", vocabulary, TODAY)


def problems(text: str, vocabulary: Vocabulary) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(text, vocabulary)
    return caught.value.problems


def faults(*events: str, vocabulary: Vocabulary) -> list[str]:
    """Return what is wrong with events that stand on line 4 and after."""
    lines = "".join(f"- {event}\n" for event in events)
    return [str(problem) for problem in problems(f"{HEAD}events:\n{lines}", vocabulary)]


# One fault, one message --------------------------------------------------------------------------

ONE_FAULT: dict[str, tuple[tuple[str, ...], str]] = {
    "unknown fact": (
        ("{id: bx, kind: pathology, ki67_percnt: 5}",),
        "p.yaml:4: error, in bx, field ki67_percnt: expected a fact of 'pathology' events; "
        "did you mean 'ki67_percent'?",
    ),
    "fact in the wrong event": (
        ("{id: bx, kind: body, sstr_result: positive}",),
        "p.yaml:4: error, in bx, field sstr_result: "
        "expected this fact in an event of kind 'sstr_imaging'",
    ),
    "fact that is only worked out": (
        ("{id: bx, kind: pathology, grade: NET_G1}",),
        "p.yaml:4: error, in bx, field grade: "
        "expected a recorded fact (this one is always worked out from others); "
        "did you mean 'grade_reported'?",
    ),
    "value as a key": (
        ("{id: w, kind: clinical, declines_prrt: true}",),
        "p.yaml:4: error, in w, field declines_prrt: "
        "expected patient_preference: declines_prrt in an event of kind 'assertion'",
    ),
    "value of another fact": (
        ("{id: s, kind: stage, stage: III}",),
        "p.yaml:4: error, in s, field stage, value 'III': expected one of localised, "
        "locally_advanced, metastatic, advanced, not_metastatic; "
        "did you mean 'tnm_stage_group: III'?",
    ),
    "fact said as a value": (
        ("{id: s, kind: stage, stage: no evidence of disease}",),
        "p.yaml:4: error, in s, field stage, value 'no evidence of disease': expected one of "
        "localised, locally_advanced, metastatic, advanced, not_metastatic; "
        "did you mean 'no_evidence_of_disease: true'?",
    ),
    "unit of something else": (
        ("{id: w, kind: body, weight_kg: {value: 70, unit: cm}}",),
        "p.yaml:4: error, in w, field weight_kg, value 'cm': "
        "expected a unit of weight_kg: 'cm' cannot be converted to 'kg'",
    ),
    "unit that is misspelt": (
        ("{id: lab, kind: laboratory, creatinine_umol_l: {value: 0.9, unit: mg/dL.}}",),
        "p.yaml:4: error, in lab, field creatinine_umol_l, value 'mg/dL.': expected a unit of "
        "creatinine_umol_l: 'mg/dL.' cannot be converted to 'umol/L'; did you mean 'mg/dL'?",
    ),
    "unit that is no text": (
        ("{id: w, kind: body, weight_kg: {value: 70, unit: 5}}",),
        "p.yaml:4: error, in w, field weight_kg, value 5: expected a unit in UCUM",
    ),
    "unit that is a list": (
        ("{id: w, kind: body, weight_kg: {value: 70, unit: [kg]}}",),
        "p.yaml:4: error, in w, field weight_kg: expected a unit in UCUM",
    ),
    "unit where there is none": (
        ("{id: d, kind: diagnosis, functioning: {value: true, unit: kg}}",),
        "p.yaml:4: error, in d, field functioning, value 'kg': "
        "expected no unit (this fact has none)",
    ),
    "per cent of a weight": (
        ("{id: w, kind: body, weight_kg: 70%}",),
        "p.yaml:4: error, in w, field weight_kg, value '70%': expected a number "
        "(70 kg would be plausible)",
    ),
    "impossible value": (
        ("{id: bx, kind: pathology, ki67_percent: 130}",),
        "p.yaml:4: error, in bx, field ki67_percent, value 130: expected a value from 0 to 100 %",
    ),
    "range upside down": (
        ("{id: bx, kind: pathology, ki67_percent: 9-2}",),
        "p.yaml:4: error, in bx, field ki67_percent, value '9-2': expected the lower bound first",
    ),
    "range for a single number": (
        ("{id: w, kind: body, weight_kg: 70-72}",),
        "p.yaml:4: error, in w, field weight_kg, value '70-72': "
        "expected one number (this fact takes no range)",
    ),
    "no number": (
        ("{id: bx, kind: pathology, ki67_percent: ten}",),
        "p.yaml:4: error, in bx, field ki67_percent, value 'ten': "
        "expected a number, '2-5', '<3' or '>20'",
    ),
    "infinite number": (
        ("{id: w, kind: body, weight_kg: inf}",),
        "p.yaml:4: error, in w, field weight_kg, value 'inf': expected a finite number",
    ),
    "infinite months": (
        ("{id: t, kind: treatment, option: lanreotide, benefit_months: inf}",),
        "p.yaml:4: error, in t, field benefit_months, value 'inf': expected a finite number",
    ),
    "impossible months": (
        ("{id: t, kind: treatment, option: lanreotide, benefit_months: 5000}",),
        "p.yaml:4: error, in t, field benefit_months, value 5000.0: "
        "expected a value from 0 to 900 mo (5000 days would be 164 months)",
    ),
    "half a cycle": (
        ("{id: t, kind: treatment, option: lanreotide, cycles: 4.5}",),
        "p.yaml:4: error, in t, field cycles, value 4.5: "
        "expected a valid integer, got a number with a fractional part",
    ),
    "number for a yes or no": (
        ("{id: d, kind: diagnosis, functioning: 1}",),
        "p.yaml:4: error, in d, field functioning, value 1: expected true or false",
    ),
    "no date": (
        ("{id: bx, kind: pathology, date: 2025-13-01}",),
        "p.yaml:4: error, in bx, field date, value '2025-13-01': expected a date such as "
        "2024-05-17, 2024-05 or 2024 ('2025-13-01' is no date)",
    ),
    "date of an event in the future": (
        ("{id: bx, kind: pathology, date: 2026-06-02}",),
        "p.yaml:4: error, in bx, field date, value '2026-06-02': "
        "expected a date not after 2026-06-01",
    ),
    "date given as a fact in the future": (
        ("{id: d, kind: diagnosis, diagnosis_date: 2027}",),
        "p.yaml:4: error, in d, field diagnosis_date, value '2027': "
        "expected a date not after 2026-06-01",
    ),
    "start in the future": (
        ("{id: t, kind: treatment, option: lanreotide, start: 2027-01}",),
        "p.yaml:4: error, in t, field start, value '2027-01': expected a date not after 2026-06-01",
    ),
    "stop before start": (
        ("{id: t, kind: treatment, option: lanreotide, start: 2025-03, stop: 2025-02}",),
        "p.yaml:4: error, in t, field stop, value '2025-02': "
        "expected a date after the start of lanreotide (2025-03)",
    ),
    "response before treatment": (
        (
            "{id: t, kind: treatment, option: lanreotide, start: 2025, date: 2024,"
            " best_response: PR}",
        ),
        "p.yaml:4: error, in t, field date, value '2024': "
        "expected a date after the start of lanreotide (2025)",
    ),
    "progression before treatment": (
        (
            "{id: t, kind: treatment, option: lanreotide, start: 2025-03-01}",
            "{id: ct, kind: progression, date: 2025-01, types: [radiological_recist],"
            ' "on": [lanreotide]}',
        ),
        "p.yaml:5: error, in ct, field date, value '2025-01': "
        "expected a date after the start of lanreotide (2025-03-01)",
    ),
    "progression on the class before its first member": (
        (
            "{id: t, kind: treatment, option: lanreotide, start: 2025-03-01}",
            '{id: ct, kind: progression, date: 2025-01, "on": [ssa]}',
        ),
        "p.yaml:5: error, in ct, field date, value '2025-01': "
        "expected a date after the start of lanreotide (2025-03-01)",
    ),
    "sign both seen and excluded": (
        ("{id: ct, kind: progression, types: [marker_rise], excluded: [marker_rise]}",),
        "p.yaml:4: error, in ct, field excluded, value 'marker_rise': "
        "expected a sign that 'types' does not name as well",
    ),
    "ongoing and stopped": (
        ("{id: t, kind: treatment, option: lanreotide, ongoing: true, stop: 2025}",),
        "p.yaml:4: error, in t, field ongoing, value True: "
        "expected false, or no 'stop' and no 'stop_reason'",
    ),
    "id used twice": (
        ("{id: bx, kind: pathology}", "{id: bx, kind: body}"),
        "p.yaml:5: error, in bx, field id, value 'bx': expected an id used once in the file",
    ),
    "id that is no word": (
        ("{id: [a], kind: body}",),
        "p.yaml:4: error, field id: expected a word",
    ),
    "unknown option": (
        ("{id: t, kind: treatment, option: lanreotied}",),
        "p.yaml:4: error, in t, field option, value 'lanreotied': "
        "expected an option of the therapy tree; did you mean 'lanreotide'?",
    ),
    "treatment without an option": (
        ("{id: t, kind: treatment}",),
        "p.yaml:4: error, in t, field option: expected a value: this key has to be there",
    ),
    "option that is a list": (
        ("{id: t, kind: treatment, option: [lanreotide]}",),
        "p.yaml:4: error, in t, field option: "
        "expected text, in quotes where it looks like a number",
    ),
    "progression on something unknown": (
        ('{id: ct, kind: progression, "on": [everolimu]}',),
        "p.yaml:4: error, in ct, field on, value 'everolimu': "
        "expected an option of the therapy tree; did you mean 'everolimus'?",
    ),
    "one word for a list": (
        ('{id: ct, kind: progression, "on": lanreotide}',),
        "p.yaml:4: error, in ct, field on, value 'lanreotide': expected a list",
    ),
    "misspelt reason": (
        ("{id: t, kind: treatment, option: lanreotide, stop_reason: toxicty}",),
        "p.yaml:4: error, in t, field stop_reason, value 'toxicty': expected one of progression, "
        "toxicity, completed, recurrence, symptoms_not_controlled, patient_choice, complication, "
        "other; did you mean 'toxicity'?",
    ),
    "event that is no mapping": (
        ("biopsy",),
        "p.yaml:4: error, field events, value 'biopsy': expected a mapping for each event",
    ),
    "key written twice": (
        ("{id: bx, kind: pathology, ki67_percent: 5, ki67_percent: 6}",),
        "p.yaml:4: error, field ki67_percent: expected each key once in a mapping",
    ),
}


@pytest.mark.parametrize(("events", "message"), ONE_FAULT.values(), ids=ONE_FAULT)
def test_one_fault_gives_one_message(
    events: tuple[str, ...], message: str, vocabulary: Vocabulary
) -> None:
    assert faults(*events, vocabulary=vocabulary) == [message]


@pytest.mark.parametrize("kind", ["[a]", "{a: b}", "5", "~", "biopsy"])
def test_a_kind_that_is_none_is_told_whatever_stands_there(
    kind: str, vocabulary: Vocabulary
) -> None:
    """A kind that was a list once ended in a traceback."""
    (message,) = faults(f"{{id: x, kind: {kind}}}", vocabulary=vocabulary)
    assert "in x, field kind" in message
    assert "expected one of treatment, progression, " in message


def test_a_misspelt_value_is_told_with_the_nearest_spelling(vocabulary: Vocabulary) -> None:
    (message,) = faults("{id: d, kind: diagnosis, primary_site: pancraes}", vocabulary=vocabulary)
    assert message.startswith("p.yaml:4: error, in d, field primary_site, value 'pancraes': ")
    assert message.endswith("did you mean 'pancreas'?")


def test_a_fact_by_the_beginning_of_its_name_is_recognised(vocabulary: Vocabulary) -> None:
    (message,) = faults("{id: bx, kind: pathology, ki67_p: 5}", vocabulary=vocabulary)
    assert message.endswith("did you mean 'ki67_percent'?")


# The head of the file ----------------------------------------------------------------------------

HEADS = {
    "no format": ("patient: p\nevents: []\n", "p.yaml:1: error, field gepnet: expected format 1"),
    "another format": (
        "gepnet: 2\npatient: p\nevents: []\n",
        "p.yaml:1: error, field gepnet, value 2: expected format 1",
    ),
    "no patient": (
        "gepnet: 1\nevents: []\n",
        "p.yaml:1: error, field patient: expected a value: this key has to be there",
    ),
    "patient as a number": (
        "gepnet: 1\npatient: 0071\nevents: []\n",
        "p.yaml:2: error, field patient, value 71: "
        "expected text, in quotes where it looks like a number",
    ),
    "no events": ("gepnet: 1\npatient: p\n", "p.yaml:1: error, field events: expected a list of"),
    "events by name": (
        "gepnet: 1\npatient: p\nevents: {a: b}\n",
        "p.yaml:3: error, field events: expected a list of events",
    ),
    "unknown key": (
        "gepnet: 1\npatient: p\nasof: 2024\nevents: []\n",
        "p.yaml:3: error, field asof: expected one of gepnet, patient, region, as_of, title, "
        "source, complete, events, losses, readings, unplaced; did you mean 'as_of'?",
    ),
    "unknown region": (
        "gepnet: 1\npatient: p\nregion: eu\nevents: []\n",
        "p.yaml:3: error, field region, value 'eu': expected one of EU, US, UK, NO, SE, IT, ES, "
        "CZ, CH, TW, AU, CN, JP, other; did you mean 'EU'?",
    ),
    "two regions": (
        "gepnet: 1\npatient: p\nregion: [EU, US]\nevents: []\n",
        "p.yaml:3: error, field region: expected one of EU, US, UK, NO, SE, IT, ES, CZ, CH, TW, "
        "AU, CN, JP, other",
    ),
    "date of the record in the future": (
        "gepnet: 1\npatient: p\nas_of: 2027\nevents: []\n",
        "p.yaml:3: error, field as_of, value '2027': expected a date not after 2026-06-01",
    ),
    "unknown complete domain": (
        "gepnet: 1\npatient: p\ncomplete: {treatment: 2024}\nevents: []\n",
        "p.yaml:3: error, field complete, value 'treatment': expected one of comorbidities, "
        "imaging, metastases, progression, symptoms, toxicities, treatments; "
        "did you mean 'treatments'?",
    ),
    "complete with no date": (
        "gepnet: 1\npatient: p\ncomplete: {treatments: soon}\nevents: []\n",
        "p.yaml:3: error, in complete, field treatments, value 'soon': "
        "expected a date such as 2024-05-17, 2024-05 or 2024",
    ),
    "complete in the future": (
        "gepnet: 1\npatient: p\ncomplete: {treatments: 2099-01-01}\nevents: []\n",
        "p.yaml:3: error, in complete, field treatments, value '2099-01-01': "
        "expected a date not after 2026-06-01",
    ),
    "complete denied": (
        "gepnet: 1\npatient: p\ncomplete: {treatments: false}\nevents: []\n",
        "p.yaml:3: error, in complete, field treatments, value False: "
        "expected a date such as 2024-05-17, 2024-05 or 2024",
    ),
    "complete as a word": (
        "gepnet: 1\npatient: p\ncomplete: treatments\nevents: []\n",
        "p.yaml:3: error, field complete, value 'treatments': expected domains, each with its date",
    ),
    "complete as a number": (
        "gepnet: 1\npatient: p\ncomplete: 5\nevents: []\n",
        "p.yaml:3: error, field complete, value 5: expected domains, each with its date",
    ),
    "complete as a list of mappings": (
        "gepnet: 1\npatient: p\ncomplete: [treatments: 2024]\nevents: []\n",
        "p.yaml:3: error, field complete: expected domains, each with its date",
    ),
    "losses as a word": (
        "gepnet: 1\npatient: p\nevents: []\nlosses: none\n",
        "p.yaml:4: error, field losses, value 'none': expected a list",
    ),
    "empty file": ("", "p.yaml: error: expected a patient file: a mapping with 'patient' and"),
    "list at the top": ("- a\n", "p.yaml:1: error: expected a patient file: a mapping with"),
    "one number": ("5\n", "p.yaml:1: error: expected a patient file: a mapping with 'patient'"),
    "syntax error": (
        "gepnet: 1\npatient: p\nevents:\n- {id: a, kind: body\n- b\n",
        "p.yaml:6: error: expected valid YAML (did not find expected ',' or '}')",
    ),
    "key that is a list": (
        "? [a, b]\n: c\ngepnet: 1\npatient: p\nevents: []\n",
        "p.yaml:1: error: expected a word as the key of a value",
    ),
    "two documents": ("gepnet: 1\n---\ngepnet: 1\n", "p.yaml:2: error: expected valid YAML (but "),
}


@pytest.mark.parametrize(("text", "message"), HEADS.values(), ids=HEADS)
def test_a_fault_of_the_head_gives_one_message(
    text: str, message: str, vocabulary: Vocabulary
) -> None:
    (found,) = (str(problem) for problem in problems(text, vocabulary))
    assert found.startswith(message)


# All in one run ----------------------------------------------------------------------------------


def test_every_fault_of_a_file_is_told_in_one_run(vocabulary: Vocabulary) -> None:
    """One faulty event once hid the order of events, and a faulty field the rest of its event."""
    text = """\
gepnet: 1
patient: p
region: Mars
as_of: 2030
complete: {treatment: 2024, symptoms: later}
events:
- {id: bx, kind: pathology, date: 2030, ki67_percent: 130, grade: G1, differentation: well}
- {id: bx, kind: body, weight_kg: {value: 70, unit: cm}}
- {kind: biopsy}
- {id: ssa, kind: treatment, option: lanreotied, start: 2025, stop: 2024, best_response: SDD}
- {id: eve, kind: treatment, option: everolimus, start: 2025-06, benefit_months: -1}
- {id: ct, kind: progression, date: 2025-01, types: [radiologyy], "on": [everolimus]}
"""
    found = [(p.line, p.entry, p.field) for p in problems(text, vocabulary)]
    assert found == [
        (3, "", "region"),
        (4, "", "as_of"),
        (5, "", "complete"),
        (5, "complete", "symptoms"),
        (7, "bx", "date"),
        (7, "bx", "differentation"),
        (7, "bx", "grade"),
        (7, "bx", "ki67_percent"),
        (8, "bx", "id"),
        (8, "bx", "weight_kg"),
        (9, "e3", "kind"),
        (10, "ssa", "best_response"),
        (10, "ssa", "option"),
        (10, "ssa", "stop"),
        (11, "eve", "benefit_months"),
        (12, "ct", "date"),
        (12, "ct", "types.0"),
    ]


def test_a_withdrawn_event_cannot_be_out_of_order(vocabulary: Vocabulary) -> None:
    text = f"""{HEAD}events:
- {{id: wrong, kind: treatment, option: lanreotide, start: 2025-09, withdrawn: true}}
- {{id: ssa, kind: treatment, option: lanreotide, start: 2024}}
- {{id: ct, kind: progression, date: 2025-01, "on": [lanreotide]}}
- {{id: other, kind: progression, date: 2020, withdrawn: true, "on": [lanreotide]}}
"""
    assert len(read(text, vocabulary).events) == 4


def test_an_event_without_an_id_never_takes_that_of_another(vocabulary: Vocabulary) -> None:
    text = f"{HEAD}events:\n- {{id: e2, kind: body}}\n- {{kind: body}}\n- {{kind: body}}\n"
    assert [event.id for event in read(text, vocabulary).events] == ["e2", "e2_", "e3"]


def test_a_value_of_any_length_leaves_the_message_readable(vocabulary: Vocabulary) -> None:
    (message,) = faults(f"{{id: w, kind: body, weight_kg: {'x' * 5000}}}", vocabulary=vocabulary)
    assert len(message) < 250
    assert message.endswith(": expected a number")


@pytest.mark.parametrize("digits", [40, 5000])
def test_a_number_of_any_length_is_refused(digits: int, vocabulary: Vocabulary) -> None:
    """Python does not print integers of thousands of digits, which once ended in a traceback."""
    (message,) = faults(f"{{id: w, kind: body, weight_kg: {'9' * digits}}}", vocabulary=vocabulary)
    assert message.endswith(": expected a finite number")


# Files that are none -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe\x00bad", "no UTF-8 text"),
        ("gepnet: 1\npatient: M\u00fcller\n".encode("latin-1"), "no UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no UTF-8 text"),
        (b"gepnet: 1\npatient: a\x00b\n", "valid YAML"),
        (b"[" * 100_000, "at most 100 levels of nesting"),
        (b"".join(b" " * n + b"a:\n" for n in range(3000)), "at most 100 levels of nesting"),
        (b"events: &a [*a]\n", "a value that does not contain itself"),
        (
            b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + b"".join(
                b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9))
                for n in range(1, 30)
            ),
            "at most 10000 values repeated by aliases",
        ),
    ],
    ids=[
        "not text", "Latin-1", "picture", "NUL", "deep list", "deep mapping", "itself", "laughs",
    ],
)  # fmt: skip
def test_a_file_that_is_no_patient_file_is_refused_at_once(
    content: bytes, expected: str, tmp_path: Path, vocabulary: Vocabulary
) -> None:
    """Deep nesting and aliases once took the interpreter down with it."""
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_record(path, vocabulary, TODAY)
    assert expected in str(caught.value)


def test_a_file_that_is_not_there_and_a_folder_are_refused(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    for path in (tmp_path, tmp_path / "nothing.yaml"):
        with pytest.raises(InputError, match="expected a readable patient file"):
            read_record(path, vocabulary)


def test_aliases_that_end_are_read(vocabulary: Vocabulary) -> None:
    events = "- {kind: body, date: &day 2024-05-01}\n- {kind: body, date: *day}\n"
    text = f"{HEAD}events:\n{events}"
    assert [str(event.date) for event in read(text, vocabulary).events] == ["2024-05-01"] * 2


# What is read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("complete: [treatments]", {"treatments": None}),
        ("complete: {treatments: }", {"treatments": None}),
        ("complete: {treatments: true}", {"treatments": None}),
        ("complete: {treatments: 2024-05}", {"treatments": "2024-05"}),
        ("complete: {}", {}),
    ],
)
def test_completeness_is_a_list_or_a_mapping_to_dates(
    head: str, expected: dict[str, Any], vocabulary: Vocabulary
) -> None:
    found = read(f"{HEAD}{head}\nevents: []\n", vocabulary).complete
    assert {name: None if day is None else str(day) for name, day in found.items()} == expected


def test_json_is_read_as_well(vocabulary: Vocabulary) -> None:
    text = (
        '{"gepnet": 1, "patient": "p", "as_of": "2024-05",'
        ' "events": [{"kind": "pathology", "ki67_percent": 7.5}]}'
    )
    record = read(text, vocabulary)
    assert str(record.events[0].values["ki67_percent"]) == "7.5"
    assert str(record.as_of) == "2024-05"


@pytest.mark.parametrize(
    "name", ["\U0001f600 A", "\U00020bb7\u91ce", "back\\slash", "\\ud83d", 'a "b"']
)
def test_any_name_can_stand_in_json(name: str, vocabulary: Vocabulary) -> None:
    """JSON writes a character beyond U+FFFF as two halves, which were once refused."""
    text = json.dumps({"gepnet": 1, "patient": name, "events": []})
    assert read(text, vocabulary).patient == name
