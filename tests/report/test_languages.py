"""A patient in Italian: the same answer, in the words of the language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.criteria import prose
from gepnet.report.preparation import preparation_view


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    base = api.base()
    file = Path(tmp_path_factory.mktemp("it")) / "patient.yaml"
    file.write_text(api.example_patient(), encoding="utf-8")
    assessment = api.assess_record(api.read_patient(file, base), base)
    found = {}
    for language in api.languages(base):
        told = api.in_language(base, language)
        answer = api.answer_view(assessment, base, language=language)
        found[language] = {"answer": answer, "preparation": preparation_view(assessment, told)}
    return found


def ids(view: Any) -> Any:
    """Return what a view holds besides its words: numbers and ids in their places."""
    if isinstance(view, dict):
        kept = ("id", "option", "options", "status", "for", "of", "document", "fact", "facts")
        return {k: ids(v) for k, v in view.items() if k in kept or isinstance(v, dict | list)}
    if isinstance(view, list):
        return [ids(one) for one in view if not isinstance(one, str)]
    return view


def test_only_the_words_differ(views: dict[str, dict[str, Any]]) -> None:
    english, italian = views["en"]["answer"], views["it"]["answer"]
    assert english["language"] == "en" and italian["language"] == "it"
    assert english["knowledge_digest"] == italian["knowledge_digest"]
    for part in ("rows", "no_document_for", "beside"):
        assert [(r["options"], r["for"], r["of"]) for r in english[part]] == [
            (r["options"], r["for"], r["of"]) for r in italian[part]
        ]
    assert [ids(one) for one in english["rows"]] == [ids(one) for one in italian["rows"]]


def test_the_answer_is_in_italian(views: dict[str, dict[str, Any]]) -> None:
    view = views["it"]["answer"]
    assert "anni" in view["who"]["text"] and "metastasi epatiche" in view["who"]["text"]
    assert view["question"]["text"].startswith("In progressione durante")
    assert "lo raccomanda" in view["why"]["text"] and "Dato decisivo" in view["why"]["text"]
    assert {one["label"] for one in view["strip"]} >= {"Tumore", "Funzione", "Progressione"}
    texts = [text for one in view["strip"] if (text := one["text"])]
    assert "Progressione radiologica secondo RECIST" in texts
    words = {c["word"] for row in view["rows"] for cell in row["cells"].values() for c in cell}
    assert words <= {
        "raccomandato", "opzione", "solo in studio", "contro", "testo aperto", "manca un dato",
        "a favore, forza aperta", "conflitto interno",
    }  # fmt: skip


def test_what_a_board_lacks_is_in_italian(views: dict[str, dict[str, Any]]) -> None:
    english, italian = (views[name]["preparation"] for name in ("en", "it"))
    assert [one["id"] for one in english["domains"]] == [one["id"] for one in italian["domains"]]
    assert {one["ask"] for one in italian["domains"]} >= {"Anatomia patologica", "Radiologia"}
    assert all(
        one["request"] != other["request"] or one["request"].isupper()
        for one, other in zip(english["to_do"], italian["to_do"], strict=True)
    )


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ("ki67_percent < 10 and not received_everolimus",
         "Indice Ki-67 inferiore a 10%; non: Già trattato con Everolimus"),
        ("grade in ('NET_G1', 'NET_G2') or metastasis_bone",
         "Grado (OMS 2022) NET G1 o NET G2 o Metastasi: Osso"),
        ("ki67_percent between 2.5 and 10", "Indice Ki-67 da 2,5 a 10%"),
        ("sstr_krenning is null", "Punteggio di Krenning: non noto"),
        ("primary_site <> 'pancreas'", "Sede del primitivo non Pancreas"),
    ],
)  # fmt: skip
def test_a_criterion_in_words(criterion: str, said: str) -> None:
    base = api.base()
    told = api.in_language(base, "it")
    assert prose(base.criteria(criterion), told.vocabulary) == said


def test_every_field_of_an_event_has_words() -> None:
    told = api.in_language(api.base(), "it")
    lacking = [
        (kind, one["id"])
        for kind in api.EVENT_KINDS
        for one in api.event_form(told, kind)
        if one["id"] not in told.vocabulary and one["id"] not in told.vocabulary.phrases.fields
    ]
    assert lacking == []
    assert api.value_words(told, "types", "radiological_recist").startswith("Progressione")
    assert api.value_words(told, "stop_reason", "toxicity") == "tossicità"
