"""A pathway says what the document says: of made-up and packaged patients, and by two proofs."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from gepnet import api
from gepnet.criteria import facts_of, interpret
from gepnet.facts import Facts, facts_of_values
from gepnet.guidelines import Cell, KnowledgeBase, Status, assess
from gepnet.guidelines.pathway.cut import Cutter, Page
from gepnet.guidelines.pathway.literals import criterion
from gepnet.guidelines.pathway.make import is_proved, pathways, proved_pages, question_of
from gepnet.guidelines.pathway.outcome import (
    cells,
    needs_stated,
    outcome,
    rows_on,
    status_within,
)
from gepnet.guidelines.pathway.positions import ask_document
from gepnet.guidelines.pathway.proof import faults, solver_faults
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.pathway.tree import Fork, Leaf, Node, paths
from gepnet.guidelines.pathway.walk import Walker
from gepnet.guidelines.pathway.words import Words
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.prover import Prover
from gepnet.io import published_records
from gepnet.vocabulary import Question, exact
from tests.guidelines.pathway.made_up import DAY, base, facts, only, patients
from tests.guidelines.small_world import INTENT, OPTION, random_base

QUESTION = Question(at=None, knowledge_date=DAY)
PATIENTS = 2000
ASKED = (
    ("asco-2023", "all"),
    ("norway-2020", "prrt"),
    ("tafuto-2025", "first-line"),
    ("esmo-2020", "prrt"),
)


def drawn(document: str, question: str) -> list[Page]:
    """Return the pages of a question to a document, for the first of its purposes."""
    asked = question_of(base(), question)
    found = proved_pages(base(), document, asked, asked.intents[0])
    assert found
    return found


def said(status: Status, possible: tuple[Status, ...]) -> set[str]:
    """Return what may be said; how well a topic was read is not told apart."""
    quiet = {Status.SILENT, Status.NO_POSITION, Status.NOT_READ}
    return {"nothing" if one in quiet else one.value for one in possible or (status,)}


def completes(whole: Facts, known: Facts, names: list[str]) -> bool:
    """Whether no answer differs: some derived facts turn out otherwise when more is recorded."""
    return all(known.values.get(name) in (None, whole.values.get(name)) for name in names)


class Seen:
    """Patients on pages, compared with their assessments."""

    def __init__(self, documents: list[tuple[str, str]]) -> None:
        self.walkers = [Walker(page) for d, q in documents for page in drawn(d, q)]
        self.base = only(*(d for d, _ in documents))
        self.names = self.base.facts_named | {
            name for w in self.walkers for name in w.page.asked.space.asked if " " not in name
        }
        self.counts: Counter[str] = Counter()

    def compare(self, whole: Facts, known: Facts) -> None:
        """Compare what is said of a patient of whom some facts are hidden."""
        told = assess(self.base, known, QUESTION)
        of_whole = told if whole is known else assess(self.base, whole, QUESTION)
        for walker in self.walkers:
            asked = walker.page.asked
            if any(interpret(node, whole.values) is False for node in asked.given):
                continue
            found = walker.walk(known.values)
            of_all = found if whole is known else walker.walk(whole.values)
            if found is None or of_all is None:
                self.counts["off the map"] += 1
                continue
            for option in cells(asked):
                cell = told.documents[asked.document.id].cells[option, asked.intent]
                full = of_whole.documents[asked.document.id].cells[option, asked.intent]
                self._cell(walker, option, (whole, known), (full, cell))

    def _cell(
        self, walker: Walker, option: str, patient: tuple[Facts, Facts], said_of: tuple[Cell, Cell]
    ) -> None:
        asked, (whole, known), (full, cell) = walker.page.asked, patient, said_of
        found = walker.walk(known.values)
        assert found is not None
        rows = [asked.rows[place] for place in rows_on(asked, option)]
        if needs_stated(asked, rows, known.values):
            self.counts["a text asks whether something is recorded"] += 1
            return
        drawn_status = outcome(walker, found, option, known.values)
        if drawn_status is not None:
            # What follows from rules between facts may settle more than the assessment.
            told = (asked.document.id, option, drawn_status, cell)
            assert said(*drawn_status) <= said(cell.status, cell.possible), told
            if not cell.possible:
                assert drawn_status[0] is cell.status, told
                self.counts["drawn"] += 1
                self.counts["stated"] += cell.status not in (Status.NOT_READ, Status.SILENT)
        status, possible = status_within(asked, option, found.allowed)
        left = possible or (status,)
        if not full.possible and completes(whole, known, asked.space.asked):
            assert said(full.status, ()) <= said(left[0], left), (option, full, left)
            self.counts["contains the status of a completion"] += 1
        assert said(left[0], left) <= said(cell.status, cell.possible), (option, left, cell)
        self.counts["narrower"] += len(left) < len(cell.possible)


def test_walking_a_pathway_is_assessing_a_patient_of_whom_everything_is_known() -> None:
    seen = Seen(list(ASKED[1:]))
    names = frozenset(seen.names)
    for given in patients(PATIENTS, 1, names):
        whole = facts(given, names)
        seen.compare(whole, whole)
    assert seen.counts["drawn"] > PATIENTS, seen.counts
    assert seen.counts["stated"] > PATIENTS // 2, seen.counts


def test_what_is_not_known_leaves_what_every_completion_comes_to_and_no_more_than_assess() -> None:
    seen = Seen(list(ASKED))
    choose = random.Random(2)
    for given in patients(PATIENTS // 5, 2, frozenset(seen.names)):
        kept = {name: value for name, value in given.items() if choose.random() < 0.75}
        seen.compare(facts(given), facts(kept))
    assert seen.counts["contains the status of a completion"] > PATIENTS // 10, seen.counts
    assert seen.counts["narrower"], seen.counts


def test_packaged_patients_are_said_as_they_are_assessed() -> None:
    seen = Seen(list(ASKED))
    for case in published_records(base().vocabulary):
        whole = api.facts_of(case.record, base())
        seen.compare(whole, whole)
    assert seen.counts["drawn"], seen.counts


@pytest.mark.parametrize("seed", range(12))
def test_random_documents_are_said_as_they_are_assessed(seed: int) -> None:
    made = random_base(seed, 4)
    asked = question_of(base(), options=[OPTION])
    choose = random.Random(f"pathway {seed}")
    for document in made.documents:
        found = ask_document(made, document.id, asked, INTENT)
        if found is None:
            continue
        for page in proved_pages(made, document.id, asked, INTENT) or ():
            assert faults(page) == []
            walker = Walker(page)
            for known in (_random_facts(made, choose) for _ in range(20)):
                walked = walker.walk(known.values)
                cell = assess(made, known, QUESTION).documents[document.id].cells[OPTION, INTENT]
                silent = needs_stated(page.asked, page.asked.rows, known.values)
                if walked is not None and not silent:
                    told = outcome(walker, walked, OPTION, known.values)
                    assert told is None or said(*told) <= said(cell.status, cell.possible)


def _random_facts(made: KnowledgeBase, choose: random.Random) -> Facts:
    from tests.guidelines.test_engines_agree import DAY as day
    from tests.guidelines.test_engines_agree import given

    return facts_of_values(given(choose, 0.9), made.knowledge, made.criteria, "p", exact(day))


def swapped(root: Node) -> Node:
    """Return the same forks, the ends of the first two branches of the last fork exchanged."""
    assert isinstance(root, Fork)
    first, second, *rest = root.branches
    if isinstance(first[1], Fork):
        return Fork(root.level, ((first[0], swapped(first[1])), second, *rest))
    return Fork(root.level, ((first[0], second[1]), (second[0], first[1]), *rest))


@pytest.mark.parametrize(("document", "question"), ASKED[1:])
def test_a_branch_that_is_swapped_is_noticed_by_both_proofs(document: str, question: str) -> None:
    page = drawn(document, question)[0]
    wrong = replace(page, tree=replace(page.tree, root=swapped(page.tree.root)))
    prover = Prover(Axioms(base(), page.asked.space.closure))
    assert faults(page) == [] and list(solver_faults(page, prover)) == []
    assert faults(wrong) and list(solver_faults(wrong, prover))
    assert not is_proved(base(), wrong)


def test_a_branch_or_a_line_that_is_missing_is_noticed_by_both_proofs() -> None:
    page = drawn("norway-2020", "prrt")[0]
    root = page.tree.root
    assert isinstance(root, Fork)
    prover = Prover(Axioms(base(), page.asked.space.closure))
    for less in (replace(root, branches=root.branches[1:]), without_a_line(root)):
        wrong = replace(page, tree=replace(page.tree, root=less))
        assert faults(wrong) and list(solver_faults(wrong, prover))


def without_a_line(root: Node) -> Node:
    """Return the same pathway without the first line of its first leaf that has one."""
    if isinstance(root, Leaf):
        return Leaf(root.lines[1:])
    full = next(i for i, (_, n) in enumerate(root.branches) if any(p[1].lines for p in paths(n)))
    places, child = root.branches[full]
    changed = (places, without_a_line(child))
    return Fork(root.level, (*root.branches[:full], changed, *root.branches[full + 1 :]))


def test_a_pathway_that_is_not_proved_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gepnet.guidelines.pathway.proof.faults", lambda page: [page])
    fresh = only("asco-2023")
    found = pathways(fresh, ["asco-2023"], question_of(base(), "prrt"))
    assert (found.pathways, found.withheld) == ((), ("asco-2023",))


def test_every_page_holds_what_a_page_may_hold() -> None:
    settings = PathwayQuestions.read(base().knowledge.measures)
    for document, question in (*ASKED, ("norway-2020", "second-line"), ("esmo-2020", "net-g3")):
        for page in drawn(document, question):
            assert page.tree.boxes <= settings.most_boxes
            assert page.tree.depth <= settings.most_depth


def test_what_is_cut_is_whole() -> None:
    found = drawn("asco-2023", "all")
    assert len(found) > 1
    whole = ask_document(base(), "asco-2023", question_of(base(), "all"), "tumour_control")
    assert whole is not None
    on_pages = {row.rule.full_id for page in found for row in page.asked.rows}
    assert on_pages == {row.rule.full_id for row in whole.rows}


def test_a_part_that_is_too_large_is_cut_by_options_and_each_option_stays_whole() -> None:
    asked = question_of(base(), "all")
    cutter = Cutter(base(), "asco-2023", asked, "tumour_control")
    cutter._settings = cutter._settings.model_copy(update={"most_boxes": 12})
    found = list(cutter.pages())
    by_options = [page for page in found if any(cut.options for cut in page.cuts)]
    assert by_options and all(page.tree.boxes <= 12 and not faults(page) for page in found)
    whole = ask_document(base(), "asco-2023", asked, "tumour_control")
    assert whole is not None
    on_pages: dict[tuple[str, ...], set[str]] = {}
    for page in found:
        line = page.cuts[0].title
        for row in page.asked.rows:
            on_pages.setdefault((line, *row.options), set()).add(row.rule.full_id)
    of_rows: dict[tuple[str, ...], set[str]] = {}
    for row in whole.rows:
        of_rows.setdefault(row.options, set()).add(row.rule.full_id)
    lines = {key[0] for key in on_pages}
    assert on_pages == {(line, *key): rules for line in lines for key, rules in of_rows.items()}
    clusters = whole.clusters()
    assert sum(map(len, clusters)) == len(frozenset[str]().union(*clusters))


def test_what_asks_nothing_and_is_long_is_one_list() -> None:
    asked = question_of(base(), "symptoms")
    cutter = Cutter(base(), "asco-2023", asked, "symptom_control")
    cutter._settings = cutter._settings.model_copy(update={"most_listed": 0, "most_boxes": 0})
    assert len(list(cutter.pages())) >= 1


def test_every_yes_or_no_fact_of_a_position_is_worded() -> None:
    words = Words(base())
    names = {
        name
        for document in base().documents
        for rule in document.recommendations
        if rule.counts
        for node in (document.scope, *rule.nodes)
        for name in facts_of(node)
    }
    flags = [f for f in map(base().vocabulary.get, sorted(names)) if f and f.type == "boolean"]
    said_of = {fact.id: words.wording(fact) for fact in flags}
    assert [name for name, said_so in said_of.items() if not (said_so and said_so.no)] == []


def test_exactly_a_limit_is_a_band_where_some_say_below_and_others_above() -> None:
    page = drawn("esmo-2020", "prrt")[0]
    space = page.asked.space
    ki67 = space.variables["ki67_percent"]
    told = [Words(base()).answer(ki67, (place,)) for place in range(len(ki67.values))]
    assert any(one.startswith("exactly 10") for one in told), told
    for place in range(len(ki67.values)):
        node = criterion(space, ki67.level, (place,))
        assert interpret(node, {"ki67_percent": ki67.values[place]}) is True


def test_a_comparison_of_two_facts_is_proved_where_both_are_known() -> None:
    found = proved_pages(base(), "tafuto-2025", question_of(base(), "surveillance"), "monitoring")
    assert found
    names = {name for page in found for name in page.asked.space.sums}
    assert any("days_since_sstr_imaging" in name for name in names)
