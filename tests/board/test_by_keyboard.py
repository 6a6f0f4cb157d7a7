"""The main path of the board by keyboard alone: a case to its signed outcome, without a mouse.

Nothing here clicks, fills or opens an address after the page to sign in: keys are all there is. At
each stop the focus shows, below nothing that covers it; Tab comes round on every page and leaves
nothing out; after a form the focus is where one goes on.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from gepnet import api
from gepnet.board import Settings
from tests.board.conftest import CENTRE, PASSWORD, PEOPLE, running
from tests.board.keyboard import Keys
from tests.board.seat import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser
#: Day and month alike: browsers ask for them in one order or the other.
DUE = f"0505{datetime.date.today().year + 1}"
MEMBERS = ("ada", "ben", "cleo")


@pytest.fixture
def people(
    tmp_path: Any, contexts: Callable[..., BrowserContext]
) -> Iterator[Callable[[str], Keys]]:
    """A board with one case; return how a member sits down at the page to sign in."""
    address = str(tmp_path / "board.sqlite")
    api.upgrade_store(address)
    store, root = api.open_store(address), api.operator("root")
    for name in MEMBERS:
        printed, roles, discipline = PEOPLE[name]
        user = api.add_user(store, root, name, printed, roles, [CENTRE], PASSWORD, discipline)
    brings = api.Actor(user.id, printed, frozenset(roles), None, frozenset({CENTRE}))
    who = api.Identity("Ferri", "Maria", datetime.date(1961, 2, 3), "H-21")
    api.bring_case(
        store, brings, api.base().vocabulary, CENTRE, "Progressed on lanreotide: what next?", who,
        file=api.example_patient(),
    )  # fmt: skip
    with running(Settings(port=0), store) as server:

        def sits_down(name: str) -> Keys:
            context = contexts(locale="en-GB", viewport={"width": 1440, "height": 900})
            keys = Keys(context.new_page())
            keys.page.goto(f"{server}/login")
            signs_in(keys, name)
            return keys

        yield sits_down
    store.close()


def signs_in(keys: Keys, name: str) -> None:
    keys.comes_to('textbox "Name"')
    keys.page.keyboard.type(name)
    keys.write("Password", PASSWORD)
    keys.follow()
    assert keys.page.url.endswith("/worklist")


def test_a_case_to_its_signed_outcome(people: Callable[[str], Keys]) -> None:
    chair = people("ada")
    from_the_worklist_to_the_cards(chair)
    member = people("ben")
    a_member_hands_in_a_card(member)
    the_chair_opens_the_cards(chair)
    the_answer_and_its_reasons(chair)
    why_they_differ(chair)
    an_outcome_with_condition_and_dissent(chair)
    signed_and_printed(chair)


def from_the_worklist_to_the_cards(chair: Keys) -> None:
    chair.press("Tab")
    assert chair.is_at("Skip to the content")
    chair.press("Enter", "Tab")
    assert chair.page.evaluate("document.activeElement.closest('main') !== null")
    chair.go_round()
    chair.tab_to("Ferri, Maria.*")
    chair.follow()
    expect(chair.page.locator("h1").first).to_have_text("Progressed on lanreotide: what next?")
    for name, heading in (
        ("Preparation", "eady for the board"),
        ("Answer", "Progressed on lanreotide"),
        ("Why they differ", "documents stay hidden"),
        ("Board", "Progressed on lanreotide"),
    ):
        chair.tab_to(name)
        chair.follow()
        expect(chair.page.locator("main h1").first).to_contain_text(heading)
        if name == "Preparation":
            chair.go_round()
    # A round begins, without one of the three.
    chair.tab_to("Dr Cleo West.*")
    chair.press("Space")
    chair.tab_to("Begin")
    chair.follow()
    goes_on_from_the_heading(chair)
    expect(chair.page.locator("#deck")).to_contain_text("0 of 2 cards are in")


def goes_on_from_the_heading(keys: Keys) -> None:
    """A form came back as a page: the focus is at its heading, not on nothing."""
    keys.comes_to("heading")
    assert "saved=" not in keys.page.url, "an address that is copied says nothing of it"


def a_member_hands_in_a_card(member: Keys) -> None:
    member.follow("n")  # the first case of the list
    member.follow("v")  # its cards
    member.go_round()
    member.press("t")
    assert member.page.evaluate("document.activeElement.id") == "timer" and member.at
    refused_and_told(member)
    member.press("v")  # the first option
    assert member.at.startswith("radio")
    member.move_to("Everolimus", "ArrowDown", 12)
    member.tab_to("Hand in my card")
    member.follow()
    goes_on_from_the_heading(member)
    expect(member.page.locator("#deck")).to_contain_text("1 of 2 cards are in")


def refused_and_told(member: Keys) -> None:
    """What is wrong takes the focus and keeps it, though the page asks by itself how things are."""
    member.write("or another option", "nothing of the kind")
    member.tab_to("Hand in my card")
    member.press("Enter")  # without a reason: the browser goes to the field that lacks it
    assert member.is_at("Because")
    member.page.keyboard.type("Slow growth")
    member.press("Enter")
    expect(member.page.locator("#fault")).to_be_focused(timeout=PATIENCE)
    with member.page.expect_response(re.compile("/state$")) as told:
        pass
    told.value.finished()
    assert member.at, "it is still there"


def the_chair_opens_the_cards(chair: Keys) -> None:
    expect(chair.page.locator("#deck")).to_contain_text("1 of 2", timeout=PATIENCE)
    assert chair.at.startswith("heading"), "the page that asks by itself leaves the focus alone"
    chair.tab_to("Open the cards")
    chair.follow()
    goes_on_from_the_heading(chair)
    expect(chair.page.locator("main")).to_contain_text("Slow growth")
    chair.go_round()


def the_answer_and_its_reasons(chair: Keys) -> None:
    chair.tab_to("Answer")
    chair.follow()
    chair.go_round()
    chair.tab_to("(recommended|option): .*")
    chip = chair.at
    chair.press("Enter")
    chair.page.wait_for_selector("dialog[open] h2:focus")
    assert chair.at.startswith("heading")
    for _ in range(12):  # a dialog keeps the focus; the browser's own bar is outside of any page
        chair.press("Tab")
        assert chair.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    chair.press("Escape")
    expect(chair.page.locator("dialog")).not_to_be_visible()
    chair.comes_to(chip)
    chair.press("Enter")
    chair.page.wait_for_selector("dialog[open] h2:focus")
    chair.tab_to("Close", back=True)
    chair.press("Space")
    chair.comes_to(chip)


def why_they_differ(chair: Keys) -> None:
    chair.tab_to("Why they differ", back=True)
    chair.follow()
    chair.go_round()
    chair.tab_to("Fact")
    chair.page.keyboard.type("Ki-67")
    chair.write("Value", "30")
    chair.tab_to("Assume")
    chair.follow()
    expect(chair.page.locator("main")).to_contain_text("→ 30 %")
    chair.tab_to("Board")
    chair.follow()


def an_outcome_with_condition_and_dissent(chair: Keys) -> None:
    chair.tab_to("3 Outcome")
    chair.follow()
    chair.go_round()
    chair.choose("Agreed", "Agreed with a condition")
    chair.tab_to(r"\[177Lu\].*|.*177Lu.*")
    chair.press("Space")
    chair.write("Condition", "Echocardiogram clean")
    chair.write("Who does it", "Dr Cleo West")
    chair.write("By when", DUE)
    chair.write("Discipline", "surgery")
    chair.write("Reason", "Debulk the liver first")
    chair.tab_to("Record the outcome")
    chair.follow()
    goes_on_from_the_heading(chair)
    told = chair.page.inner_text("main")
    for text in ("Echocardiogram clean", "Dissent, surgery", "Debulk the liver first"):
        assert text in told


def signed_and_printed(chair: Keys) -> None:
    chair.tab_to("My signature means")
    chair.page.keyboard.type("resp")
    chair.write("Password again", "not the password")
    chair.press("Enter")
    expect(chair.page.locator("#fault")).to_be_focused(timeout=PATIENCE)
    assert chair.at
    chair.write("Password again", PASSWORD)
    chair.follow()
    goes_on_from_the_heading(chair)
    assert chair.page.locator("#sign-form").count() == 0
    chair.tab_to("PDF")
    link = chair.page.evaluate("document.activeElement.href")
    assert chair.page.context.request.get(link).headers["content-type"] == "application/pdf"
