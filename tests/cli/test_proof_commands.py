"""The commands of proofs, as a user types them."""

import json

import pytest
from typer.testing import CliRunner

from gepnet.cli.app import app

RUN = ["--processes", "1"]


def test_verify_prints_json_table_and_page() -> None:
    asked = ["knowledge", "verify", "--document", "norway-2020", "--kind", "hole", *RUN]
    printed = CliRunner().invoke(app, [*asked, "--format", "json"])
    assert printed.exit_code == 0, printed.output
    view = json.loads(printed.stdout)
    assert view["counts"] == {"hole": 2}
    assert all(finding["witness"]["ki67_percent"] == "55" for finding in view["findings"])
    page = CliRunner().invoke(app, [*asked, "--format", "html"]).stdout
    assert page.startswith("<!doctype html>")
    assert "exactly 55" in page
    assert "http" not in page
    table = CliRunner().invoke(app, asked).stdout
    assert "hole" in table


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["verify", "--document", "esmo-2021"], "esmo-2020"),
        (["verify", "--kind", "gaps"], "gap"),
        (["diff", "esmo-2021", "packaged"], "esmo-2020"),
        (["diff", "packaged", "packaged", "--without", "lutathera-eux"], "lutathera-eu"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(arguments: list[str], field: str) -> None:
    result = CliRunner().invoke(app, ["knowledge", *arguments])
    assert result.exception is not None
    assert field in str(result.exception)
