"""Decisions of published cases against the documents: verdicts, blindness, intervals, pages."""

from __future__ import annotations

import copy
import datetime
import json
import random
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from gepnet import api
from gepnet.cli.app import app
from gepnet.evaluation import (
    ERAS,
    Decisions,
    Evaluation,
    Stance,
    Verdict,
    evaluate,
    evaluation_view,
    stance_of,
    verdict_of,
)
from gepnet.guidelines import Cell, Status
from gepnet.io import CaseRecord, parse_case_file, published_records, records_of
from gepnet.io.case_file import PACKAGED_CASES, table
from gepnet.numbers import clustered_proportion, design_effect, wilson
from gepnet.vocabulary import Question
from scripts import evaluation_pages
from tests.io.case_data import CASE, POINT

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)
DOCS = Path(__file__).resolve().parent.parent / "docs"
NAMED = {Verdict.OPPOSED, Verdict.CONTESTED, Verdict.NOT_COVERED}
HIDDEN = ("decision", "outcome", "prrt", "lesion_measurements", "note", "systemic_line")


@cache
def packaged() -> Evaluation:
    return evaluate(published_records(api.base().vocabulary), api.base(), ASKED)


@cache
def packaged_view() -> dict[str, Any]:
    return evaluation_view(packaged())


def read(data: dict[str, Any]) -> list[CaseRecord]:
    text = json.dumps(data, default=str)
    return records_of(parse_case_file(text, "cases.yaml"), api.base().vocabulary)


