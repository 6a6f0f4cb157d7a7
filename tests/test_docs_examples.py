"""Every command and every line of Python that the documentation prints does what it says."""

import re
from pathlib import Path

import pytest

from scripts import docs_examples
from scripts.docs_examples import ROOT, check_page, make_targets, matches, pages

PAPERS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PROMISES = {
    "README.md": {"make", "make demo", "make test", "make docs"},
    "CONTRIBUTING.md": {"make setup", ".venv/bin/pre-commit install"},
    "docs/index.md": set(),
    "docs/tutorials/demo-report.md": {"make demo"},
    "docs/explanation/performance.md": {"make bench"},
}


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=named)
def test_the_examples_of_a_page_come_out_and_renewing_changes_no_byte(
    page: Path, tmp_path: Path
) -> None:
    checked = check_page(page, tmp_path)
    told = "\n".join(map(str, checked.differences))
    assert not checked.differences, f"{told}\nTo renew: python scripts/docs_examples.py --write"
    assert checked.renewed.encode("utf-8") == page.read_bytes()


@pytest.mark.parametrize("page", PAPERS, ids=named)
def test_a_page_has_no_empty_block_and_names_only_targets_of_make(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^ *```.*$", text, re.M)
    assert len(fences) % 2 == 0
    assert not re.search(r"^ *```\w+[^\n]*\n\s*```$", text, re.M), "a block with nothing in it"
    assert set(re.findall(r"(?:`|^ *|^ *\$ )make ([a-z]+)\b", text, re.M)) <= make_targets()


@pytest.mark.parametrize("name", PROMISES)
def test_a_paper_shows_the_commands_it_promises(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```$", text, re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    shown = {re.sub(r" +#.*", "", line.removeprefix("$ ")).strip() for line in lines}
    assert PROMISES[name] <= shown


def test_three_dots_stand_for_anything() -> None:
    assert matches("a ... c\n...\nend", "a b c\nmore\nand more\nend")
    assert not matches("a ... c\nend", "a b c\nmore\nend")
    assert not matches("a", "b")


# The script itself -------------------------------------------------------------------------------


def written(folder: Path, text: str) -> tuple[list[str], str]:
    """What checking a page finds, and the page as ``--write`` would leave it."""
    page = folder / "page.md"
    page.write_bytes(text.encode("utf-8"))
    room = folder / "room"
    room.mkdir()
    checked = check_page(page, room)
    return [found.found for found in checked.differences], checked.renewed


@pytest.mark.parametrize("body", ["", "\n", "make demo\n", "gepnet --version\n", "\n$ make demo\n"])
def test_a_console_block_without_a_prompt_is_refused_and_left_as_it_is(
    body: str, tmp_path: Path
) -> None:
    text = f"# A page\n\n```console\n{body}```\n"
    assert written(tmp_path, text) == (["no prompt"], text)


def test_only_an_output_that_differs_and_has_no_dots_is_renewed(tmp_path: Path) -> None:
    text = (
        "1. A step\n\n"
        "    ```console\n    $ make demo   # with a comment\n    $ gepnet --version\n"
        "    old\n    ```\n"
        "\n```console\n$  gepnet --version\n...\n\n$ gepnet --version\nold ...\n```\n"
    )
    found, renewed = written(tmp_path, text)
    assert len(found) == 2
    version = docs_examples.run("gepnet --version")[1]
    assert renewed == text.replace("    old\n", f"    {version}\n")


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("make demos", "make has no target demos"),
        (".venv/bin/pre-comit install", "there is no pre-comit in .venv/bin"),
        ("sudo rm", "'sudo' is neither gepnet, cp, make nor in .venv/bin: a reader cannot run it"),
    ],
)
@pytest.mark.parametrize("block", ["console\n$ ", "sh\n"])
def test_a_command_that_is_not_run_has_to_exist(
    command: str, wrong: str, block: str, tmp_path: Path
) -> None:
    assert written(tmp_path, f"```{block}{command}\n```\n")[0] == [wrong]


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("gepnet asess patient.yaml", "'gepnet' has no command 'asess'"),
        ("gepnet prrt reviews patient.yaml", "'prrt' has no command 'reviews'"),
        ("gepnet assess patient.yaml --regions EU", "'assess' has no option --regions"),
    ],
)
def test_the_form_of_a_command_has_to_exist(command: str, wrong: str, tmp_path: Path) -> None:
    assert written(tmp_path, f"```sh\n{command}\n```\n")[0] == [wrong]


def test_the_form_of_a_command_is_not_run(tmp_path: Path) -> None:
    body = (
        "make bench BENCH=cohort   # one topic\ngepnet assess no-such-file.yaml \\\n    --at 2026\n"
    )
    assert written(tmp_path, f"```sh\n{body}```\n")[0] == []
