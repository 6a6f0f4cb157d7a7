"""What a registry begins with: a data dictionary of the vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import refuse, write_atomically


def export_redcap(
    base: KnowledgeBase, output: Path, every: bool = False, force: bool = False
) -> dict[str, Any]:
    """Write a REDCap data dictionary, of the minimum data set for PRRT or of every fact.

    Returns:
        ``forms`` (form, label, fields, needed, repeats), ``fields`` and ``notes``.

    Raises:
        InputError: if the file is there and not to be replaced.
    """
    from gepnet.io.dictionary import MinimumDataSet, redcap_dictionary, redcap_questions

    if output.exists() and not force:
        raise refuse("output", output, "a new file, or the wish to replace it (--force)")
    questions = redcap_questions(base.vocabulary, base.knowledge.measures, every)
    write_atomically(output, redcap_dictionary(questions))
    least = MinimumDataSet.read(base.knowledge.measures)
    known = {form.id: form for form in least.forms}
    names = list(dict.fromkeys(question.form for question in questions))
    forms = []
    for name in names:
        mine = [question for question in questions if question.form == name]
        form = known.get(name)
        repeats = any("repeating" in question.section for question in mine)
        forms.append(
            {
                "form": name,
                "label": form.label if form and not every else name.replace("_", " "),
                "fields": len(mine),
                "needed": sum(question.needed for question in mine),
                "repeats": bool(form.repeats) if form and not every else repeats,
            }
        )
    own = [least.note] if least.note and not every else []
    return {"file": str(output), "fields": len(questions), "forms": forms, "notes": own}
