"""Tables on narrow screens: what people read is not broken in the middle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.cli.output import _broken, listing, table

WORDS = st.sampled_from(
    ["2026-01-26", "thrombocytopenia", "7.4 GBq", "", "platelets below 75, seen in week 5", "met"]
)


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_dates_and_words_stay_whole_and_empty_columns_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    why = "platelets below 75 since the last dose, thrombocytopenia, seen on 2026-01-05"
    table(
        "t",
        ["day", "moved", "window", "why"],
        [["2026-01-26", "", "2026-01-19 to 2026-02-02", why]],
    )
    lines = printed(capsys)
    text = "\n".join(lines)
    for whole in ("2026-01-26", "2026-01-19", "2026-02-02", "thrombocytopenia", "2026-01-05"):
        assert whole in text
    assert "moved" not in text
    assert max(map(len, lines)) <= 60


def test_a_long_name_breaks_after_a_joint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    table("t", ["id", "what"], [["us-label-2018/octreotide-lar-after-dose", "words " * 12]])
    text = "\n".join(printed(capsys))
    assert "octreotide-" in text
    assert "2018/" in text


@given(word=st.text("ab-_/.(0123456789):", min_size=1), width=st.integers(1, 12))
def test_breaking_a_word_loses_nothing(word: str, width: int) -> None:
    assert _broken(word, width).replace("\n", "") == word


@given(
    rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5), width=st.integers(1, 99)
)
def test_no_width_of_a_screen_breaks_a_table(rows: list[tuple[str, ...]], width: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        table("t", ["a", "bb", "ccc"], [list(row) for row in rows])


def test_a_column_says_where_its_cells_come_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    known = {"day": "2026-01-26", "gbq": 7.4, "state": "on_hold", "why": ["late", "ill"]}
    empty = {"day": None, "gbq": None, "state": None, "why": []}
    listing(
        "t",
        [known, empty],
        *(
            "day: day | none",
            "given: {gbq:g} GBq | unknown",
            "state: {state!w}",
            "because: {why:; }",
        ),
        ("known", lambda item: item["gbq"] is not None),
    )
    _, head, _, first, second = (
        [cell.strip() for cell in line.replace("┃", "│").split("│")[1:-1]]
        for line in printed(capsys)[1:6]
    )
    assert head == ["day", "given", "state", "because", "known"]
    assert first == ["2026-01-26", "7.4 GBq", "on hold", "late; ill", "True"]
    assert second == ["none", "unknown", "", "", "False"]
