"""What people write is read as the one thing it means, or answered by meaning."""

import difflib

import pytest

from gepnet.knowledge import load_knowledge
from gepnet.vocabulary import Vocabulary, load_vocabulary
from gepnet.vocabulary.words import OPTION, Words, fold


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


MEANT = [
    (OPTION, "Lutathera", "lu177_dotatate"),
    (OPTION, "177Lu-DOTATATE", "lu177_dotatate"),
    (OPTION, "¹⁷⁷Lu-DOTATATE", "lu177_dotatate"),
    (OPTION, "[177Lu]Lu-DOTA-TATE", "lu177_dotatate"),
    (OPTION, "Afinitor", "everolimus"),
    (OPTION, "AFINITOR", "everolimus"),
    (OPTION, "temozolomide / capecitabine", "captem"),
    (OPTION, "Sandostatin-LAR", "octreotide_lar"),
    (OPTION, "appendicectomy", "appendectomy"),
    (OPTION, "Whipple", "pancreatoduodenectomy"),
    (OPTION, "RFA", "radiofrequency_ablation"),
    (OPTION, "laparoscopic appendicectomy", "appendectomy"),
    (OPTION, "completion right hemicolectomy", "right_hemicolectomy"),
    ("primary_site", "gastric fundus", "stomach"),
    ("primary_site", "duodenal bulb", "duodenum_proximal"),
    ("sstr_uptake_vs_liver", "> liver", "above"),
    ("primary_site", "ileum", "jejunum_ileum"),
    ("primary_site", "Small-Bowel", "jejunum_ileum"),
    ("primary_site", "Dünndarm", "jejunum_ileum"),
    ("primary_site", "caecum", "colon_proximal"),
    ("primary_site", "colon", "colon_unspecified"),
    ("differentiation", "Well", "well"),
    ("differentiation", "ben differenziato", "well"),
    ("sex", "F", "female"),
    ("stage", "IV", "metastatic"),
    ("grade_reported", "NET G2", "G2"),
    ("syndrome", "Zollinger-Ellison", "gastrinoma"),
    ("best_response", "partial response", "PR"),
    (OPTION, "carboplatin + etoposide", "carboplatin_etoposide"),
    (OPTION, "Xeloda + Temodal", "captem"),
    (OPTION, "temozolomide plus capecitabine", "captem"),
    ("primary_site", "tail of the pancreas", "pancreas"),
    ("primary_site", "body of the stomach", "stomach"),
    ("primary_site", "gallbladder", "non_GEP"),
    ("types", "RECIST", "radiological_recist"),
    ("types", "biochemical progression", "marker_rise"),
    ("stop_reason", "side effects", "toxicity"),
]


@pytest.mark.parametrize(("subject", "word", "meant"), MEANT)
def test_a_word_of_one_meaning_is_read(
    subject: str, word: str, meant: str, vocabulary: Vocabulary
) -> None:
    assert vocabulary.words.of(subject).read(word) == meant


def test_no_word_means_two_things(vocabulary: Vocabulary) -> None:
    assert list(vocabulary.words.doubles()) == []
    assert list(vocabulary.words.unknown()) == []


def test_every_word_is_read_as_the_thing_that_it_is_said_of(vocabulary: Vocabulary) -> None:
    """Written with any case, and with hyphens or spaces, it stays the same word."""
    words = vocabulary.words
    for subject in (OPTION, "kind", *words.subjects):
        meanings = words.of(subject)
        for name, word in meanings.said:
            for written in (word, word.upper(), word.replace("-", " "), word.replace(" ", "-")):
                assert meanings.read(written) == name, (subject, written)


def test_a_word_of_two_things_is_a_fault_of_the_knowledge(vocabulary: Vocabulary) -> None:
    measures = {
        "synonyms": {
            "values": {
                "primary_site": {"appendix": ["blind gut"], "colon_proximal": ["Blind-Gut"]}
            },
            "facts": {"sex": ["which"], "age_years": ["which"], "sexx": ["s"]},
            "yes": ["ok"],
            "no": ["OK"],
        }
    }
    words = Words(measures, vocabulary, vocabulary.options)
    assert {(subject, word) for subject, word, _ in words.doubles()} >= {
        ("primary_site", "blindgut"), ("fact", "which"), ("boolean", "ok"),
    }  # fmt: skip
    assert ("fact", "sexx") in list(words.unknown())
    # It is not read either: nobody knows which was meant.
    assert words.of("primary_site").read("blind gut") is None
    assert words.of("primary_site").suggest("blind gut") == "appendix' or 'colon_proximal"


