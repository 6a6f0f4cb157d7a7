import pytest

from gepnet.io.case_file import table
from gepnet.io.ki67 import Ki67Text, read_ki67


def read(text: str) -> Ki67Text:
    return read_ki67(text, table("words")["ki67_specimen"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15 %", [("15", "start")]),
        ("4.5 %", [("4.5", "start")]),
        ("<1 %", [("<1", "start")]),
        ("10-15 %", [("10-15", "start")]),
        ("2-10 %, heterogeneous (hot-spot 10)", [("10", "start")]),
        ("2 % (review 1.9 %)", [("2", "start")]),
        ('30-40 %, "high-grade carcinoma"', [("30-40", "start")]),
        ("2-5 % cytology; 10 % resection", [("2-5", "unclear"), ("10", "unclear")]),
        (">20 % at diagnosis; revised to 11 % in 2014", [(">20", "start"), ("11", 2014)]),
        ("5 % liver; <1 % primary", [("5", "unclear"), ("<1", "unclear")]),
        ("unknown at start; 10-15 % at rebiopsy", [("10-15", "unclear")]),
        ("4 %; 9 %", [("4", "unclear"), ("9", "unclear")]),
        ('"low grade", no index', []),
        ("15 % after progression", []),
        ("about 15", []),
    ],
)
def test_texts(text: str, found: list[tuple[str, object]]) -> None:
    assert [(value.value, value.when) for value in read(text).values] == found


def test_what_is_not_used_is_said() -> None:
    assert "review" in read("2 % (review 1.9 %)").losses[0]
    assert "words beside" in read('30-40 %, "high-grade carcinoma"').losses[0]
    assert read("15 % after progression").losses
    assert read("unknown at start; 10-15 % at rebiopsy").losses == ()


def test_specimen() -> None:
    liver, primary = read("5 % liver; <1 % primary").values
    assert (liver.site, primary.site) == ("liver_metastasis", "primary")


def test_a_value_of_a_later_year_is_not_known_before() -> None:
    text = read(">20 % at diagnosis; revised to 11 % in 2014")
    assert [v.value for v in text.known((), 2012)] == [">20"]
    assert [v.value for v in text.known((), 2014)] == [">20"]  # earlier or later in that year?
    assert [v.value for v in text.known((), 2015)] == [">20", "11"]
    assert [v.value for v in text.known((), None)] == [">20"]
    assert [v.value for v in text.known({1}, 2014)] == [">20", "11"]


def test_a_known_value_makes_the_ones_before_it_known() -> None:
    text = read("4.8 % EUS-FNA; 16 % resection; 23 % liver rebiopsy")
    assert [v.value for v in text.known((), None)] == []
    assert [v.value for v in text.known({0}, None)] == ["4.8"]
    assert [v.value for v in text.known({2}, None)] == ["4.8", "16", "23"]


@pytest.mark.parametrize(
    ("text", "number", "place"),
    [
        ("4.8 % EUS-FNA; 16 % resection", "16", 1),
        ("unknown at start; 10-15 % at rebiopsy", "12.5", 0),
        (">20 % at diagnosis; revised to 11 % in 2014", "20", 0),
        (">20 % at diagnosis; revised to 11 % in 2014", "11", 1),
        ("2-5 % cytology; 3 % resection", "3", 1),
        ("4 %; 9 %", "6", None),
    ],
)
def test_which_value_a_number_stands_for(text: str, number: str, place: int | None) -> None:
    from decimal import Decimal

    assert read(text).index_of(Decimal(number)) == place
