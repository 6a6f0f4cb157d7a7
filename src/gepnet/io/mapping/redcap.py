"""REDCap: a data dictionary and an export, raw or as labels, become a mapping and its tables.

The dictionary says what each field is called and what its codes mean; which fact it is follows from
the name of the field, if that is one of the vocabulary, and else from its label. A checkbox is a
column for each choice (``field___1``). Rows of repeating instruments stand in the same export.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gepnet.io.mapping.model import NOTHING, TableMap
from gepnet.io.mapping.model import Mapping as MappingFile
from gepnet.io.mapping.suggest import suggest_table
from gepnet.io.mapping.suggest_treatments import Suggested
from gepnet.io.mapping.words import code_list, missing
from gepnet.io.redcap_columns import CHOICES, FIELD, FORM, KIND, LABEL, VALIDATION
from gepnet.knowledge import InputError, Problem, unusable
from gepnet.tables import SHEETS, Sheet, read_sheet
from gepnet.vocabulary import Vocabulary
from gepnet.vocabulary.words import OPTION

_OWN = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
        "redcap_data_access_group", "redcap_survey_identifier")  # fmt: skip
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Asked:
    """One field of a dictionary: its form, type, label, choices by code, and validation."""

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str]
    validation: str
    annotation: str

    @property
    def columns(self) -> list[str]:
        """The columns of the field in an export."""
        if self.kind != "checkbox":
            return [self.name]
        return [f"{self.name}___{code.casefold().replace('-', '_')}" for code in self.choices]


def opened_redcap(
    source: Path, vocabulary: Vocabulary
) -> tuple[MappingFile, list[tuple[TableMap, Sheet]], list[Path]]:
    """Return the mapping of a project, its tables with their entries, and the files left aside.

    Args:
        source: a folder with the data dictionary and one or more exports.
        vocabulary: the facts.

    Raises:
        InputError: if there is no dictionary or no export.
    """
    files = [source] if source.is_file() else []
    if source.is_dir():
        files = sorted(p for p in source.rglob("*") if p.suffix.casefold() in SHEETS)
    sheets = {path: read_sheet(path) for path in files}
    dictionaries = [p for p, sheet in sheets.items() if _is_dictionary(sheet)]
    if not dictionaries:
        told = f"a folder with a data dictionary (a column '{FIELD}') and an export"
        raise unusable(source, told)
    fields = [f for path in dictionaries for f in dictionary_of(sheets[path])]
    if not fields:
        raise InputError([Problem(str(dictionaries[0]), None, "", "", "", "at least one field")])
    exports = [
        path
        for path, sheet in sheets.items()
        if path not in dictionaries and fields[0].name in sheet.names
    ]
    if not exports:
        told = f"an export with the column '{fields[0].name}', the first field of the dictionary"
        raise unusable(source, told)
    entries = [redcap_table(sheets[p], fields, vocabulary, p.name) for p in exports]
    mapping = MappingFile.model_validate(
        {"title": "REDCap", "tables": [entry.plain() for entry in entries]}
    )
    left = [p for p in sheets if p not in dictionaries and p not in exports]
    tables = list(zip(mapping.tables, (sheets[p] for p in exports), strict=True))
    return mapping, tables, left


def _is_dictionary(sheet: Sheet) -> bool:
    return {FIELD, KIND} <= set(sheet.names) or {"field_name", "field_type"} <= set(sheet.names)


def dictionary_of(sheet: Sheet) -> list[Asked]:
    """Return the fields of a dictionary, in its order."""
    by_api = {
        FIELD: "field_name", FORM: "form_name", KIND: "field_type", LABEL: "field_label",
        CHOICES: "select_choices_or_calculations", "Field Annotation": "field_annotation",
        VALIDATION: "text_validation_type_or_show_slider_number",
    }  # fmt: skip
    found = []
    for row in sheet.columns.iter_rows(named=True):
        said = {name: row.get(name) or row.get(other) or "" for name, other in by_api.items()}
        if said[FIELD]:
            found.append(
                Asked(
                    said[FIELD],
                    said[FORM],
                    said[KIND],
                    _TAG.sub("", said[LABEL]).strip(),
                    _choices(said[CHOICES], said[KIND]),
                    said[VALIDATION],
                    said["Field Annotation"],
                )
            )
    return found


def _choices(text: str, kind: str) -> dict[str, str]:
    if kind == "yesno":
        return {"1": "yes", "0": "no"}
    if kind == "truefalse":
        return {"1": "true", "0": "false"}
    if kind not in ("radio", "dropdown", "checkbox"):
        return {}
    pairs = (part.partition(",") for part in text.split("|") if part.strip())
    return {code.strip(): _TAG.sub("", label).strip() for code, _, label in pairs}


def redcap_table(
    sheet: Sheet, fields: Iterable[Asked], vocabulary: Vocabulary, file: str
) -> Suggested:
    """Return the mapping of an export by its dictionary."""
    asked = list(fields)
    labels = {c: f.label for f in asked for c in f.columns if f.kind != "checkbox"}
    made = suggest_table(_with_labels(sheet, asked), vocabulary, file, labels)
    made.head["patient"] = asked[0].name
    made.head["rows"] = "event"
    entries = {str(entry["column"]): entry for entry in made.columns}
    for field in asked[1:]:
        if field.kind == "checkbox":
            _checkbox(field, sheet, vocabulary, entries, made)
        elif field.name in sheet.names:
            _named(field, sheet, vocabulary, entries, made)
    for name in (asked[0].name, *_OWN):
        entries.pop(name, None)
    for name in sheet.names:
        if name in _OWN or name.endswith("_complete"):
            entries[name] = {"column": name, "to": NOTHING, "saw": "a column of REDCap itself"}
    _dates_of_forms(asked, sheet, vocabulary, entries, made)
    made.columns = [entries[name] for name in sheet.names if name in entries]
    return made


def _with_labels(sheet: Sheet, fields: list[Asked]) -> Sheet:
    """Return an export in which the codes of choices are their labels, to be looked at."""
    import polars as pl

    table = sheet.columns
    for field in fields:
        if field.choices and field.kind != "checkbox" and field.name in table.columns:
            table = table.with_columns(pl.col(field.name).replace(dict(field.choices)))
    return Sheet(sheet.file, table, sheet.notes, sheet.problems)


def _named(
    field: Asked,
    sheet: Sheet,
    vocabulary: Vocabulary,
    entries: dict[str, dict[str, Any]],
    made: Suggested,
) -> None:
    """Give a field whose name is a fact that fact, and the codes of choices their meaning."""
    known = _own_target(field, vocabulary)
    entry = entries.setdefault(field.name, {"column": field.name, "to": NOTHING, "saw": ""})
    if known is not None:
        event, name = known
        entry.update({"to": f"{event}.{name}", "confidence": "high", "saw": "the name of a fact"})
        entry.pop("codes", None)
        entry.pop("split", None)
        entry.pop("unit", None)
        if event in ("treatment", "progression") and event not in made.events:
            made.events[event] = {"kind": event}
    if field.choices and entry["to"] != NOTHING and "codes" not in entry:
        values = {**dict(entry.get("values", {}))}
        values |= {
            code: _label(code, label, entry["to"], vocabulary)
            for code, label in field.choices.items()
        }
        entry["values"] = values
    elif "codes" in entry and field.choices:
        entry["to"] = NOTHING
        entry.pop("codes")
        entry.pop("split", None)


def _own_target(field: Asked, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """Return what a field is by its annotation ``@GEPNET=event.field`` or its own name."""
    match = re.search(r"@GEPNET=['\"]?([\w.]+)", field.annotation)
    if match:
        event, _, name = match[1].partition(".")
        return event, name
    fact = vocabulary.get(field.name)
    return None if fact is None or not fact.entry.event else (str(fact.entry.event), fact.id)


def _label(code: str, label: str, to: str, vocabulary: Vocabulary) -> Any:
    """Return what the label of a choice means: a value, or None where nothing is known."""
    _, _, name = to.partition(".")
    fact = vocabulary.get(name)
    known = vocabulary.options if name == OPTION else () if fact is None else fact.values
    if code in known:
        return code  # as in the dictionary that gepnet writes
    if fact is not None and fact.type == "boolean":
        flag = vocabulary.words.flag(label)
        return flag if flag is not None else label
    if label.casefold() in missing():
        return None
    if fact is not None and fact.type == "enum":
        return vocabulary.words.of(name).read(label) or label
    return label


def _checkbox(
    field: Asked,
    sheet: Sheet,
    vocabulary: Vocabulary,
    entries: dict[str, dict[str, Any]],
    made: Suggested,
) -> None:
    """Give each choice of a checkbox that is a fact, an organ or a treatment what it says.

    A box that is not checked says nothing: nobody can tell it from one that was not looked at.
    """
    for column, (code, label) in zip(field.columns, field.choices.items(), strict=True):
        if column not in sheet.names:
            continue
        checked = {"1": True, "0": None, "Checked": True, "Unchecked": None}
        entry: dict[str, Any] = {"column": column, "to": NOTHING}
        entry["saw"] = f"box '{label}' of '{field.label}'"
        fact = _fact_of_box(field, label, code, vocabulary)
        option = vocabulary.words.of(OPTION).read(label)
        if fact is not None:
            entry |= {"to": fact, "values": checked, "confidence": "medium"}
        elif option is not None and vocabulary.options[option].kind == "treatment":
            group = f"{field.name}_{option}"
            made.events[group] = {
                "kind": "treatment",
                "when": {column: ["1", "Checked"]},
                "fields": {"option": option},
            }
            entry["confidence"] = "medium"
            entry["saw"] += f": {option}"
        entries[column] = entry


def _fact_of_box(field: Asked, label: str, code: str, vocabulary: Vocabulary) -> str | None:
    for name in (
        code,
        f"{field.name}_{code}",
        label,
        f"{field.label} {label}",
        f"{label} {field.label}",
    ):
        fact = vocabulary.get(name)
        if fact is None:
            known = [f.id for f in vocabulary.values() if f.entry.event and f.type == "boolean"]
            found = vocabulary.words.fact(name, known)
            fact = None if found is None else vocabulary[found]
        if fact is not None and fact.type == "boolean" and fact.entry.event:
            return f"{fact.entry.event}.{fact.id}"
    if "metast" in f"{field.name} {field.label}".casefold():
        found_code = code_list("metastatic_sites").find(label)
        if found_code is not None and "stage.stage" not in found_code.means:
            return next(iter(found_code.means))
    return None


def _dates_of_forms(
    fields: list[Asked],
    sheet: Sheet,
    vocabulary: Vocabulary,
    entries: dict[str, dict[str, Any]],
    made: Suggested,
) -> None:
    """Date the events of a form by its first date that is no fact of its own."""
    dates: dict[str, str] = {}
    for field in fields:
        is_date = field.validation.startswith(("date", "datetime"))
        entry = entries.get(field.name)
        if is_date and entry is not None and entry["to"] == NOTHING:
            dates.setdefault(field.form, field.name)
    forms: dict[str, set[str]] = {}
    for field in fields:
        for column in field.columns:
            to = str(entries.get(column, {}).get("to", NOTHING))
            kind = to.partition(".")[0]
            if "." in to and vocabulary.of_event(kind) and not to.endswith(".date"):
                forms.setdefault(kind, set()).add(field.form)
    for kind, of in forms.items():
        date = next((dates[form] for form in dates if form in of), None)
        if date is not None and kind not in ("demographics", "treatment"):
            made.events[kind] = {"kind": kind, "date": date}
            entries[date]["saw"] = f"the date of the {kind}"