MISSPELT = [
    (OPTION, "apendicectomy", "appendectomy"),  # and not the adrenalectomy
    (OPTION, "Lutatera", "lu177_dotatate"),
    (OPTION, "Afinittor", "everolimus"),
    # never the opposite, nor what is only spelled alike
    ("resectability", "operable", "resectable"),
    ("resectability", "inoperable", "unresectable"),
    ("differentiation", "undifferentiated", "poor"),
    ("resection_margin", "positive", "R1' or 'R2"),
    (OPTION, "octreotide", "octreotide_lar' or 'octreotide_short_acting"),
    ("primary_site", "Blinddarm", "appendix' or 'colon_proximal"),
    ("primary_site", "hindgut", "colon_distal' or 'rectum"),
    ("primary_site", "small bowl", "jejunum_ileum"),
    # a word of a longer name is no misspelt name of something else
    (OPTION, "stent", "biliary_drainage' or 'urinary_diversion"),
    (OPTION, "stnt", "biliary_drainage' or 'urinary_diversion"),
    (OPTION, "stenting", None),
    (OPTION, "PEG", None),
]


@pytest.mark.parametrize(("subject", "word", "meant"), MISSPELT)
def test_what_is_not_read_is_answered_by_meaning(
    subject: str, word: str, meant: str | None, vocabulary: Vocabulary
) -> None:
    meanings = vocabulary.words.of(subject)
    assert meanings.read(word) is None
    assert meanings.suggest(word) == meant


def test_a_word_of_longer_names_leads_to_nothing_that_is_not_called_so(
    vocabulary: Vocabulary,
) -> None:
    """No procedure to a medicine: what has the word in a name, or nothing."""
    for subject in (OPTION, *vocabulary.words.subjects):
        meanings = vocabulary.words.of(subject)
        for part, names in meanings.parts.items():
            suggested = meanings.suggest(part)
            if meanings.called.get(part) or meanings.open.get(part) or suggested is None:
                continue
            assert set(suggested.split("' or '")) == set(names), (subject, part)


def test_a_second_syndrome_is_called_as_the_first(vocabulary: Vocabulary) -> None:
    first, second = (vocabulary.words.of(name) for name in ("syndrome", "second_syndrome"))
    assert first.called == second.called


def test_a_misspelt_synonym_leads_to_its_own_option(vocabulary: Vocabulary) -> None:
    """Of every long synonym with a letter left out, the answer is its option, if there is one."""
    meanings = vocabulary.words.of(OPTION)
    for name, word in meanings.said:
        if len(fold(word)) < 8:
            continue
        short = word[:4] + word[5:]
        meant = meanings.read(short) or meanings.suggest(short)
        near = difflib.SequenceMatcher(None, fold(short), fold(word)).ratio()
        assert meant is None or name in meant or near < 0.95, (short, meant, name)


def test_a_key_is_read_only_among_the_facts_of_its_event(vocabulary: Vocabulary) -> None:
    words = vocabulary.words
    assert words.fact("Ki-67", vocabulary.of_event("pathology")) == "ki67_percent"
    assert words.fact("Ki-67", vocabulary.of_event("body")) is None
    assert words.fact("PTHrP", vocabulary.of_event("laboratory")) == "pthrp_pmol_l"


def test_a_word_that_says_two_things_says_them_both(vocabulary: Vocabulary) -> None:
    told = vocabulary.words.together("grade_reported", "Large-cell NEC")
    assert told == {"grade_reported": "NEC", "differentiation": "poor", "nec_type": "large_cell"}
    assert vocabulary.words.together("primary_site", "ileum") == {}


def test_synonyms_are_part_of_the_knowledge() -> None:
    assert "synonyms" in load_knowledge().measures
