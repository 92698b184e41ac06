"""Keys as Korean and Japanese layouts call them: every name leads back to one Latin key."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QKeySequence

from fluxfill_studio.ui.key_layouts import latin_key, layout_keys

# Every key with a sign that a keyboard of the United States types, as `latin_key` writes it.
KEYS = [
    *(sign for sign in string.printable.strip() if not sign.islower()),
    *(f"Shift+{letter}" for letter in string.ascii_uppercase),
]


def names(key: str) -> list[str]:
    return [name.toString() for name in layout_keys(QKeySequence(key))]


def latin(key: str) -> str:
    return latin_key(QKeySequence(key)).toString()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("B", ["ㅠ", "こ", "コ", "ｺ"]),
        ("Ctrl+Z", ["Ctrl+ㅋ", "Ctrl+つ", "Ctrl+ツ", "Ctrl+ﾂ"]),
        ("Shift+Q", ["Shift+ㅃ", "ㅃ", "Shift+た", "Shift+タ", "Shift+ﾀ"]),
        ("[", ["゜", "ﾟ"]),
        ("@", ["゛", "ﾞ"]),
        ("]", ["む", "ム", "ﾑ"]),
        ("{", ["Shift+「", "「", "Shift+｢", "｢"]),
        (",", ["ね", "ネ", "ﾈ"]),
        (">", ["Shift+。", "。", "Shift+｡", "｡"]),
        ("1", ["ぬ", "ヌ", "ﾇ"]),
        ("Ctrl++", ["Ctrl+Shift+れ", "Ctrl+Shift+レ", "Ctrl+Shift+ﾚ"]),
        ("F2", []),
        ("Del", []),
    ],
)
def test_a_key_has_the_signs_of_its_cap(key: str, expected: list[str]) -> None:
    assert names(key) == expected


def test_all_letters_and_digits_have_signs() -> None:
    assert all(len(names(letter)) == 4 for letter in string.ascii_uppercase)
    assert all(len(names(digit)) == 3 for digit in string.digits)


@pytest.mark.parametrize("modifiers", ["", "Ctrl+", "Ctrl+Alt+"])
def test_every_sign_leads_back_to_its_one_key(modifiers: str) -> None:
    for key in KEYS:
        for name in names(modifiers + key):
            assert latin(name) == latin(modifiers + key)


def test_no_two_keys_share_a_sign() -> None:
    signs = [name for key in KEYS for name in names(key)]
    assert len(signs) == len(set(signs))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("Shift+{", "{"),
        ("Ctrl+Shift++", "Ctrl++"),
        ("Shift+1", "1"),
        ("Shift+M", "Shift+M"),
        ("Shift+É", "Shift+É"),
        ("Shift+F2", "Shift+F2"),
        ("Shift+Space", "Shift+Space"),
        ("Ctrl+K, Ctrl+C", "Ctrl+K"),
        ("", ""),
    ],
)
def test_shift_is_named_where_the_sign_does_not_have_it(key: str, expected: str) -> None:
    assert latin(key) == expected


@given(st.integers(0, 0x0FFF_FFFF))
def test_the_common_form_is_common(code: int) -> None:
    once = latin_key(QKeySequence(code))
    assert latin_key(once) == once
