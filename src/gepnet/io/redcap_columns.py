"""The columns of a data dictionary, as REDCap names them: for who writes one and who reads one."""

from __future__ import annotations

FIELD, FORM, SECTION, KIND, LABEL, CHOICES, NOTE, VALIDATION = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number",
)  # fmt: skip
COLUMNS = (
    FIELD, FORM, SECTION, KIND, LABEL, CHOICES, NOTE, VALIDATION, "Text Validation Min",
    "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name",
    "Matrix Ranking?", "Field Annotation",
)  # fmt: skip
