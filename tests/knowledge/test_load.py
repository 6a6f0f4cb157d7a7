"""The loader names every problem at once, and its cache changes nothing but the time."""

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gepnet.knowledge import InputError, Knowledge, Problem, cache_file, load_knowledge
from gepnet.knowledge.load import _loaded
from gepnet.knowledge.read import read_files

SOURCES = """\
sources:
- {id: esmo-2020, title: A guideline, kind: guideline, read: partial}
"""
FACTS = """\
facts:
- id: ki67_percent
  label: Ki-67 index
  group: pathology
  type: number
  unit: "%"
  precision: 0.1
  range: [0, 100]
  interval: true
  definition: The share of cells in division.
  source: esmo-2020
- id: progressed
  label: Progression
  group: progression
  type: boolean
  definition: The tumour has grown.
"""
OPTIONS = """\
options:
- {id: prrt, label: PRRT, kind: treatment, level: class, systemic: true}
- {id: lu177_dotatate, label: Lu-177 dotatate, parent: prrt, kind: treatment, level: agent}
"""
DOCUMENT = """\
document:
  id: esmo-2020
  title: A guideline
  short: ESMO 2020
  body: ESMO
  year: 2020
  kind: guideline
  region: [EU]
  source: esmo-2020
  scope: "true"
  scope_note: everybody
  schema: 1
  coverage:
  - {topic: all, when: "true", level: partial}
recommendations:
- id: prrt-after-progression
  when: progressed
  options:
  - {option: lu177_dotatate, intent: tumour_control, position: recommended}
  source: esmo-2020
  verification: secondary
  note: A test.
  examples:
    applies: {progressed: true}
    does_not_apply: [{progressed: false}]
    undetermined: [progressed]
"""
FILES = {
    "sources.yaml": SOURCES,
    "facts/facts.yaml": FACTS,
    "therapies/options.yaml": OPTIONS,
    "guidelines/esmo-2020.yaml": DOCUMENT,
}


def read(**changed: str) -> Knowledge:
    names = {Path(name).stem.replace("-", "_"): name for name in FILES}
    texts = {**FILES, **{names[stem]: text for stem, text in changed.items()}}
    return read_files(list(texts.items()), "digest")