def case(name: str, tumour: dict[str, Any], *points: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(CASE)
    made["case_id"], made["tumour"] = name, tumour
    for number, point in enumerate(points, 1):
        made["decision_points"].append({**POINT, "dp_id": f"{name}-dp{number}", **point})
    return made


def decided(*classes: str, text: str | None = None, **point: Any) -> dict[str, Any]:
    return {"decision": {"classes": list(classes), "text": text}, **point}


ILEUM = {
    "primary_site": "midgut",
    "primary_subsite": "ileum",
    "differentiation": "well",
    "ki67_text": "8 %",
    "functioning": False,
}
CARCINOID = {**ILEUM, "functioning": True, "syndrome": "carcinoid"}
PANCREAS = {**ILEUM, "primary_site": "pancreas", "primary_subsite": None}
SPREAD = {
    "disease_state": "new_diagnosis_metastatic",
    "stage": "stage IV",
    "metastatic_sites": ["liver"],
}
SSA_FAILED = [
    {"treatment_class": "SSA", "best_response": "SD", "duration_months": 9, "stop_reason": "PD"}
]
GREW = {**SPREAD, "disease_state": "progression_radiological", "prior_therapies": SSA_FAILED}
# One decision point for each verdict, as the packaged documents are known to speak of it.
HAND_MADE = [
    case("AA01", CARCINOID, decided("SSA", text="octreotide LAR 30 mg", **SPREAD)),
    case("BB01", ILEUM, decided("CAPTEM", **GREW)),
    case("CC01", ILEUM, decided("interferon", **GREW), decided("interferon", "SSA", **SPREAD)),
    case("DD01", PANCREAS, decided("endoscopic_resection", **SPREAD)),
    case("EE01", ILEUM, decided("PRRT", **GREW)),
    case(
        "FF01", ILEUM,
        decided("surgery_primary", stage="N0M0", metastatic_sites=[], resectability="resectable"),
    ),
    case("GG01", CARCINOID, decided("diazoxide", "rebiopsy", "stop_treatment", **SPREAD)),
]  # fmt: skip
EXPECTED = {
    "AA01-dp1": "supported",
    "BB01-dp1": "contested",
    "CC01-dp1": "opposed",
    "CC01-dp2": "contested",
    "DD01-dp1": "not_covered",
    "EE01-dp1": "undecidable",
    "FF01-dp1": "out_of_scope",
    "GG01-dp1": "out_of_scope",
}


# Verdicts --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hand_made() -> dict[str, dict[str, Any]]:
    view = evaluation_view(evaluate(read({"cases": HAND_MADE}), api.base(), ASKED))
    return {row["dp_id"]: row for row in view["rows"]}


def test_each_verdict_comes_out_as_known(hand_made: dict[str, dict[str, Any]]) -> None:
    assert {name: row["verdict"] for name, row in hand_made.items()} == EXPECTED


def test_a_row_says_which_documents_speak_and_what_is_missing(
    hand_made: dict[str, dict[str, Any]],
) -> None:
    assert hand_made["AA01-dp1"]["documents"]["norway-2020"] == "recommended"
    assert hand_made["CC01-dp1"]["documents"]["review-gi-net-2025"] == "against"
    assert "sstr_uptake_vs_liver" in hand_made["EE01-dp1"]["missing"]
    assert hand_made["FF01-dp1"]["documents"] == {}
    (part,) = hand_made["FF01-dp1"]["parts"]
    assert part["out_of_scope"] == "localised disease"
    reasons = [part["out_of_scope"] for part in hand_made["GG01-dp1"]["parts"]]
    assert all(reasons)
    assert hand_made["AA01-dp1"]["parts"][0]["options"] == ["octreotide_lar"]
    assert hand_made["EE01-dp1"]["parts"][0]["options"] == ["prrt"]


def test_packaged_decisions_are_supported_or_undecidable_as_far_as_was_reached() -> None:
    """A change of knowledge may move a case, and must say why; it may not lose what was reached."""
    totals = packaged_view()["totals"]
    assert totals["supported"] >= 46
    assert totals["undecidable"] <= 28
    assert sum(totals.values()) - totals["out_of_scope"] == 89


def test_the_parts_of_a_decision_keep_their_own_verdicts(
    hand_made: dict[str, dict[str, Any]],
) -> None:
    verdicts = {part["class"]: part["verdict"] for part in hand_made["CC01-dp2"]["parts"]}
    assert verdicts == {"interferon": "opposed", "SSA": "supported"}


@pytest.mark.parametrize(
    ("stances", "verdict"),
    [
        ("for quiet open", "supported"),
        ("for against", "contested"),
        ("both", "contested"),
        ("against open quiet", "opposed"),
        ("quiet open", "undecidable"),
        ("quiet", "not_covered"),
        ("", "not_covered"),
    ],
)
def test_the_verdict_of_stances(stances: str, verdict: str) -> None:
    assert verdict_of(map(Stance, stances.split())) == verdict


@pytest.mark.parametrize(
    ("status", "possible", "in_trial", "stance"),
    [
        ("recommended", "", False, "for"),
        ("option", "", False, "for"),
        ("against", "", False, "against"),
        ("conflicting", "", False, "both"),
        ("silent", "", False, "quiet"),
        ("not_read", "", False, "quiet"),
        ("out_of_scope", "", False, "quiet"),
        ("trial_only", "", True, "for"),
        ("trial_only", "", False, "open"),
        ("lesser", "", False, "quiet"),
        ("no_position", "", False, "quiet"),
        ("in_favour", "recommended option", False, "for"),
        ("quiet_either_way", "silent out_of_scope", False, "quiet"),
        ("fact_missing", "recommended silent", False, "open"),
        ("text_open", "option against", False, "open"),
        ("fact_missing", "option trial_only", True, "for"),
        ("text_open", "option trial_only", False, "open"),
    ],
)
def test_the_stance_of_a_cell(status: str, possible: str, in_trial: bool, stance: str) -> None:
    outcomes = tuple(map(Status, possible.split()))
    cell = Cell("d", "o", "i", Status(status), outcomes, (), False, (), (), ())
    assert stance_of(cell, in_trial) == stance


def test_a_class_is_decided_by_one_of_its_members(hand_made: dict[str, dict[str, Any]]) -> None:
    """Documents speak of lutetium dotatate; the decision says PRRT, no more."""
    (part,) = hand_made["EE01-dp1"]["parts"]
    assert {item["option"] for item in part["positions"]} >= {"lu177_dotatate"}


def test_purposes_follow_from_what_is_known() -> None:
    decisions = Decisions(api.base())
    records = {c.dp_id: c for c in published_records(api.base().vocabulary)}

    def purposes(name: str) -> dict[str, tuple[str, ...]]:
        facts = api.facts_of(records[name].record, api.base())
        return {part.name: part.intents for part in decisions.parts(records[name], facts)}

    both = ("tumour_control", "symptom_control")
    assert purposes("SI02-dp5") == {"PRRT": both}  # uncontrolled secretory diarrhoea
    assert purposes("SI07-dp3") == {"SSA_dose_escalation": both}  # a functioning tumour
    assert purposes("PN02-dp2") == {"SSA": ("tumour_control",)}
    assert purposes("PN14-dp1") == {"PRRT_neoadjuvant": ("downsizing",)}
    assert purposes("PF02-dp3") == {"sunitinib": ("tumour_control",)}


def test_going_on_counts_only_beside_what_the_position_names() -> None:
    """An analogue after progression on it: beside PRRT it is recommended, beside others nothing."""
    after = {**GREW, "sstr_imaging": {"result": "positive", "krenning": 4}}
    points = [decided("everolimus", "SSA", **after), decided("PRRT", "SSA", **after)]
    rows = evaluate(read({"cases": [case("HH01", CARCINOID, *points)]}), api.base(), ASKED).rows
    stances = [row.parts[1].documents["review-gi-net-2025"].stance for row in rows]
    assert stances == [Stance.QUIET, Stance.FOR]


def test_the_table_of_classes_names_options_facts_and_classes_that_exist() -> None:
    data, base = table("classes"), api.base()
    rules, known = data["evaluation"], {*data["classes"], *data["not_an_option"]}
    options = [*data["classes"].values(), *data["history"].values()]
    options += [rule["option"] for rule in rules["continuation"].values()]
    assert {name for name in options if name not in base.options} == set()
    named = [*rules["intents"], *rules["continuation"], *rules["not_antitumour"]]
    named += [*rules["trial"]["classes"], rules["trial"]["setting"]]
    named += [name for rule in rules["symptom_control"] for name in rule.get("classes", ())]
    assert set(named) <= known
    intents = {intent for _, intent in base.row_order}
    assert {i for names in rules["intents"].values() for i in names} <= intents
    assert Decisions(base).facts_named


# Blindness -------------------------------------------------------------------------------------


def test_hidden_fields_do_not_change_what_documents_say() -> None:
    """Every hidden field goes to another patient; only the decision that is looked up comes back.

    So statuses come from the record alone, and the decision only chooses among them.
    """
    plain = yaml.load(PACKAGED_CASES.read_text(encoding="utf-8"), yaml.CSafeLoader)
    shuffled = copy.deepcopy(plain)
    points = [point for item in shuffled["cases"] for point in item["decision_points"]]
    for name in HIDDEN:
        values = [point[name] for point in points]
        random.Random(name).shuffle(values)
        for point, value in zip(points, values, strict=True):
            point[name] = value
    for item in shuffled["cases"]:
        item["source"].update(title="changed", url=None, language="xx")
        item["data_quality"] = {"notes": "changed"}
        item["tumour"].update(grade_bin="NEC", ki67_pct=99)
    moved = read(shuffled)
    asked = read(plain)
    assert [c.decision_classes for c in moved] != [c.decision_classes for c in asked]
    pairs = zip(moved, asked, strict=True)
    back = [
        replace(new, decision_classes=old.decision_classes, decision_text=old.decision_text)
        for new, old in pairs
    ]
    assert evaluation_view(evaluate(back, api.base(), ASKED)) == packaged_view()


# Totals ----------------------------------------------------------------------------------------


def test_totals_add_up() -> None:
    view = packaged_view()
    points = view["decision_points"]
    verdicts = [verdict.value for verdict in Verdict]
    assert (points, view["cases"], len(view["rows"])) == (108, 48, 108)
    assert list(view["totals"]) == verdicts
    assert sum(view["totals"].values()) == points
    assert tuple(view["by_era"]) == ERAS
    for verdict in verdicts:
        assert view["totals"][verdict] == sum(era[verdict] for era in view["by_era"].values())
        assert view["totals"][verdict] == sum(r["verdict"] == verdict for r in view["rows"])
        assert view["parts"][verdict] == sum(c[verdict] for c in view["by_class"].values())
    assert {sum(counts.values()) for counts in view["by_document"].values()} == {points}
    in_scope = points - view["totals"]["out_of_scope"]
    for verdict, share in view["intervals"].items():
        assert (share["count"], share["of"]) == (view["totals"][verdict], in_scope)
        assert share["low"] <= share["share"] <= share["high"]
    assert view["hindsight"] is True
    assert view["knowledge_date"] == "2026-11-22"


def test_every_row_has_the_documents_in_force_and_no_other() -> None:
    view = packaged_view()
    assert "enets-2016" not in view["by_document"]
    for row in view["rows"]:
        assert set(row["documents"]) in (set(), set(view["by_document"]))
        assert {"dp_id", "classes", "verdict", "documents", "missing"} <= set(row)
        assert bool(row["documents"]) is (row["verdict"] != "out_of_scope")
        if row["verdict"] == "undecidable":
            open_ = {"text_open", "fact_missing", "trial_only"} & set(row["documents"].values())
            assert open_


def test_the_era_is_that_of_the_decision_and_never_guessed() -> None:
    rows = {row.dp_id: row for row in packaged().rows}
    assert rows["PN02-dp3"].era == "before_2017"  # decided in 2014, published in 2018
    assert rows["PN02-dp4"].era == "2017_on"
    assert rows["BI02-dp1"].era == "before_2017"  # no date, published in 2015
    assert rows["BI01-dp1"].era == "unknown"  # no date, published in 2017
    assert rows["DU02-dp2"].era == "unknown"  # neither


# Intervals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Newcombe RG. Two-sided confidence intervals for the single proportion: comparison of seven
    # methods. Stat Med 1998;17:857-72, table I, method 3 (score method without continuity
    # correction).
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_as_published(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count / of, of)
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


# Pups alive at 4 days and at 21 days, litter by litter: Weil CS, Food Cosmet Toxicol
# 1970;8:177-82, the example of Rao and Scott 1992 (table 1).
CONTROL = [
    (13, 13), (12, 12), (9, 9), (9, 9), (8, 8), (8, 8), (13, 12), (12, 11), (10, 9), (10, 9),
    (9, 8), (13, 11), (5, 4), (7, 5), (10, 7), (10, 7),
]  # fmt: skip
TREATED = [
    (12, 12), (11, 11), (10, 10), (9, 9), (11, 10), (10, 9), (10, 9), (9, 8), (9, 8), (5, 4),
    (9, 7), (7, 4), (10, 5), (6, 3), (10, 3), (7, 0),
]  # fmt: skip


def test_design_effects_as_published() -> None:
    """The values that the R package PF prints for the example of Rao and Scott."""
    assert design_effect(CONTROL) == pytest.approx(1.232495, abs=1e-6)
    assert design_effect(TREATED) == pytest.approx(3.952861, abs=1e-6)


def test_design_effect_at_its_limits() -> None:
    assert design_effect([(1, 1), (1, 0), (1, 0), (1, 1)]) == pytest.approx(4 / 3)
    assert design_effect([(2, 1), (2, 1)]) == 1  # cases alike: never narrower than independent
    assert design_effect([(3, 0), (1, 0)]) == 10 / 4  # never seen: points copy each other
    assert design_effect([(3, 2)]) == 3
    assert clustered_proportion([(0, 0)]) is None
    share = clustered_proportion([(0, 0), *TREATED])
    assert share is not None
    assert (share.count, share.of) == (112, 145)
    assert (share.low, share.high) == wilson(112 / 145, 145 / share.design_effect)
    low, high = wilson(112 / 145, 145)
    assert share.low < low < high < share.high


# The command -----------------------------------------------------------------------------------


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "cases.yaml"
    path.write_text(yaml.safe_dump({"cases": HAND_MADE}), encoding="utf-8")
    return path


def test_the_command_prints_json(case_file: Path) -> None:
    result = CliRunner().invoke(app, ["cases", "evaluate", str(case_file), "--format", "json"])
    assert result.exit_code == 0
    view = json.loads(result.output)
    assert {"decision_points", "totals", "by_era", "by_document", "rows"} <= set(view)
    assert view["decision_points"] == len(EXPECTED)
    assert view["knowledge_date"] == datetime.date.today().isoformat()
    assert {row["dp_id"]: row["verdict"] for row in view["rows"]} == EXPECTED


def test_the_command_prints_tables(case_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    command = ["cases", "evaluate", str(case_file), "--knowledge-date", "2026-11-22"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0
    assert "8 decision points of 7 cases" in result.output
    assert "hindsight" in result.output
    assert "review-gi-net-2025: against" in result.output
    for name, verdict in EXPECTED.items():
        assert (name in result.output) is (verdict in {"opposed", "contested", "not_covered"})


def test_the_packaged_cases_are_the_default() -> None:
    command = ["cases", "evaluate", "--knowledge-date", "2026-11-22", "--format", "json"]
    result = CliRunner().invoke(app, command)
    assert json.loads(result.output) == packaged_view()


def test_an_early_knowledge_date_knows_few_documents(case_file: Path) -> None:
    early = api.evaluate_cases(
        case_file, api.base(), Question(knowledge_date=datetime.date(2016, 12, 31))
    )
    assert set(early["by_document"]) < {"enets-2016", "spain-2016", "norway-2020", "esmo-2020"}
    assert early["totals"]["supported"] < packaged_view()["totals"]["supported"]


# The pages -------------------------------------------------------------------------------------


def test_every_class_is_on_the_page_of_classes() -> None:
    page = evaluation_pages.pages(DAY)[evaluation_pages.CLASSES_PAGE]
    data = table("classes")
    for name, option in data["classes"].items():
        (line,) = re.findall(rf"^\| `{re.escape(name)}` \|.*$", page, re.M)
        assert f"(`{option}`)" in line
        reason = data["evaluation"]["not_antitumour"].get(name)
        assert ("out of scope" in line) is (reason is not None)
    for name in data["not_an_option"]:
        assert re.search(rf"^\| `{re.escape(name)}` \|  \| out of scope: ", page, re.M)


def test_every_decision_point_is_on_the_page_of_verdicts() -> None:
    page = evaluation_pages.pages(DAY)[evaluation_pages.VERDICTS_PAGE]
    assert {row.dp_id for row in packaged().rows if f"| {row.dp_id} |" not in page} == set()
    for text in evaluation_pages.pages(DAY).values():
        for block in text.split("\n\n"):
            lines = [line for line in block.splitlines() if line.startswith("|")]
            assert len({len(re.split(r"(?<!\\)\|", line)) for line in lines}) <= 1, lines[:2]


def test_every_opposed_contested_or_uncovered_decision_is_explained() -> None:
    """Of each decision point, and of each part of one; and nothing else is explained there."""
    page = (DOCS / "explanation" / "published-cases.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"\*\*([A-Z]{2}\d\d-dp\d+)\.?\*\*", page))
    wanted = {
        row.dp_id
        for row in packaged().rows
        if row.verdict in NAMED or any(part.verdict in NAMED for part in row.parts)
    }
    assert explained == wanted
    assert ("At present none is contested" in page) is (packaged_view()["totals"]["contested"] == 0)


@pytest.mark.parametrize(
    ("point", "classes", "text", "verdict"),
    [
        ("PF01-dp2", ("SSA",), "lanreotide 120 mg", "supported"),
        ("RE09-dp2", ("surgery_liver",), None, "opposed"),
        ("UP05-dp2", ("PRRT",), "177Lu-DOTATATE", "undecidable"),
    ],
)
def test_what_the_page_says_of_another_reading_of_the_decision(
    point: str, classes: tuple[str, ...], text: str | None, verdict: str
) -> None:
    records = {c.dp_id: c for c in published_records(api.base().vocabulary)}
    changed = replace(records[point], decision_classes=classes, decision_text=text)
    assert evaluate([changed], api.base(), ASKED).rows[0].verdict == verdict
