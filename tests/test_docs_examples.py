"""Every command and every line of Python that the documentation prints does what it says."""

from pathlib import Path

import pytest

from scripts.docs_examples import ROOT, check_page, matches, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_come_out(page: Path, tmp_path: Path) -> None:
    differences = check_page(page, tmp_path)
    told = "\n".join(map(str, differences))
    assert not differences, f"{told}\nTo renew: python scripts/docs_examples.py --write"


def test_three_dots_stand_for_anything() -> None:
    assert matches("a ... c\n...\nend", "a b c\nmore\nand more\nend")
    assert not matches("a ... c\nend", "a b c\nmore\nend")
    assert not matches("a", "b")
