"""The pages of RECIST print what the code runs on."""

from gepnet import api
from gepnet.response.recist import Rules
from scripts.recist_pages import BESIDE, RULES, pages


def test_every_combination_choice_and_limit_is_printed() -> None:
    text = pages()[RULES]
    rules = Rules.read(api.base().knowledge.measures)
    for (target, other, new), row in rules.overall.table.items():
        line = f"| {target} | {other} | {new} | **{row.overall}** | {row.verification} |"
        assert (line in text) == ((target, other) != ("none", "none"))
    for choice in rules.options:
        assert f"| `{choice.id}` | `{choice.default}` |" in text
    for pair in rules.confirmed_pairs.rows:
        assert f"| {pair.first} | {pair.second} | {', '.join(pair.best)} |" in text


def test_no_cell_breaks_its_table() -> None:
    for path in (RULES, BESIDE):
        for block in pages()[path].split("\n\n"):
            widths = {line.count(" | ") for line in block.splitlines() if line.startswith("| ")}
            assert len(widths) <= 1, block
