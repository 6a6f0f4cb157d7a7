"""Documentation pages made from the specification of the criteria language and the status lookup.

A hook of MkDocs: the pages are written when the documentation is built, from the files that the
tests run (``tests/spec``) and from the table that the code uses, so they cannot say anything else.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines.status import POSITIONS, TABLE, Read, Status, lookup
from gepnet.knowledge import read_yaml
from gepnet.report.words import SIGNS
from gepnet.vocabulary import Truth

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

SPEC = Path(__file__).resolve().parent.parent / "tests" / "spec"
STATUS_CASES = SPEC.parent / "guidelines" / "status_cases.yaml"
ORDER = (
    "kleene",
    "comparison",
    "intervals",
    "enumerations",
    "sets",
    "absence",
    "arithmetic",
    "parsing",
)
EMPTY = "an empty text"
FOLDER = "reference/criteria"
TRUTHS = {True: "true", False: "false", None: "unknown", "unknown": "unknown"}
INTRODUCTION = """\
# The criteria language

Every condition in gepnet (who a recommendation is for, whom a label includes, when a dose is
withheld) is one boolean expression over patient facts, in the spelling of SQL:

```sql
tumour_grade in ('G1', 'G2') and ki67_percent < 10
and progressed and not received_prrt
```

The answer is true, false or unknown. The pages below say what it is, case by case. They are
printed from the files in `tests/spec`, which the tests run on every engine: the interpreter, Polars
and SQL. An engine that is added later has to pass the same files.

| Page | Cases |
|---|---:|
"""
SPELLING = """
## Spelling

| Written | Means |
|---|---|
| `progressed` | a fact that is true or false stands alone |
| `ki67_percent < 20` | comparison: `=` `<>` `<` `<=` `>` `>=` |
| `ki67_percent between 3 and 20` | from 3 to 20, both included |
| `primary_site = 'pancreas'` | values are written in single quotes |
| `primary_site in ('stomach', 'pancreas')` | one of several values; `not in` is its negation |
| `ki67_percent is null` | nothing is known of it; `is not null`: something is |
| `creatinine_umol_l >= 1.4 * creatinine_baseline_umol_l` | `+`, `-`, and `*` by a number |
| `not`, `and`, `or`, `( )` | in this order of binding |

## The facts of these pages

| Fact | Type | Unit | Precision | Can be |
|---|---|---|---|---|
"""
STATUSES = """\
# The status of an option

A document takes positions on an option: *recommended*, *option*, *only in a trial*, *against*.
Each position has a criterion, and so has the scope of the document. From their truths follows one
status. The tables below are the whole rule; they are printed from what gepnet uses.

With everything known and every text clear, the first line that fits decides:

1. not within the scope: **out of scope**
2. against, and also recommended or an option: **conflict within**
3. the strongest that holds of **recommended**, **option**, **trial only**, **against**
4. none holds: **lesser of two** if the document prefers another option to this one; **silent** if
   it was read completely on this topic; **no position** if it was read in part and what was read
   speaks of the option; else **not read**

Otherwise every way it could turn out is tried. If all give one status, that is the status. If all
are *recommended* or *option*, it is **for, strength open**. If all are without a position, it is
**nothing either way**. What is left is open, and there are two kinds:

- **text open**: whatever the facts turn out to be, it stays open, because the text can be read in
  two ways: its narrow reading fails and its broad one holds. No fact will ever settle it.
- **fact missing**: some outcome of the facts settles it. The facts are named, with how to get
  them.

Which of the two it is follows from the narrow and the broad reading of each text; nobody labels
it.

## Case by case

`fact`: a fact is missing. `text`: the text leaves it open. `fact or text`: it holds or is left
open by its text, as a fact turns out. `text or no`: left open or it does not hold, as a fact turns
out.

| Patient and text | Status | Possible | Why |
|---|---|---|---|
"""
TEXTS = """
## Every fact known

Within the scope, with each kind of position held (yes), not held (no) or left open by its text
(text): 81 rows.

| Recommended | Option | Trial only | Against | Status |
|---|---|---|---|---|
"""
FACTS = """
## Facts unknown

Every text clear, and `?` for a truth that waits for a fact: 243 rows.

