"""A REDCap data dictionary of the vocabulary, so that a registry can begin to collect.

Each field is the fact or the field of an event that its annotation names, and what is collected
with it comes in by ``gepnet import redcap`` without a mapping.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from gepnet.io.redcap_columns import COLUMNS
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import SourceId, Strict
from gepnet.record import EVENT_MODELS
from gepnet.tables import as_csv
from gepnet.vocabulary import Fact, Vocabulary

#: The field that names the patient.
RECORD = "record_id"
_DATES = ("start", "stop", "last_dose", "date", "resolved")
_LISTS = ("types", "on")
_RANGE = "A number, a range such as 2-5, or a bound such as <3"
_TREATMENTS = ("treatment", "supportive")


class Item(Strict):
    """One field of a form, as ``event.field``."""

    to: str
    needed: bool = False


class FormEntry(Strict):
    """A form: its fields, whether it repeats, and the kind of event that its date is of."""

    id: str
    label: str
    repeats: bool = False
    dated: str | None = None
    items: tuple[Item, ...] = Field(min_length=1)


class MinimumDataSet(MeasureFile):
    """What a registry should hold at least: the product's own list, and what it is not."""

    files = ("minimum_data_set",)
    not_read: tuple[SourceId, ...] = ()
    forms: tuple[FormEntry, ...] = ()


@dataclass(frozen=True)
class Question:
    """One row of the dictionary."""

    name: str
    form: str
    kind: str
    label: str
    to: str = ""
    section: str = ""
    choices: str = ""
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    needed: bool = False
    identifier: bool = False

    def row(self) -> list[str]:
        """Return the cells in the columns of a data dictionary."""
        said = {
            "Variable / Field Name": self.name,
            "Form Name": self.form,
            "Section Header": self.section,
            "Field Type": self.kind,
            "Field Label": self.label,
            "Choices, Calculations, OR Slider Labels": self.choices,
            "Field Note": self.note,
            "Text Validation Type OR Show Slider Number": self.validation,
            "Text Validation Min": self.low,
            "Text Validation Max": self.high,
            "Identifier?": "y" if self.identifier else "",
            "Required Field?": "y" if self.needed else "",
            "Field Annotation": f"@GEPNET={self.to}" if self.to else "",
        }
        return [said.get(column, "") for column in COLUMNS]


def redcap_questions(
    vocabulary: Vocabulary, measures: dict[str, Any], every: bool = False
) -> list[Question]:
    """Return the fields of a data dictionary, in order.

    Args:
        vocabulary: the facts.
        measures: the knowledge files with the minimum data set.
        every: every fact that can be recorded, instead of the minimum data set.
    """
    forms = _every(vocabulary) if every else MinimumDataSet.read(measures).forms
    first = forms[0].id
    found = [Question(RECORD, first, "text", "Record ID", note="A pseudonym, not a name")]
    for form in forms:
        found += _form(form, vocabulary)
    return found


def redcap_dictionary(questions: list[Question]) -> str:
    """Return a data dictionary as CSV, as REDCap uploads it."""
    return as_csv(COLUMNS, [question.row() for question in questions])


def _every(vocabulary: Vocabulary) -> tuple[FormEntry, ...]:
    """Return a form for each kind of event, with everything that such an event can hold."""
    forms = []
    for kind in vocabulary.event_kinds():
        facts = [f for f in vocabulary.of_event(kind).values() if f.family is None]
        if facts and kind not in EVENT_MODELS:
            items = tuple(Item(to=f"{kind}.{fact.id}") for fact in facts)
            label = kind.replace("_", " ").capitalize()
            once = kind in ("demographics", "diagnosis", "access")
            dated = None if once else kind
            forms.append(
                FormEntry(id=kind, label=label, repeats=not once, dated=dated, items=items)
            )
    return tuple(forms)


def _form(form: FormEntry, vocabulary: Vocabulary) -> Iterator[Question]:
    if form.dated is not None:
        yield Question(
            f"{form.id}_date", form.id, "text", f"Date: {form.label.lower()}", f"{form.dated}.date",
            form.label + (" (a repeating instrument)" if form.repeats else ""),
            validation="date_ymd", needed=True,
        )  # fmt: skip
    for item in form.items:
        kind, _, name = item.to.partition(".")
        fact = vocabulary.get(name)
        if fact is not None and fact.entry.event == kind:
            yield _of_fact(fact, form, item)
        else:
            yield _of_field(kind, name, form, item, vocabulary)


def _of_fact(fact: Fact, form: FormEntry, item: Item) -> Question:
    unit = fact.entry.unit
    shown = "" if unit is None or unit.startswith("{") else f" ({unit})"
    note = " ".join((fact.entry.definition or "").split())[:400]
    plain = Question(
        fact.id, form.id, "text", fact.entry.label + shown, item.to, note=note, needed=item.needed,
        identifier=fact.id == "birth_date",
    )  # fmt: skip
    changed: dict[str, Any] = {}
    if fact.type == "boolean":
        changed = {"kind": "yesno"}
    elif fact.type == "enum":
        choices = " | ".join(f"{v.id}, {_label(v.label or v.id)}" for v in fact.entry.values)
        changed = {"kind": "radio" if len(fact.values) <= 6 else "dropdown", "choices": choices}
    elif fact.type == "date":
        changed = {"validation": "date_ymd"}
    elif fact.takes_range:
        changed = {"note": f"{_RANGE}. {note}"[:400]}
    else:
        low, high = fact.entry.range or ("", "")
        changed = {"validation": "number", "low": str(low), "high": str(high)}
    return Question(**{**vars(plain), **changed})


def _of_field(
    kind: str, name: str, form: FormEntry, item: Item, vocabulary: Vocabulary
) -> Question:
    label = f"{form.label}: {name.replace('_', ' ')}"
    plain = Question(f"{form.id}_{name}", form.id, "text", label, item.to, needed=item.needed)
    changed: dict[str, Any] = {}
    if name in _DATES:
        changed = {"validation": "date_ymd"}
    elif name in ("option", "on"):
        options = vocabulary.options
        known = [o for o in options if options[o].kind in _TREATMENTS]
        if kind == "prrt_cycle":
            known = [o for o in known if "radioligand_therapy" in options.lineage(o)]
        listed = " | ".join(f"{one}, {_label(options[one].label)}" for one in known)
        changed = {"kind": "dropdown", "choices": listed}
    elif name in _LISTS:
        changed = {"note": "Several with a semicolon between them"}
    else:
        about = EVENT_MODELS[kind].model_fields[name]
        words = vocabulary.words.of(name).ids
        if words:
            listed = " | ".join(f"{word}, {_label(word.replace('_', ' '))}" for word in words)
            changed = {"kind": "dropdown", "choices": listed}
        elif "bool" in str(about.annotation):
            changed = {"kind": "yesno"}
        elif any(number in str(about.annotation) for number in ("int", "float", "Decimal")):
            changed = {"validation": "number"}
    return Question(**{**vars(plain), **changed})


def _label(text: str) -> str:
    """Return a label without the marks that part choices."""
    return text.replace("|", "/").replace(",", ";")
