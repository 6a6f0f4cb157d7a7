"""A library that is not installed is named with the way to install it."""

from __future__ import annotations

import pytest

from gepnet.knowledge import InputError, need


def test_what_is_missing_is_named_with_its_extra() -> None:
    with pytest.raises(InputError) as raised:
        need("json no_such_library_a no_such_library_b", "numbers")
    assert str(raised.value) == (
        "command line: error, field library, value not installed: expected no_such_library_a and "
        "no_such_library_b (pip install 'gepnet[numbers]')"
    )


def test_what_is_there_is_fine() -> None:
    need("json csv", "numbers")
