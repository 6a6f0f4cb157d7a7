"""The whole story of one patient in Chromium: from the first form to what became of the advice.

Three people at browsers of their own, in English and in Italian, on SQLite and on PostgreSQL. Every
page on the way is looked at: axe finds nothing, nothing is asked of another machine, and in Italian
no English is left that is not marked.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from gepnet import api
from gepnet.board import Settings
from gepnet.board.words import words_of
from gepnet.record import record_to_yaml
from tests.board.conftest import CENTRE, PASSWORD, PEOPLE, patients, running
from tests.board.pages import below_the_fold
from tests.board.seat import PATIENCE, Seat

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser
TODAY = datetime.date.today()
PLAYERS = ("ada", "ben", "cleo", "dora")

#: What is entered by form before the meeting: kind, date, facts.
BEFORE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("demographics", "", {"birth_date": "1958-03-14", "sex": "male"}),
    ("diagnosis", "2022-05-02", {
        "diagnosis_date": "2022-05-02", "primary_site": "jejunum_ileum", "functioning": "yes",
        "syndrome": "carcinoid"}),
    ("pathology", "2022-05-04", {"differentiation": "well", "ki67_percent": "8"}),
    ("stage", "2025-09-18", {
        "stage": "metastatic", "resectability": "unresectable", "metastasis_liver": "yes",
        "metastasis_bone": "no", "metastasis_brain": "no"}),
    ("sstr_imaging", "2025-09-22", {
        "sstr_method": "PET", "sstr_tracer": "ga68_dotatate", "sstr_uptake_vs_liver": "above",
        "sstr_lesions_covered": "all", "sstr_negative_lesion_on_ct": "no",
        "sstr_result": "positive"}),
    ("treatment", "", {"option": "octreotide_lar", "start": "2022-06-01", "ongoing": "yes"}),
    ("progression", "2025-09-18", {"types": ["radiological_recist"], "on": "octreotide_lar"}),
    ("clinical", "2025-09-30", {
        "ecog": "0", "karnofsky": "90", "life_expectancy_months": "36",
        "hormonal_crisis_plan": "yes", "last_long_acting_ssa_date": "2025-09-03"}),
)  # fmt: skip
BLOOD = {
    "haemoglobin_g_l": ("g/L", 130, 119), "platelets_10e9_l": ("10*9/L", 205, 168),
    "leukocytes_10e9_l": ("10*9/L", 5.8, 3.3), "neutrophils_10e9_l": ("10*9/L", 3.6, 2.0),
    "lymphocytes_10e9_l": ("10*9/L", 1.5, 0.6), "creatinine_umol_l": ("umol/L", 90, 93),
    "bilirubin_umol_l": ("umol/L", 9, 9), "albumin_g_l": ("g/L", 41, 41),
    "alt_u_l": ("U/L", 28, 28), "ast_u_l": ("U/L", 26, 26),
    "potassium_mmol_l": ("mmol/L", 4.3, 4.3),
}  # fmt: skip
WORDS = {
    "en": {
        "question": "Progressed on octreotide: what next?", "meeting": "NET board of Thursday",
        "slow": "Slow growth", "debulk": "Debulk the liver first", "uptake": "Uptake is high",
        "clean": "Echocardiogram clean", "wish": "Few days in hospital", "bed": "Given as advised",
        "scan": "The scanner is being mended", "sure": "The count was repeated",
    },
    "it": {
        "question": "Progressione con octreotide: che cosa ora?", "meeting": "Riunione di giovedì",
        "slow": "Crescita lenta", "debulk": "Prima ridurre il fegato", "uptake": "Captazione alta",
        "clean": "Ecocardiogramma normale", "wish": "Pochi giorni in ospedale",
        "bed": "Fatto come consigliato", "scan": "Lo scanner è in riparazione",
        "sure": "La conta è stata ripetuta",
    },
}  # fmt: skip


DISCIPLINES = {
    "oncology": "oncologia", "surgery": "chirurgia", "nuclear medicine": "medicina nucleare",
}  # fmt: skip


@dataclass
class Board:
    """The people at their browsers, and the case that they speak of."""

    language: str
    seats: dict[str, Seat]
    case: str = ""

    @property
    def words(self) -> dict[str, str]:
        """What people write by themselves."""
        return WORDS[self.language]

    def label(self, option: str) -> str:
        """Return how an option is called in the language."""
        base = api.base()
        return api.in_language(base, api.answer_language(base, self.language)).options[option].label


@pytest.fixture
def board(
    request: pytest.FixtureRequest,
    tmp_path: Any,
    contexts: Callable[..., BrowserContext],
) -> Iterator[Board]:
    """A server over an empty store, and three people who are signed in."""
    database, language = request.param
    if database == "sqlite":
        address = str(tmp_path / "board.sqlite")
    else:
        from tests.store.servers import new_database

        address = new_database(request.getfixturevalue("postgresql"))
    api.upgrade_store(address)
    store = api.open_store(address)
    root = api.operator("root")
    for name in PLAYERS:
        printed, roles, discipline = PEOPLE[name]
        spoken = DISCIPLINES.get(discipline or "") if language == "it" else discipline
        api.add_user(store, root, name, printed, roles, [CENTRE], PASSWORD, spoken)
    with running(Settings(port=0), store) as server:
        locale = {"en": "en-GB", "it": "it-IT"}[language]
        size = {"width": 1440, "height": 900}
        seats = {n: Seat(contexts(locale=locale, viewport=size), server, language) for n in PLAYERS}
        for name, seat in seats.items():
            seat.sign_in(name)
        yield Board(language, seats)
    store.close()


@pytest.mark.parametrize(
    "board", [("sqlite", "en"), ("postgresql", "it")], indirect=True, ids="-".join
)
def test_from_the_first_form_to_what_became_of_the_advice(board: Board) -> None:
    on_the_list(board)
    the_record_by_form_and_by_table(board)
    prepared(board)
    cards_in_silence(board)
    why_they_differ(board)
    outcome_with_dissent(board)
    signed_and_printed(board)
    planned(board)
    two_cycles_later(board)
    held_at_platelets_68(board)
    followed_up(board)
    found = {
        f"{n}: {page}": faults for n, s in board.seats.items() for page, faults in s.found.items()
    }
    assert not found, "\n".join(f"{page}: {faults}" for page, faults in found.items())


def on_the_list(board: Board) -> None:
    dora = board.seats["dora"]
    dora.look("worklist, empty")
    dora.page.locator("details:has(#meeting-form) summary").click()
    starts = f"{TODAY + datetime.timedelta(1)}T14:00"
    dora.send("meeting-form", {"title": board.words["meeting"], "starts": starts})
    dora.page.click("#add-case")
    dora.page.wait_for_selector("#case-form")
    dora.look("new case")
    meeting = dora.page.locator("#meeting option").last.get_attribute("value")
    dora.send("case-form", {
        "question": board.words["question"], "family_name": "Bianchi", "given_name": "Mario",
        "birth_date": "1958-03-14", "hospital_number": "H-17", "meeting": meeting, "minutes": "7",
    })  # fmt: skip
    board.case = re.findall(r"/case/(\w+)/record", dora.page.url)[0]
    dora.look("record, empty")


def enter(board: Board, seat: Seat, kind: str, date: str, facts: dict[str, Any]) -> None:
    seat.go(f"/case/{board.case}/record?kind={kind}")
    told = {f"fact.{name}": value for name, value in facts.items()}
    if board.language == "it":  # as people there write a day
        date = "/".join(reversed(date.split("-")))
    for name in ("fact.option", "fact.on"):
        if name in told:
            told[name] = board.label(told[name])
    seat.send("event-form", {"event.date": date, **told})


def paste(board: Board, seat: Seat, day: str, column: int) -> None:
    """Paste a table as the laboratory of the country prints it."""
    base = api.base()
    shown = api.in_language(base, api.answer_language(base, board.language)).vocabulary
    rows = []
    for name, told in BLOOD.items():
        value = str(told[column]).replace(".", "," if board.language == "it" else ".")
        rows.append(f"{shown[name].entry.label}\t{value}\t{told[0]}")
    seat.go(f"/case/{board.case}/record")
    seat.put("paste-form", {"table": "\n".join(rows), "table_day": day})
    seat.page.click("#paste-form button")
    save = seat.page.locator("#pasted button.go")
    expect(save).to_be_visible(timeout=PATIENCE)
    assert not seat.page.locator("#pasted .wrong").count(), seat.page.inner_text("#pasted")
    seat.look("pasted table")
    with seat.page.expect_navigation():
        save.click()


def the_record_by_form_and_by_table(board: Board) -> None:
    ben = board.seats["ben"]
    for kind, date, facts in BEFORE:
        enter(board, ben, kind, date, facts)
    paste(board, ben, "2025-10-02", 1)
    ben.look("record")
    ben.send("complete-form", {"complete": ["treatments", "progression", "comorbidities"]})
    version = len(BEFORE) + 2
    assert ben.say("version %(n)s", n=version) in ben.text


def prepared(board: Board) -> None:
    dora, base = board.seats["dora"], api.base()
    dora.go(f"/case/{board.case}/prepare")
    dora.look("preparation")
    first = dora.page.locator("form[id^='without-']").first
    domain = str(first.get_attribute("id"))
    first.locator("[name=reason]").fill(board.words["scan"])
    with dora.page.expect_navigation():
        dora.page.click(f"#{domain} button")
    assert board.words["scan"] in dora.text
    dora.go("/worklist")
    assert "Bianchi, Mario" in dora.text and board.words["question"] in dora.text
    dora.look("worklist")
    assert base


def cards_in_silence(board: Board) -> None:
    ada, ben, cleo = (board.seats[name] for name in ("ada", "ben", "cleo"))
    ada.page.reload()
    ada.page.click("#first-case")
    hidden = ada.say("The documents stay hidden until the first cards are open")
    assert hidden in ada.text and "ESMO 2020" not in ada.text
    ada.look("board, documents hidden")
    ada.page.click("#my-card")
    ada.page.wait_for_selector("#round-form")
    ada.look("cards, no round")
    ada.send("round-form")
    cards = ada.page.url
    ben.page.goto(cards)
    ben.send("card-form", {"option": "everolimus", "reason": board.words["slow"], "condition": ""})
    cleo.page.goto(cards)
    assert board.words["slow"] not in cleo.text, "a card is closed until all are in"
    assert cleo.say("%(n)s of %(total)s cards are in", n=1, total=3) in cleo.text
    cleo.look("cards, closed")
    cleo.send("card-form", {"option": "lu177_dotatate", "reason": board.words["uptake"]})
    ada.send("card-form", {"option": "lu177_dotatate", "reason": board.words["uptake"],
                           "condition": board.words["clean"]})  # fmt: skip
    for seat in (ada, ben):
        seat.page.goto(f"{cards.partition('?')[0]}?step=reveal")
        assert board.words["slow"] in seat.text and seat.say("all were in") in seat.text
    ada.look("cards, open")


def why_they_differ(board: Board) -> None:
    ben = board.seats["ben"]
    ben.go(f"/case/{board.case}/board")
    assert "ESMO 2020" in ben.text
    assert not below_the_fold(ben.page, (".q h1", ".facts", ".ans", ".dec h2"), 900)
    ben.look("board")
    ben.page.locator(".ans .c").first.click()
    ben.page.wait_for_selector("dialog[open] h2")
    ben.look("reason and source")
    ben.page.keyboard.press("Escape")
    ben.go(f"/case/{board.case}/differ")
    ben.look("why they differ")
    ben.put("differ-form", {"fact": "ki67_percent", "value": "30"})
    with ben.page.expect_navigation():
        ben.page.locator("#differ-form button", has_text=ben.say("Assume")).click()
    assert "8 % → 30 %" in ben.text
    ben.look("what if")
    ben.go(f"/case/{board.case}/pathway")
    ben.look("pathway")


def outcome_with_dissent(board: Board) -> None:
    ada = board.seats["ada"]
    ada.page.goto(ada.page.url.replace("step=reveal", "step=outcome"))
    ada.look("outcome, empty")
    who = "surgery" if board.language == "en" else DISCIPLINES["surgery"]
    form = ada.put("outcome-form", {
        "kind": "agreed_with_condition", "condition": board.words["clean"],
        "owner": "Dr Cleo West", "due": str(TODAY + datetime.timedelta(30)),
        "patient_wish": board.words["wish"],
    })  # fmt: skip
    box = form.locator("[name=options][value=lu177_dotatate]").get_attribute("id")
    form.locator(f"label[for='{box}']").click()
    form.locator("[name=dissent_discipline]").first.fill(who)
    form.locator("[name=dissent_reason]").first.fill(board.words["debulk"])
    ada.send("outcome-form")
    assert f"{ada.say('Dissent')}, {who}" in ada.text and board.words["debulk"] in ada.text
    ada.look("outcome")


def signed_and_printed(board: Board) -> None:
    ada = board.seats["ada"]
    told = {"meaning": "responsible", "password": "not the password"}
    ada.send("sign-form", told, refused=True)
    ada.send("sign-form", {**told, "password": PASSWORD})
    assert ada.page.locator("#sign-form").count() == 0 and "Dr Ada North" in ada.text
    link = ada.page.locator("a[href$='record.pdf']").get_attribute("href")
    answer = ada.context.request.get(
        f"{ada.server}{link}", headers={"accept-language": board.language}
    )
    assert answer.headers["content-type"] == "application/pdf"
    pdf = PdfReader(io.BytesIO(answer.body()))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for told_ in ("Bianchi, Mario", board.label("lu177_dotatate"), board.words["debulk"],
                  board.words["clean"], "Dr Ada North", ada.say("Dissent")):  # fmt: skip
        assert told_ in text, (told_, text)
    assert pdf.root_object["/Lang"] == board.language


def planned(board: Board) -> None:
    cleo = board.seats["cleo"]
    cleo.go(f"/case/{board.case}/course")
    cleo.look("course, before the first cycle")
    first = TODAY + datetime.timedelta(14 - TODAY.weekday())  # a Monday
    cleo.put("plan-form", {"start": str(first)})
    cleo.page.click("#plan-form button")
    expect(cleo.page.locator("#plan tbody tr")).to_have_count(4, timeout=PATIENCE)
    cleo.page.locator("#plan summary").first.click()
    cleo.look("plan")
    assert words_of(board.language).date(first, "EEE d MMM y") in cleo.text
    assert cleo.say("A plan releases nothing; a named person does, cycle by cycle.") in cleo.text


def two_cycles_later(board: Board) -> None:
    """The file of the department that treats comes back: it is the next version of the record."""
    cleo, base = board.seats["cleo"], api.base()
    text = (patients() / "courses" / "platelets.yaml").read_text(encoding="utf-8")
    (record,) = api.read_upload(base, "platelets.yaml", text.encode())
    told = record_to_yaml(api.until(record, "2026-01-26", base))
    cleo.go(f"/case/{board.case}/record")
    sent = {"name": "course.yaml", "mimeType": "application/yaml", "buffer": told.encode()}
    cleo.page.locator("#file").set_input_files(sent)  # type: ignore[arg-type]
    cleo.send("file-form")
    assert cleo.say("version %(n)s", n=len(BEFORE) + 3) in cleo.text
    cleo.look("record of the course")


def held_at_platelets_68(board: Board) -> None:
    """The count is below what lets a cycle go: the proposal is to hold, and a person decides so."""
    cleo, ben = board.seats["cleo"], board.seats["ben"]
    course = f"/case/{board.case}/course"
    ben.go(course)
    assert ben.page.locator("#release-form").count() == 0, "a surgeon releases no cycle"
    cleo.go(course)
    hold = cleo.say("hold")
    assert cleo.say("Proposed: %(what)s cycle %(n)s", what=hold, n=3) in cleo.text
    assert "68" in cleo.page.inner_text("#act") and "G2" in cleo.text
    cleo.look("course, held")
    told = {"decision": "proceed", "activity_gbq": "7.4", "password": PASSWORD}
    cleo.send("release-form", told, refused=True)
    cleo.look("release refused")
    assert cleo.page.locator("#activity").input_value() == "7.4", "what was typed stands"
    cleo.send("release-form", {"decision": "hold", "activity_gbq": "", "password": PASSWORD})
    assert re.search(rf"3: {hold}, Dr Cleo West", cleo.text)


def followed_up(board: Board) -> None:
    dora, ada = board.seats["dora"], board.seats["ada"]
    dora.go("/worklist")
    dora.page.click("#first-case")
    dora.page.click("#my-card")
    dora.page.locator("details:has(#follow-form) summary").click()
    dora.send("follow-form", {
        "carried_out": "partly", "day": str(TODAY), "reason": board.words["bed"],
    })  # fmt: skip
    assert board.words["bed"] in dora.text
    for name in ("response", "history", "weights", "sheet"):
        ada.go(f"/case/{board.case}/{name}")
        ada.look(name)
    ada.go(f"/case/{board.case}/history")
    assert ada.page.locator("tr", has_text="Dora East").count() >= 3
