"""A file of plain lines is read without a parser, and as the parser reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import gepnet
from gepnet.knowledge import InputError, read_yaml, yaml_io
from gepnet.knowledge.yaml_lines import NotPlain, read_lines
from gepnet.record import parse_record
from gepnet.vocabulary import load_vocabulary

PACKAGE, TESTS = Path(gepnet.__file__).parent, Path(__file__).parents[1]


def typed(value: Any) -> Any:
    """A value in which 1, 1.0 and "1" differ, and the order of keys counts."""
    if isinstance(value, dict):
        return [(key, typed(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value).__name__, str(value)


def lines_of(text: str) -> dict[str, Any] | None:
    try:
        return read_lines(text, yaml_io._data)
    except NotPlain:
        return None


def parsed(text: str) -> tuple[Any, dict[yaml_io.Path, int]] | None:
    """What the whole reader says, without any way past it; None where it refuses."""
    try:
        root = yaml.compose(text, Loader=yaml_io._Loader)
    except yaml.YAMLError:
        return None
    lines: dict[yaml_io.Path, int] = {}
    problems: list[Any] = []
    data = None if root is None else yaml_io._construct(root, (), "", lines, problems)
    return None if problems else (data, lines)


@pytest.fixture(autouse=True)
def every_file_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only long files are read by lines; what is tried here is short."""
    monkeypatch.setattr(yaml_io, "LONG", 0)


def test_what_people_write_by_hand_is_read_by_the_parser_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    assert max(len(p.read_text(encoding="utf-8")) for p in TESTS.rglob("p0*.yaml")) < yaml_io.LONG
    monkeypatch.setattr("gepnet.knowledge.yaml_lines.read_lines", None)
    assert read_yaml("gepnet: 1", "x.yaml").data == {"gepnet": 1}


def agrees(text: str) -> bool:
    """Whether a text is read by lines; it is then read as the parser reads it, lines and all."""
    found = lines_of(text)
    if found is None:
        return False
    whole = parsed(text)
    assert whole is not None, text
    assert typed(found) == typed(whole[0])
    document = read_yaml(text, "x.yaml")
    assert typed(document.data) == typed(found)
    assert {path: document.line(path) for path in whole[1]} == whole[1]
    return True


def test_every_file_that_is_read_by_lines_is_read_as_the_parser_reads_it() -> None:
    files = [path for folder in (PACKAGE, TESTS) for path in sorted(folder.rglob("*.yaml"))]
    texts = [path.read_text(encoding="utf-8") for path in files if "hostile" not in path.parts]
    read = [text for text in texts if len(text) < 100_000 and agrees(text)]
    assert len(read) > 50


PLAIN = """\
# a comment
gepnet: 1
title: "in quotes: # all the same"
'on': [a, "b, c", [1, 2.50]]
empty: {}
head:
  # of what stands further in
  nothing:
  dates: {treatments: 2026-01-15, progression: ~}
events:
- id: a#1   # a comment
  date: 2024-05-17T08:30+02:00
  value: {value: 0.90, unit: mg/dL}

- {id: b, kind: note, range: 2-5, below: <3, tilde: ~15}
- words
- id: c
  text: a note that goes
    on
- text: >-
    folded

    again
  "quoted": "\\u00b5: it's"
- {id: d,
   kind: note}
list:
  - x
  -  y
"""


def test_what_people_and_exports_write_is_read_by_lines() -> None:
    assert agrees(PLAIN.replace("  -  y\n", "  - y\n"))
    assert agrees(PLAIN.replace("  -  y\n", "").replace("\n", "\r\n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a: 1\n",
        "a: 1\n---\nb: 2\n",
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "a: |\n  b\n",
        "a: b\n  c\n",
        "a: b: c\n",
        "a: 1\na: 2\n",
        "a: {b: 1, b: 2}\n",
        'a: "\\u00b5"\n',
        "a:\n\tb: 1\n",
        "a: \x85b\n",
        "a: {b: 1\n  , c: 2}\n",
        "a: [b: 1]\n",
        "a: [1, 2\n",
        "a:\n  b: 1\n c: 2\n",
        "a: 1\n  b: 2\n",
        "a:\n- b\n c: 1\n",
        "<<: {a: 1}\n",
        "a: {?b: 1}\n",
        "? a\n: b\n",
        f"a: {'[' * 150}{']' * 150}\n",
        "".join(f"{' ' * i}a:\n" for i in range(150)),
    ],
)
def test_whatever_else_there_is_is_left_to_the_parser(text: str) -> None:
    assert lines_of(text) is None


WORDS = st.sampled_from(
    """a|1|0.50|2024-05-17|08:30|<3|~|no|null|a b|a#b|-1|x: y|"q, r"|'s: t'|[a, 1]|{a: 1, b: [2]}
    |{a}|[]|*x|&x 1|>|- z|#c""".replace("\n    ", "").split("|")
)
LINES = st.builds(
    lambda indent, dash, key, value, tail: f"{' ' * indent}{dash}{key}{value}{tail}",
    st.sampled_from([0, 0, 2, 2, 4, 1]),
    st.sampled_from(["", "", "", "- ", "-  "]),
    st.sampled_from(["a: ", "b: ", "c: ", "d:", '"e": ', "", "f :"]),
    st.one_of(st.just(""), WORDS),
    st.sampled_from(["", "", "", " # told", " "]),
)


def test_lines_put_together_at_random_are_read_alike_or_left() -> None:
    seen = set()

    @settings(max_examples=400)
    @given(st.lists(LINES, min_size=1, max_size=7).map("\n".join))
    def each(text: str) -> None:
        seen.add(agrees(text))

    each()
    assert seen == {True, False}


@pytest.mark.parametrize(
    "item",
    [
        '- text: "begins here\n- id: and ends"\n',
        "- [a,\n- b]\n",
        "- &x {a: 1}\n- *x\n",
        "- a: 1\n  a: 2\n",
        "- a: |\n  b\n",
        "- a: |\n    b\n# c\n    d\n",
    ],
)
def test_what_goes_beyond_an_item_leaves_the_whole_file_to_the_parser(item: str) -> None:
    assert lines_of(f"events:\n- a: 1\n{item}- b: 2\n") is None


def test_a_file_of_odd_items_is_left_to_the_parser_which_is_faster_then() -> None:
    asked: list[str] = []

    def whole(text: str) -> list[Any]:
        asked.append(text)
        return [text]

    odd = '- a: "\\u00b5"\n'
    assert len(read_lines(f"events:\n{odd * 900}", whole)["events"]) == 900 == len(asked)
    with pytest.raises(NotPlain):
        read_lines(f"events:\n{odd * 2000}", whole)


def test_a_record_without_fault_needs_no_parser_and_one_with_a_fault_tells_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "gepnet: 1\npatient: p\nevents:\n" + "".join(
        f"- kind: laboratory\n  date: 2024-01-0{day}\n  platelets_10e9_l: 210\n"
        for day in range(1, 6)
    )
    vocabulary = load_vocabulary()
    asked: list[str] = []
    whole = yaml_io._plainly
    monkeypatch.setattr(yaml_io, "_plainly", lambda text: (asked.append(text), whole(text))[1])
    assert len(parse_record(text, "p.yaml", vocabulary).events) == 5
    assert not asked
    with pytest.raises(InputError) as refused:
        parse_record(text.replace("-05\n", "-50\n"), "p.yaml", vocabulary)
    assert [problem.line for problem in refused.value.problems] == [17]
    assert len(asked) == 1
