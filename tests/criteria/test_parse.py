"""The parser never crashes and never guesses, and the codec never takes what is no criterion."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gepnet.criteria import And, Criteria, CriterionError, IsKnown, Not, walk
from gepnet.criteria.codec import decode, encode
from gepnet.criteria.parse import parse
from gepnet.criteria.text import to_text
from gepnet.vocabulary import Vocabulary, load_vocabulary
from tests.criteria import spec

WORDS = [
    "progressed", "ki67_percent", "age_years", "primary_site", "last_imaging", "unknown_fact",
    "and", "or", "not", "in", "between", "is", "null", "true", "like", "select", "from", "case",
    "(", ")", ",", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "'pancreas'", "'x'", "''",
    "3", "2.5", "1e5", "0.333", "99999999999999999999", "--", "/*", ";", ":", "?", "$1", "%", "::",
]  # fmt: skip


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
@example("")
@example("\x00")
@example("'")
@example("progressed /*")
def test_any_text_is_a_criterion_or_a_criterion_error(text: str) -> None:
    vocabulary = spec.vocabulary()
    try:
        node = parse(text, vocabulary)
    except CriterionError as error:
        assert error.faults
        assert all(fault.expected for fault in error.faults)
    else:
        assert parse(to_text(node), vocabulary) == node


@given(st.text(max_size=30))
def test_any_letters_are_a_criterion_or_a_criterion_error(text: str) -> None:
    try:
        parse(text, spec.vocabulary())
    except CriterionError as error:
        assert error.text == text


def test_the_message_names_text_fault_and_expectation() -> None:
    with pytest.raises(CriterionError) as caught:
        parse("ki67 < 3", spec.vocabulary())
    assert str(caught.value) == "'ki67 < 3': ki67: expected a fact of the vocabulary"


def test_the_same_fault_is_reported_once() -> None:
    with pytest.raises(CriterionError) as caught:
        parse("ki67 between 3 and 20", spec.vocabulary())
    assert len(caught.value.faults) == 1


def test_is_not_null_is_one_node() -> None:
    assert parse("progressed is not null", spec.vocabulary()) == IsKnown("progressed")
    assert parse("progressed is null", spec.vocabulary()) == Not(IsKnown("progressed"))


def test_nested_conjunctions_are_one_node() -> None:
    node = parse("progressed and (symptomatic and (resectable and true))", spec.vocabulary())
    assert isinstance(node, And)
    assert len(node.operands) == 4
    assert sum(isinstance(part, And) for part in walk(node)) == 1


def test_a_deep_criterion_is_read() -> None:
    text = " and ".join(["(progressed or not (symptomatic))"] * 200)
    assert len(list(walk(parse(text, spec.vocabulary())))) == 1 + 200 * 4


@pytest.fixture(scope="module")
def packaged() -> Vocabulary:
    return load_vocabulary()


def test_every_packaged_fact_can_be_named_in_a_criterion(packaged: Vocabulary) -> None:
    # A fact called like a keyword of SQL would be read as something else.
    for fact in packaged.values():
        text = fact.id if fact.type == "boolean" else f"{fact.id} is not null"
        assert to_text(parse(text, packaged)) == text


def test_every_packaged_derivation_can_be_said_back(packaged: Vocabulary) -> None:
    rules = [rule.when for fact in packaged.base_facts() for rule in fact.entry.rules]
    assert len(rules) > 50
    for rule in rules:
        node = parse(rule, packaged)
        assert parse(to_text(node), packaged) == node
        assert decode(json.loads(json.dumps(encode(node)))) == node


# Codec and cache -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        [], ["nonsense"], ["holds", 3], ["not"], ["always", "yes"], ["compare", [], "<"], None,
        ["compare", [["ki67_percent", "one"]], "<", "3"], ["compare", [["x"]], "<", "3"],
        ["compare", [["ki67_percent", "1"]], "<", "three"], ["compare", [["x", "1"]], "like", "3"],
    ],
)  # fmt: skip
def test_what_is_no_criterion_is_not_decoded(data: object) -> None:
    with pytest.raises(ValueError, match="no criterion"):
        decode(data)  # type: ignore[arg-type]


def test_decimals_are_kept_as_text() -> None:
    node = parse("creatinine_umol_l > 1.4 * creatinine_baseline_umol_l + 0.1", spec.vocabulary())
    assert encode(node) == [
        "compare",
        [["creatinine_umol_l", "1"], ["creatinine_baseline_umol_l", "-1.4"]],
        ">",
        "0.1",
    ]
    assert decode(json.loads(json.dumps(encode(node)))) == node


TEXT = "progressed and ki67_percent < 20"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEPNET_CACHE_DIR", str(tmp_path))
    return tmp_path


def stored(cache: Path) -> Path:
    (path,) = cache.rglob("criteria-*.json")
    return path


def test_a_cached_criterion_is_the_parsed_one(cache: Path) -> None:
    first = Criteria(spec.vocabulary(), "digest")
    node = first(TEXT)
    first.store()
    again = Criteria(spec.vocabulary(), "digest")
    assert again(TEXT) == node == parse(TEXT, spec.vocabulary())
    assert again(TEXT) is again(TEXT)
    assert TEXT in json.loads(stored(cache).read_text(encoding="utf-8"))


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '"x"', "\x00"])
def test_a_damaged_cache_is_as_good_as_none(cache: Path, content: str) -> None:
    first = Criteria(spec.vocabulary(), "digest")
    node = first(TEXT)
    first.store()
    stored(cache).write_text(content, encoding="utf-8")
    again = Criteria(spec.vocabulary(), "digest")
    assert again(TEXT) == node
    again.store()
    assert TEXT in json.loads(stored(cache).read_text(encoding="utf-8"))


def test_a_damaged_entry_is_parsed_again(cache: Path) -> None:
    first = Criteria(spec.vocabulary(), "digest")
    node = first(TEXT)
    first.store()
    stored(cache).write_text(json.dumps({TEXT: ["nonsense"]}), encoding="utf-8")
    assert Criteria(spec.vocabulary(), "digest")(TEXT) == node


def test_without_a_digest_nothing_is_written(cache: Path) -> None:
    criteria = Criteria(spec.vocabulary())
    criteria(TEXT)
    criteria.store()
    assert list(cache.rglob("*.json")) == []


def test_what_is_parsed_while_it_is_kept_is_no_fault(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a server one request keeps what was parsed while another parses.
    from gepnet.criteria import compiled

    criteria = Criteria(spec.vocabulary(), "digest")
    node = criteria(TEXT)
    plain = compiled.encode

    def meanwhile(one: Any) -> Any:
        criteria._nodes[f"text {len(criteria._nodes)}"] = node
        return plain(one)

    monkeypatch.setattr(compiled, "encode", meanwhile)
    criteria.store()
    assert TEXT in json.loads(stored(cache).read_text(encoding="utf-8"))
