"""The page that says where each collected statement went names each of them once."""

from gepnet import api
from scripts import coverage_page


def test_every_identifier_has_its_line_with_an_entry_or_a_reason() -> None:
    text = coverage_page.page()
    lines = api.fact_coverage()
    assert len(lines) > 250
    for line in lines:
        starts = f"| `{line['fact_id']}` |"
        rows = [row for row in text.splitlines() if row.startswith(starts)]
        assert rows, line["fact_id"]
        assert any(all(f"`{entry}`" in row for entry in line["entries"]) for row in rows)
        assert all(row.removesuffix(" |").rpartition("| ")[2] for row in rows)
    assert "**neither**" not in text
