"""gepnet and pyrecist on the same lesions: what the page says of both is so."""

from pathlib import Path

import pytest

from scripts import recist_pages
from tests.response.recist.beside_pyrecist import by_gepnet, by_pyrecist, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_both_say_what_the_page_prints(case: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]
    assert by_gepnet(case) == case["gepnet"]
    assert by_pyrecist(case, tmp_path) == case["pyrecist"]


def test_the_page_lists_every_case_and_tells_the_same_from_the_different() -> None:
    text = recist_pages.pages()["reference/recist-and-pyrecist.md"]
    differ = [case for case in CASES if case["gepnet"] != case["pyrecist"]]
    assert len(differ) == len(CASES) - 2
    for case in CASES:
        assert f"| {case['title']} |" in text
    same = text.split("## Where they agree")[1]
    assert [case["title"] in same for case in CASES] == [case not in differ for case in CASES]