def problems(**changed: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(**changed)
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# A sound set of files ----------------------------------------------------------------------------


def test_sound_files_are_read() -> None:
    knowledge = read()
    assert [fact.id for fact in knowledge.facts] == ["ki67_percent", "progressed"]
    assert [option.id for option in knowledge.options] == ["prrt", "lu177_dotatate"]
    assert knowledge.documents[0].recommendations[0].id == "prrt-after-progression"
    assert knowledge.digest == "digest"


def test_every_entry_knows_its_file_and_line() -> None:
    knowledge = read()
    progressed = knowledge.facts[1]
    assert progressed.file == "facts/facts.yaml"
    assert progressed.line == line_of(FACTS, "- id: progressed")
    entry = knowledge.documents[0].recommendations[0]
    assert entry.line == line_of(DOCUMENT, "- id: prrt-after-progression")


# Faults ------------------------------------------------------------------------------------------


def test_a_syntax_error_is_named_with_file_and_line() -> None:
    (found,) = problems(facts=FACTS.replace("range: [0, 100]", "range: [0, 100"))
    line = line_of(FACTS, "  interval: true")
    assert found.startswith(f"facts/facts.yaml:{line}: error: expected valid YAML")


def test_a_key_written_twice_is_refused() -> None:
    (found,) = problems(facts=FACTS.replace("  type: boolean", "  label: Growth\n  type: boolean"))
    line = line_of(FACTS, "  type: boolean")
    assert (
        found == f"facts/facts.yaml:{line}: error, field label: expected each key once in a mapping"
    )


def test_an_unknown_key_is_named_with_entry_line_and_nearest_spelling() -> None:
    (found,) = problems(facts=FACTS.replace("definition: The tumour", "defintion: The tumour"))[1:]
    line = line_of(FACTS, "definition: The tumour")
    assert found == (
        f"facts/facts.yaml:{line}: error, in progressed, field defintion, "
        "value 'The tumour has grown.': expected a known key; did you mean 'definition'?"
    )


def test_a_missing_key_is_named() -> None:
    (found,) = problems(facts=FACTS.replace("  definition: The tumour has grown.\n", ""))
    line = line_of(FACTS, "- id: progressed")
    assert found == (
        f"facts/facts.yaml:{line}: error, in progressed, field definition: expected Field required"
    )


def test_an_unknown_key_at_the_top_is_named_with_the_nearest_spelling() -> None:
    (found,) = problems(options=OPTIONS.replace("options:", "optoins:"))
    assert found.startswith("therapies/options.yaml:1: error, field optoins: expected one of")
    assert found.endswith("did you mean 'options'?")


def test_a_value_outside_its_list_is_named_with_the_nearest_spelling() -> None:
    (found,) = problems(options=OPTIONS.replace("level: agent", "level: agnet"))
    assert found == (
        "therapies/options.yaml:3: error, in lu177_dotatate, field level, value 'agnet': "
        "expected one of 'class', 'agent' or 'regimen'; did you mean 'agent'?"
    )


def test_a_missing_source_is_named_with_the_nearest_spelling() -> None:
    (found,) = problems(facts=FACTS.replace("source: esmo-2020", "source: esmo-202"))
    line = line_of(FACTS, "- id: ki67_percent")
    assert found == (
        f"facts/facts.yaml:{line}: error, in ki67_percent, field source, value 'esmo-202': "
        "expected the id of a source of the bibliography; did you mean 'esmo-2020'?"
    )


def test_an_unknown_option_of_a_recommendation_is_named() -> None:
    (found,) = problems(esmo_2020=DOCUMENT.replace("option: lu177_dotatate", "option: lu177"))
    line = line_of(DOCUMENT, "- id: prrt-after-progression")
    assert found == (
        f"guidelines/esmo-2020.yaml:{line}: error, in prrt-after-progression, field options, "
        "value 'lu177': expected the id of an option; did you mean 'lu177_dotatate'?"
    )


def test_an_unknown_parent_is_named() -> None:
    (found,) = problems(options=OPTIONS.replace("parent: prrt", "parent: ptrr"))
    assert "in lu177_dotatate, field parent, value 'ptrr'" in found


def test_an_id_used_twice_is_named_with_both_places() -> None:
    found, unknown = problems(options=OPTIONS.replace("id: lu177_dotatate", "id: prrt"))[::-1]
    assert "field options, value 'lu177_dotatate'" in unknown
    assert found == (
        "therapies/options.yaml:3: error, in prrt, field id, value prrt: "
        "expected an id that is used once (first used at therapies/options.yaml:2)"
    )


def test_an_id_used_twice_in_two_files_is_named() -> None:
    line = line_of(FACTS, "- id: progressed")
    with pytest.raises(InputError) as caught:
        read_files([*FILES.items(), ("other.yaml", FACTS.replace("ki67_percent", "other"))])
    (found,) = map(str, caught.value.problems)
    assert found.startswith(f"other.yaml:{line}: error, in progressed, field id")
    assert found.endswith(f"(first used at facts/facts.yaml:{line})")


def test_a_recommendation_written_twice_is_named() -> None:
    entry = DOCUMENT[DOCUMENT.index("- id: prrt-after") :]
    (found,) = problems(esmo_2020=DOCUMENT + entry)
    assert "in prrt-after-progression, field id" in found


def test_a_number_needs_precision_and_range() -> None:
    (found,) = problems(facts=FACTS.replace("  precision: 0.1\n", ""))
    assert "in ki67_percent" in found
    assert "a number needs 'precision' and 'range'" in found


def test_a_fact_that_can_be_absent_names_what_proves_it() -> None:
    (found,) = problems(facts=FACTS.replace("type: boolean", 'type: boolean\n  absence: "false"'))
    assert "in progressed" in found
    assert "absence other than unknown needs" in found


@pytest.mark.parametrize("text", ["", "3", "- a\n- b", "just words"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    (found,) = problems(options=text)
    assert found == "therapies/options.yaml:1: error: expected a mapping at the top of the file"


def test_every_problem_of_every_file_is_named_in_one_run() -> None:
    found = problems(
        sources=SOURCES.replace("kind: guideline", "kind: guidline"),
        facts=FACTS.replace("type: boolean", "type: boolaen").replace("unit:", "unti:"),
        options=OPTIONS.replace("level: agent", "level: agent, dose: 7.4, does: 7.4"),
        esmo_2020=DOCUMENT.replace("year: 2020", "year: soon") + "  broken: [\n",
    )
    assert [text.split(":")[0] for text in found] == [
        "facts/facts.yaml",
        "facts/facts.yaml",
        "guidelines/esmo-2020.yaml",
        "sources.yaml",
        "therapies/options.yaml",
        "therapies/options.yaml",
    ]


def test_a_faulty_entry_and_a_dangling_name_are_named_in_one_run() -> None:
    found = problems(
        options=OPTIONS.replace("level: agent", "level: agnet"),
        esmo_2020=DOCUMENT.replace("  source: esmo-2020\n  verif", "  source: esmo-2021\n  verif"),
    )
    assert len(found) == 2
    assert "in prrt-after-progression, field source, value 'esmo-2021'" in found[0]
    # The option with the fault still exists: that a recommendation names it is no problem.
    assert "in lu177_dotatate, field level" in found[1]


@pytest.mark.parametrize(("file", "old", "field"), [("facts", "facts:\n", "facts")])
def test_a_list_that_is_none_is_named(file: str, old: str, field: str) -> None:
    (found, *_) = problems(**{file: f"{old.strip()} 3\n"})
    assert f"field {field}, value 3: expected a list" in found


def test_recommendations_without_their_document_are_named() -> None:
    text = DOCUMENT[DOCUMENT.index("recommendations:") :]
    (found,) = problems(esmo_2020=text)
    assert "field recommendations" in found
    assert "'document' in the same file" in found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("precision: 0.1", "precision: 0", "above zero"),
        ("range: [0, 100]", "range: [100, 0]", "lower end first"),
        ("id: ki67_percent", "id: 'ki67 percent'", "match pattern"),
    ],
)
def test_a_fact_that_cannot_work_is_refused(old: str, new: str, expected: str) -> None:
    (found,) = problems(facts=FACTS.replace(old, new))
    assert expected in found


def test_a_file_that_is_not_there_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a file or folder"):
        load_knowledge(tmp_path / "nothing.yaml")
    (tmp_path / "latin.yaml").write_bytes("sources:\n# d\xe9j\xe0".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.yaml:2: error: expected text in UTF-8"):
        load_knowledge(tmp_path / "latin.yaml")


# The cache ---------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own, and nothing remembered from earlier tests."""
    monkeypatch.setenv("GEPNET_CACHE_DIR", str(tmp_path / "cache"))
    _loaded.clear()
    return tmp_path / "cache"


def stored(cache: Path) -> Path:
    (path,) = cache.rglob("knowledge-*.pickle")
    return path


def load_again() -> Knowledge:
    _loaded.clear()
    return load_knowledge()


def test_the_cached_knowledge_is_the_same_as_the_read_one(cache: Path) -> None:
    fresh = load_again()
    assert stored(cache).is_file()
    assert load_again() == fresh


def test_without_a_cache_the_knowledge_is_the_same(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = [load_again(), load_again()][1]
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setenv("GEPNET_CACHE_DIR", str(blocked))
    assert cache_file("x.json") is None
    assert load_again() == cached


@pytest.mark.parametrize(
    "damaged",
    [
        *(lambda _, content=content: content for content in (b"", b"{", b"[]", b"{}", b"\xff\xfe")),
        *(lambda whole, end=end: whole[:end] for end in (1, 64, 65, 1000, -1)),
        lambda whole: whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
        lambda whole: whole + b"\0",
        lambda _: b"c" * 64 + pickle.dumps({"digest": 3}),
    ],
)
def test_a_damaged_cache_is_read_anew_and_mended(
    cache: Path, damaged: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = load_again()
    whole = stored(cache).read_bytes()
    stored(cache).write_bytes(damaged(whole))
    assert load_again() == fresh
    monkeypatch.delattr("gepnet.knowledge.load.read_files")
    assert load_again() == fresh


class Boom:
    """What runs code when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a file was read that somebody else can have written",))


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_could_have_written_is_not_read(cache: Path, mode: int) -> None:
    fresh = load_again()
    content = pickle.dumps(Boom())
    stored(cache).write_bytes(hashlib.blake2b(content).digest() + content)
    stored(cache).chmod(mode)
    assert load_again() == fresh
    assert load_again() == fresh
    assert stored(cache).stat().st_mode & 0o077 == 0


def test_what_somebody_else_wrote_is_not_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_again()
    content = pickle.dumps(Boom())
    stored(cache).write_bytes(hashlib.blake2b(content).digest() + content)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert load_again() == fresh


def test_what_can_not_be_kept_is_read_all_the_same(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: object) -> None:
        raise InputError([Problem(str(path), None, "", "", "", "a file that can be written")])

    fresh = load_again()
    stored(cache).unlink()
    monkeypatch.setattr("gepnet.knowledge.cache.write_atomically", full)
    assert load_again() == fresh
    assert list(cache.rglob("knowledge-*")) == []


def test_a_changed_file_is_another_knowledge(cache: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    path = extra / "more.yaml"
    path.write_text("sources:\n- {id: mine, title: A, kind: trial, read: full}\n", "utf-8")
    first = load_knowledge(extra)
    path.write_text("sources:\n- {id: mine, title: B, kind: trial, read: full}\n", "utf-8")
    _loaded.clear()
    second = load_knowledge(extra)
    assert first.digest != second.digest
    assert [s.title for k in (first, second) for s in k.sources if s.id == "mine"] == ["A", "B"]
    assert len(list(cache.rglob("knowledge-*.pickle"))) == 2


def test_the_same_files_have_the_same_digest(cache: Path) -> None:
    assert load_again().digest == load_again().digest


def test_nothing_is_left_beside_the_cache_file(cache: Path) -> None:
    load_again()
    names = [path.name for path in cache.rglob("*") if path.is_file()]
    assert names == [stored(cache).name]


def test_problems_of_a_folder_are_named_by_their_place_in_it(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "bad.yaml").write_text("sources:\n- {id: x}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_knowledge(tmp_path / "mine")
    assert {problem.file for problem in caught.value.problems} == {"bad.yaml"}


def test_the_packaged_knowledge_is_sound() -> None:
    knowledge = load_knowledge()
    assert len(knowledge.facts) >= 90
    assert len(knowledge.options) > 40
    assert knowledge.sources
