"""YAML is read as its author typed it, and a fault is named with its line."""

from decimal import Decimal
from typing import Any

import pytest

from gepnet.knowledge import InputError, Problem, nearest, read_yaml


def data(text: str) -> Any:
    return read_yaml(text, "x.yaml").data


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_yaml(text, "x.yaml")
    return [str(problem) for problem in caught.value.problems]


# What is read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: 7.4", Decimal("7.4")),
        ("x: 7.40", Decimal("7.40")),
        ("x: 3", 3),
        ("x: -3", -3),
        ("x: 1_000", 1000),
        ("x: 0.1", Decimal("0.1")),
        ("x: '3'", "3"),
        ('x: "3"', "3"),
        ("x: true", True),
        ("x: False", False),
        ("x: 'true'", "true"),
        ("x: null", None),
        ("x: ~", None),
        ("x:", None),
        ("x: 2-5", "2-5"),
        ("x: <3", "<3"),
    ],
)
def test_scalars_keep_what_was_typed(text: str, value: object) -> None:
    found = data(text)["x"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", ["NO", "no", "yes", "on", "off", "y", "N"])
def test_words_that_yaml_takes_for_booleans_stay_words(word: str) -> None:
    # NO is Norway.
    assert data(f"region: [{word}]\n{word}: 1") == {"region": [word], word: 1}


@pytest.mark.parametrize("text", ["2019", "2019-05", "2019-05-17", "2019-05-17T10:00:00"])
def test_dates_stay_as_written(text: str) -> None:
    assert str(data(f"x: {text}")["x"]) == text


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf", "0x1F", "12:30"])
def test_numbers_that_nobody_means_stay_text(text: str) -> None:
    assert data(f"x: {text}")["x"] == text


def test_tags_never_make_objects() -> None:
    assert data("x: !!python/name:os.system ''") == {"x": ""}


def test_an_empty_file_holds_nothing() -> None:
    assert data("") is None
    assert data("# only a comment\n") is None


# Lines -------------------------------------------------------------------------------------------

TEXT = """\
# a comment
facts:
- id: a
  label: A
- id: b
  values:
  - x
  - {id: y,
     label: Y}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("facts",), 2),
        (("facts", 0), 3),
        (("facts", 0, "label"), 4),
        (("facts", 1), 5),
        (("facts", 1, "values"), 6),
        (("facts", 1, "values", 0), 7),
        (("facts", 1, "values", 1), 8),
        (("facts", 1, "values", 1, "label"), 9),
        (("facts", 0, "nothing", "of the kind"), 3),
        (("nothing",), 2),
    ],
)
def test_every_path_has_a_line_if_only_that_of_its_parent(
    path: tuple[str | int, ...], line: int
) -> None:
    assert read_yaml(TEXT, "x.yaml").line(path) == line


# Faults ------------------------------------------------------------------------------------------


def test_a_key_written_twice_is_named_with_its_line() -> None:
    assert problems("a: 1\nb: 2\na: 3\n") == [
        "x.yaml:3: error, field a: expected each key once in a mapping"
    ]


def test_all_keys_written_twice_are_named() -> None:
    found = problems("a:\n  b: 1\n  b: 2\nc:\n- d: 1\n  d: 2\n")
    assert [text.split(":")[1] for text in found] == ["3", "6"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 'open\n", 2),
        ("a: 1\nb: c: d\n", 2),
        ("a: *nowhere\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
    ],
)
def test_a_syntax_error_is_named_with_its_line(text: str, line: int) -> None:
    (found,) = problems(text)
    assert found.startswith(f"x.yaml:{line}: error: expected valid YAML (")


def test_a_control_character_is_no_yaml() -> None:
    (found,) = problems("a: \x01\n")
    assert found.startswith("x.yaml: error: expected valid YAML (unacceptable character")


# Problems ----------------------------------------------------------------------------------------


def test_a_problem_says_place_entry_field_value_expectation_and_nearest_spelling() -> None:
    problem = Problem("x.yaml", 7, "rlt-first", "kind", "'guidline'", "a kind", "guideline")
    assert str(problem) == (
        "x.yaml:7: error, in rlt-first, field kind, value 'guidline': expected a kind; "
        "did you mean 'guideline'?"
    )


def test_a_problem_without_line_and_entry_is_short() -> None:
    assert str(Problem("x.yaml", None, "", "", "", "a file")) == "x.yaml: error: expected a file"


def test_problems_come_in_file_and_line_order_and_once() -> None:
    late, early = (Problem("x.yaml", line, "", "", "", "y") for line in (9, 2))
    other = Problem("a.yaml", 5, "", "", "", "y")
    assert InputError([late, early, other, late]).problems == [other, early, late]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("pancraes", "pancreas"),
        ("ki67", "ki67_percent"),
        ("KI67_PERCENT", "ki67_percent"),
        ("xyz", None),
        ("", None),
    ],
)
def test_the_nearest_spelling_is_close_or_none(word: str, found: str | None) -> None:
    assert nearest(word, ["stomach", "pancreas", "ki67_percent"]) == found
