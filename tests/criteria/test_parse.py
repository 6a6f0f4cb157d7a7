"""The parser never crashes and never guesses."""

import pickle
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gepnet.criteria import And, Criteria, CriterionError, IsKnown, Node, Not, walk
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


# Cache -----------------------------------------------------------------------------------------

TEXT = "progressed and ki67_percent < 20"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEPNET_CACHE_DIR", str(tmp_path))
    return tmp_path


def stored(cache: Path) -> Path:
    (path,) = cache.rglob("criteria-*.pickle")
    return path


def is_kept(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether another run has the criterion without parsing."""
    with monkeypatch.context() as patched:
        patched.delattr("gepnet.criteria.parse.parse")
        try:
            return Criteria(spec.vocabulary(), "digest")(TEXT) is not None
        except ImportError:
            return False


def test_a_cached_criterion_is_the_parsed_one(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Criteria(spec.vocabulary(), "digest")
    node = first(TEXT)
    assert not is_kept(monkeypatch)
    first.store()
    assert is_kept(monkeypatch)
    again = Criteria(spec.vocabulary(), "digest")
    assert again(TEXT) == node == parse(TEXT, spec.vocabulary())
    assert again(TEXT) is again(TEXT)


def test_criteria_that_are_kept_with_more_have_what_is_parsed_later(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The knowledge is kept with its criteria; what else a command asks is kept beside it.
    first = Criteria(spec.vocabulary(), "digest")
    first("not progressed")
    kept = pickle.dumps(first)
    first.store()
    loaded = pickle.loads(kept)
    assert loaded("not progressed") == parse("not progressed", spec.vocabulary())
    loaded(TEXT)
    loaded.store()
    monkeypatch.delattr("gepnet.criteria.parse.parse")
    again = pickle.loads(kept)
    assert again(TEXT) == loaded(TEXT)
    assert again("not progressed") == first("not progressed")


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '"x"', "\x00"])
def test_a_damaged_cache_is_as_good_as_none(
    cache: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Criteria(spec.vocabulary(), "digest")
    node = first(TEXT)
    first.store()
    stored(cache).write_text(content, encoding="utf-8")
    again = Criteria(spec.vocabulary(), "digest")
    assert again(TEXT) == node
    again.store()
    assert is_kept(monkeypatch)


def test_without_a_digest_nothing_is_written(cache: Path) -> None:
    criteria = Criteria(spec.vocabulary())
    criteria(TEXT)
    criteria.store()
    assert list(cache.rglob("*.pickle")) == []


def test_what_is_parsed_while_it_is_kept_is_no_fault(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a server one request keeps what was parsed while another parses.
    criteria = Criteria(spec.vocabulary(), "digest")
    node = criteria(TEXT)
    plain = pickle.dumps

    def meanwhile(made: dict[str, Node], protocol: int) -> bytes:
        criteria._new[f"text {len(criteria._new)}"] = node
        assert list(made) == [TEXT]
        return plain(made, protocol)

    monkeypatch.setattr(pickle, "dumps", meanwhile)
    criteria.store()
    assert is_kept(monkeypatch)
