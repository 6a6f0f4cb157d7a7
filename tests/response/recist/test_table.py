"""The table of overall responses: complete, as published, and what the code uses."""

import datetime
from itertools import product

import pytest

from gepnet import api
from gepnet.knowledge import InputError
from gepnet.response.recist import assess, overall_rows, read_options
from gepnet.response.recist.model import Patient, PatientRow
from gepnet.response.recist.rules import Rules
from gepnet.response.recist.timepoint import overall_response
from tests.response.recist.helpers import course, options, overall, rules

# Fact sheet of response definitions, section 1.7, row by row.
PUBLISHED = {
    ("CR", "CR", "no"): "CR",
    ("CR", "NON-CR/NON-PD", "no"): "PR",
    ("CR", "NE", "no"): "PR",
    ("PR", "CR", "no"): "PR",
    ("PR", "NON-CR/NON-PD", "no"): "PR",
    ("PR", "NE", "no"): "PR",
    ("SD", "CR", "no"): "SD",
    ("SD", "NON-CR/NON-PD", "no"): "SD",
    ("SD", "NE", "no"): "SD",
    ("NE", "CR", "no"): "NE",
    ("NE", "NON-CR/NON-PD", "no"): "NE",
    ("none", "CR", "no"): "CR",
    ("none", "NON-CR/NON-PD", "no"): "NON-CR/NON-PD",
    ("none", "NE", "no"): "NE",
}
TARGETS, OTHERS, NEWS = (
    ("CR", "PR", "SD", "PD", "NE", "none"),
    ("CR", "NON-CR/NON-PD", "NE", "PD", "none"),
    ("no", "equivocal", "yes"),
)


def test_every_combination_has_one_row() -> None:
    table = rules().overall.table
    assert set(table) == set(product(TARGETS, OTHERS, NEWS))
    assert len(overall_rows(rules())) == 6 * 5 * 3 - 3  # a patient has lesions of some kind


def test_the_table_is_as_published() -> None:
    table = {key: row.overall for key, row in rules().overall.table.items()}
    for key, expected in PUBLISHED.items():
        assert table[key] == expected, key
    for (target, other, new), found in table.items():
        if "PD" in (target, other) or new == "yes":
            assert found == "PD"
        else:
            assert found != "PD"
            assert found == table[target, other, "no"]  # an equivocal finding changes nothing yet


# How to bring a patient into each state: rows after a baseline of one lesion of each kind.
TARGET_ROWS = {
    "CR": [50, "absent"], "PR": [50, 30], "SD": [50, 50], "PD": [50, 70],
    "NE": [50, "not_evaluated"], "none": [],
}  # fmt: skip
OTHER_ROWS = {
    "CR": ["present", "absent"], "NON-CR/NON-PD": ["present", "present"],
    "NE": ["present", "not_evaluated"], "PD": ["present", "unequivocal_progression"], "none": [],
}  # fmt: skip
NEW_ROWS = {"no": [], "equivocal": [None, "present"], "yes": [None, "present"]}


STATES = [key for key in product(TARGETS, OTHERS, NEWS) if key[:2] != ("none", "none")]


@pytest.mark.parametrize("key", STATES, ids="-".join)
def test_lesions_in_each_state_come_out_as_the_row_says(key: tuple[str, str, str]) -> None:
    target, other, new = key
    rows = [
        *course("T", TARGET_ROWS[target]),
        *course("N", OTHER_ROWS[other], role="non_target"),
        *course("X", NEW_ROWS[new], role="new" if new == "yes" else "new_equivocal"),
    ]
    assert overall(rows) == [rules().overall.table[key].overall]
    states = [None if word == "none" else word for word in (target, other)]
    is_new = {"yes": True, "no": False, "equivocal": None}[new]
    assert overall_response(*states, is_new, rules()) == overall(rows)[0]


def test_two_assessments_as_in_the_paper_where_they_agree() -> None:
    """The table of the paper for two assessments (recalled) beside the rule that the code runs."""
    differs = []
    for pair in rules().confirmed_pairs.rows:
        for early in (False, True):
            days = ("2024-01-10", "2024-01-20") if early else ("2024-03-01", "2024-04-20")
            found = best(days, (pair.first, pair.second), confirmation_days=10)
            allowed = pair.early if early else pair.best
            if found not in allowed:
                differs.append((pair.first, pair.second, early, found, allowed))
    assert differs == [
        ("CR", "PR", True, "NE", ("SD", "PD", "PR")),
        ("CR", "SD", True, "NE", ("PD",)),
        ("PR", "SD", True, "NE", ("SD",)),
    ]
    early = ("2024-01-10", "2024-01-20")
    assert best(early, ("CR", "SD"), early_sd_after_cr="PD") == "PD"


def best(days: tuple[str, ...], words: tuple[str, ...], **given: str | int) -> str:
    start = PatientRow("p", reference=datetime.date(2024, 1, 1))
    found = tuple(
        (datetime.date.fromisoformat(day), word) for day, word in zip(days, words, strict=True)
    )
    return assess(
        Patient(start, responses=found), rules(), options(**given)
    ).best_confirmed.response


def test_a_cr_followed_by_less_can_be_read_three_ways() -> None:
    days = ("2024-03-01", "2024-04-01", "2024-05-01")
    words = ("CR", "PR", "PR")
    assert best(days, words) == "PR"  # the second PR confirms the first
    assert best(days[:2], words[:2]) == "SD"
    assert best(days[:2], words[:2], less_after_cr="cr_was_pr") == "PR"
    assert best(days[:2], words[:2], less_after_cr="progression") == "SD"
    assert best(("2024-01-10", "2024-01-20"), words[:2], less_after_cr="progression") == "PD"


def test_every_rule_names_a_source_of_the_bibliography() -> None:
    base = api.base()
    known = {source.id for source in base.knowledge.sources}

    def walk(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["source"]} if isinstance(node.get("source"), str) else set()
            return own.union(*map(walk, node.values()))
        return set().union(*map(walk, node)) if isinstance(node, list) else set()

    for name in ("recist-1.1", "growth", "choi"):
        cited = walk(base.knowledge.measures[name])
        assert cited and cited <= known, name


def test_a_fault_in_the_data_names_file_and_key() -> None:
    data = dict(api.base().knowledge.measures["recist-1.1"])
    response = dict(data["response"], progression_mm={"value": "five"})
    with pytest.raises(InputError) as error:
        Rules.read({"recist-1.1": data | {"response": response}})
    first = error.value.problems[0]
    assert first.file == "measures/recist-1.1.yaml"
    assert first.field.startswith("response.progression_mm")
    rows = [row for row in data["overall"]["rows"] if row["overall"] != "SD"]
    broken = Rules.model_validate(data | {"overall": data["overall"] | {"rows": rows}})
    with pytest.raises(InputError, match="SD x CR x no"):
        _ = broken.overall.table


def test_options_are_checked_by_name_and_value() -> None:
    with pytest.raises(InputError) as error:
        read_options(rules(), {"pr_cary_forward": "literal", "max_ne_between": "-1"})
    told = [str(problem) for problem in error.value.problems]
    assert "did you mean 'pr_carry_forward'?" in told[1]
    assert "expected a whole number, 0 or more" in told[0]
    assert {choice.default for choice in rules().options if choice.values} <= {
        value for choice in rules().options for value in choice.values
    }
