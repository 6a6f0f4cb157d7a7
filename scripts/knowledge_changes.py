"""Compare the answers of two states of gepnet: which cells changed, by document, entry and cause.

``python scripts/knowledge_changes.py TREE -o changes.parquet`` runs an earlier checkout's own code
and this one's on the same patients: made-up ones (many, as columns), the packaged published cases,
and patient files of a folder (``--files``). The table has one row for each document, option,
purpose, set of patients, answer before and answer after, with how often and why; a summary is
printed. Older knowledge files need their own code, so each side runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
#: No position, and none that an answer would bring.
QUIET = {
    *("silent", "lesser", "no_position", "not_read", "out_of_scope", "quiet_either_way"),
    *("quiet", "no document", "no row"),
}
#: An earlier state had one word for what later ones tell apart: a fact is missing, a text is open.
OPEN = {"undetermined", "fact_missing", "text_open"}
#: A column of a cell is named document/option/purpose.
_DEPTH = 2
#: Runs in either tree, so it uses only what both have.
_COLLECT = """
import datetime, json, sys
from pathlib import Path
from gepnet import api
from gepnet.io import published_records
from gepnet.knowledge import InputError
try:
    from gepnet.vocabulary import Question
except ImportError:  # an earlier state took the days one by one
    Question = None
QUIET = {"silent", "lesser", "no_position", "not_read", "out_of_scope", "quiet_either_way"}
base, files, day = api.base(), sys.argv[1], datetime.date.fromisoformat(sys.argv[2])
def assessed(record):
    if Question is None:
        return api.assess_record(record, base, knowledge_date=day)
    return api.assess_record(record, base, Question(knowledge_date=day))
entries = {}
for document in base.documents:
    for rule in document.recommendations:
        entry = rule.entry
        held = [(p.option, p.intent, p.position) for p in entry.options]
        said = [entry.when, entry.when_broad, held, entry.dissent, entry.verification]
        covered = sorted({o for o in base.options for p in held if base.options.covers(p[0], o)})
        entries[rule.full_id] = {"said": said, "options": covered}
def told(name, assessment):
    for document in assessment.documents.values():
        for cell in document.cells.values():
            status = str(cell.status.value)
            quiet = {str(one.value) for one in cell.possible} <= QUIET
            status = "quiet" if cell.possible and quiet else status
            yield [name, cell.document, cell.option, cell.intent, status]
def read(paths):
    for path in paths:
        try:
            yield path.stem, assessed(api.read_patient(path, base))
        except InputError as error:
            print(path.name, str(error).splitlines()[0], file=sys.stderr)
cells = {"published": [], "files": []}
for case in published_records(base.vocabulary):
    record = case.record
    cells["published"] += told(record.patient, assessed(record))
if files:
    for name, assessment in read(sorted(Path(files).glob("*.yaml"))):
        cells["files"] += told(name, assessment)
payers = [rule.entry.id for rule in getattr(base, "funding", ())]
scopes = {d.id: d.file.document.scope for d in base.documents}
found = {"entries": entries, "cells": cells, "payers": payers, "scopes": scopes}
json.dump(found, sys.stdout)
"""


def main() -> int:
    """Run both states and write what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, help="a checkout of the earlier state")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--files", default="", help="a folder of patient files")
    parser.add_argument("--day", default="2026-11-28")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made_up = Path(folder) / "facts.parquet"
        sample = ("facts", "sample", "--rows", str(asked.rows), "--at", asked.day)
        _run(ROOT, "-m", "gepnet", *sample, "-o", str(made_up))
        sides: list[Any] = []
        for tree in (asked.tree, ROOT):
            out = Path(folder) / f"{len(sides)}.parquet"
            cohort = ("cohort", "assess", str(made_up), "--knowledge-date", asked.day)
            _run(tree, "-m", "gepnet", *cohort, "-o", str(out))
            text = _run(tree, "-c", _COLLECT, str(asked.files), asked.day)
            sides.append((json.loads(text), pl.read_parquet(out), _codes(out)))
    rows = [*_of_table(sides), *_of_cells(sides, "published"), *_of_cells(sides, "files")]
    causes = _Causes(sides[0][0], sides[1][0])
    table = [{**row, "cause": causes.of(row)} for row in rows]
    pl.DataFrame(table).write_parquet(asked.output)
    _print(table)
    return 0


def _run(tree: Path, *arguments: str) -> str:
    here = {**os.environ, "PYTHONPATH": str(tree / "src")}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=here,
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise SystemExit(done.stderr or done.stdout)
    for line in done.stderr.splitlines():
        print(line, file=sys.stderr)
    return done.stdout


def _codes(file: Path) -> dict[int, str]:
    codes = json.loads(pl.read_parquet_metadata(file)["gepnet.codes"])
    return {
        int(code): "quiet"
        if said["possible"] and set(said["possible"]) <= QUIET
        else said["status"]
        for code, said in codes.items()
    }