| Scope | Recommended | Option | Trial only | Against | Status |
|---|---|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """Return the text of every page by its path under ``docs``."""
    found = {f"{FOLDER}/index.md": _index(), f"{FOLDER}/status.md": _statuses()}
    found.update({f"{FOLDER}/{name}.md": _page(name) for name in _names()})
    return found


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages to the navigation, at the top of the reference."""
    section: list[Any] = [{"Overview": f"{FOLDER}/index.md"}]
    section += [{_spec(name)["title"]: f"{FOLDER}/{name}.md"} for name in _names()]
    for entry in config.nav or []:
        if "Reference" in entry:
            entry["Reference"][:0] = [
                {"The criteria language": section},
                {"The status of an option": f"{FOLDER}/status.md"},
            ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the documentation."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def _names() -> list[str]:
    found = {path.stem for path in SPEC.glob("*.yaml")} - {"vocabulary"}
    return [*(name for name in ORDER if name in found), *sorted(found - set(ORDER))]


def _spec(name: str) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml((SPEC / f"{name}.yaml").read_text("utf-8"), name).data
    return data


def _index() -> str:
    text = INTRODUCTION
    for name in _names():
        spec = _spec(name)
        count = sum(len(spec.get(key, [])) for key in ("cases", "refused", "reads_as"))
        text += _row(f"[{spec['title']}]({name}.md)", str(count))
    text += SPELLING
    for fact in _spec("vocabulary")["facts"]:
        text += _row(
            _code(fact["id"]), fact["type"], _code(fact.get("unit") or ""),
            str(fact.get("precision") or ""), _extras(fact),
        )  # fmt: skip
    return text


def _extras(fact: dict[str, Any]) -> str:
    values = [v if isinstance(v, str) else v["id"] for v in fact.get("values", [])]
    unresolved = fact.get("unresolved", {})
    said = [f"{_code(v)} (one of {', '.join(map(_code, unresolved[v]))})" if v in unresolved
            else _code(v) for v in values]  # fmt: skip
    if fact.get("interval"):
        said.append("a range")
    if fact.get("absence") == "not_applicable":
        said.append("not applicable")
    if fact.get("absence") == "false":
        said.append("false where the record is complete")
    return ", ".join(said)


def _page(name: str) -> str:
    spec = _spec(name)
    text = f"# {spec['title']}\n\n{spec['explanation']}\n\nPrinted from `tests/spec/{name}.yaml`.\n"
    if spec.get("cases"):
        text += "\n| Criterion | Patient | Answer | Why |\n|---|---|---|---|\n"
        for case in spec["cases"]:
            answer = f"**{TRUTHS[case['expected']]}**"
            text += _row(_code(case["criterion"]), _patient(case["values"]), answer, case["why"])
    if spec.get("refused"):
        text += "\n## Refused\n\n| Text | Not understood | Expected | Why |\n|---|---|---|---|\n"
        for case in spec["refused"]:
            faults = case["faults"]
            values = "<br>".join(_code(fault["value"]) or EMPTY for fault in faults)
            expected = "<br>".join(map(_expected, faults))
            text += _row(_code(case["criterion"]) or EMPTY, values, expected, case["why"])
    if spec.get("reads_as"):
        text += "\n## Said back\n\n| Text | Plain form | In words |\n|---|---|---|\n"
        for case in spec["reads_as"]:
            text += _row(_code(case["criterion"]), _code(case["text"]), case["prose"])
    return text


def _expected(fault: dict[str, str]) -> str:
    nearest = f" (did you mean {_code(fault['nearest'])}?)" if fault.get("nearest") else ""
    return _plain(fault["expected"]) + nearest


def _patient(values: dict[str, Any]) -> str:
    said = [f"{_code(name)} {_code(_value(value))}" for name, value in values.items()]
    return ", ".join(said) or "nothing known"


def _value(value: object) -> str:
    return TRUTHS[value] if value is None or isinstance(value, bool) else str(value)


def _statuses() -> str:
    assert POSITIONS == ("recommended", "option", "trial_only", "against")
    text = STATUSES
    for case in read_yaml(STATUS_CASES.read_text("utf-8"), STATUS_CASES.name).data["cases"]:
        words = [f"{_word(name)} `{_answer(value)}`" for name, value in _told(case)]
        possible = ", ".join(_status(Status(status)) for status in case.get("possible", ()))
        status = f"**{_status(Status(case['status']))}**"
        text += _row("; ".join(words) or "nothing holds", status, possible, case["why"])
    text += TEXTS
    texts = {"yes": (True, True), "no": (False, False), "text": (False, True)}
    for held in product(texts, repeat=4):
        first, second, third, last = (texts[one] for one in held)
        text += _row(*held, _looked_up(True, (first, second, third, last)))
    text += FACTS
    words_of = {True: "yes", False: "no", None: "?"}
    for truths in TABLE:
        first, second, third, last = ((truth, truth) for truth in truths[1:])
        found = _looked_up(truths[0], (first, second, third, last))
        text += _row(*(words_of[truth] for truth in truths), found)
    return text


def _told(case: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what a case says of the patient and the text, but for what is plain."""
    beside = [(name, case[name]) for name in ("scope", "lesser", "read") if name in case]
    return [*beside, *case.get("held", {}).items()]


def _word(name: str) -> str:
    return {"lesser": "the lesser of two"}.get(name, name.replace("_", " "))


def _answer(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _looked_up(scope: Truth, held: tuple[Read, Read, Read, Read]) -> str:
    status, possible = lookup(scope, held, False, Status.SILENT)
    said = ", ".join(map(_status, possible))
    return f"**{_status(status)}**" + (f": {said}" if said else "")


def _status(status: Status) -> str:
    return SIGNS[status].word


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("*", "\\*")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