def _of_table(sides: list[Any]) -> list[dict[str, Any]]:
    """Return the changed cells of made-up patients; a row that one state lacks is quiet there."""
    columns = dict.fromkeys(
        name for side in sides for name in side[1].columns if name.count("/") == _DEPTH
    )
    rows_of = [
        {tuple(name.split("/")[1:]) for name in side[1].columns if name.count("/") == _DEPTH}
        for side in sides
    ]
    found = []
    for name in columns:
        document, option, intent = name.split("/")
        pair = []
        for (_, frame, codes), rows in zip(sides, rows_of, strict=True):
            # A column of its own, or that of all other options, or that of the whole document.
            held = next((c for c in (name, f"{document}/*", document) if c in frame.columns), None)
            without = "no row" if held and (option, intent) not in rows else "no document"
            values = (
                frame[held].replace_strict(codes, return_dtype=pl.String)
                if held is not None and (option, intent) in rows
                else pl.Series([without] * frame.height, dtype=pl.String)
            )
            pair.append(values)
        for (before, after), count in Counter(zip(*pair, strict=True)).items():
            if _differs(before, after):
                found.append(_row("made up", document, option, intent, before, after, count))
    return found


def _of_cells(sides: list[Any], patients: str) -> list[dict[str, Any]]:
    states = [{tuple(cell[:4]): cell[4] for cell in side[0]["cells"][patients]} for side in sides]
    both = [set(name for name, *_ in state) for state in states]
    counted: Counter[tuple[str, ...]] = Counter()
    for key in dict.fromkeys([*states[0], *states[1]]):
        if key[0] not in both[0] & both[1]:
            continue
        before, after = (state.get(key, "no row") for state in states)
        if _differs(before, after):
            counted[(*key[1:], before, after)] += 1
    return [_row(patients, *key, count) for key, count in counted.items()]


def _differs(before: str, after: str) -> bool:
    return before != after and not {before, after} <= QUIET and not {before, after} <= OPEN


def _row(patients: str, *values: Any) -> dict[str, Any]:
    names = ("document", "option", "intent", "before", "after", "cells")
    return {"patients": patients, **dict(zip(names, values, strict=True))}


class _Causes:
    """Why an answer of a document on an option changed, from the entries of both states."""

    def __init__(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.before, self.after = before, after

    def of(self, row: dict[str, Any]) -> str:
        """Return what changed of the document where it speaks of the option of a row."""
        document, option = row["document"], row["option"]
        if document not in self.after["scopes"]:
            is_payer = any(name.startswith(document) for name in self.after["payers"])
            return "a payer, no document any more" if is_payer else "document gone"
        if document not in self.before["scopes"]:
            return "new document"
        if "no row" in (row["before"], row["after"]):
            return "a row that one table does not have"
        parts = self.entries(document, option)
        if self.before["scopes"][document] != self.after["scopes"][document]:
            parts.append("its scope")
        return "; ".join(parts) or "what a fact means, or how what is open is told"

    def entries(self, document: str, option: str) -> list[str]:
        """Return the entries on an option that were added, removed or changed."""
        old, new = (
            {
                name.split("/")[1]: entry
                for name, entry in side["entries"].items()
                if name.startswith(f"{document}/")
            }
            for side in (self.before, self.after)
        )
        signs = []
        for name in dict.fromkeys([*old, *new]):
            one, other = old.get(name), new.get(name)
            held = [entry is not None and option in entry["options"] for entry in (one, other)]
            if not any(held):
                continue
            if one is None or other is None:
                signs.append(("+" if one is None else "-") + name)
            elif one["said"] != other["said"]:
                signs.append("~" + name)
            elif not all(held):
                signs.append("the option tree")
        return list(dict.fromkeys(signs))


def _print(table: list[dict[str, Any]]) -> None:
    """Print how many answers changed in each document, with causes and the commonest changes."""
    documents: dict[str, list[dict[str, Any]]] = {}
    for row in table:
        documents.setdefault(row["document"], []).append(row)
    order = sorted(documents, key=lambda name: -sum(row["cells"] for row in documents[name]))
    print("| Document | made up | published | files | commonest changes | entries |")
    print("|---|---|---|---|---|---|")
    for name in order:
        rows = documents[name]
        counts = [
            sum(row["cells"] for row in rows if row["patients"] == which)
            for which in ("made up", "published", "files")
        ]
        ways: Counter[str] = Counter()
        for row in rows:
            ways[f"{row['before']} to {row['after']}"] += row["cells"]
        causes = Counter(part for row in rows for part in row["cause"].split("; "))
        signs = Counter(cause[0] for cause in causes if cause[0] in "+-~")
        plain = [cause for cause in causes if cause[0] not in "+-~"]
        told = [", ".join(f"{sign}{signs[sign]}" for sign in "+-~" if signs[sign]), *plain]
        commonest = "; ".join(f"{way} {count}" for way, count in ways.most_common(3))
        why = "; ".join(filter(None, told))
        print(f"| {name} | {' | '.join(map(str, counts))} | {commonest} | {why} |")


if __name__ == "__main__":
    sys.exit(main())
