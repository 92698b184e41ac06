"""Keys by the signs that Korean and Japanese layouts put on them, and back to Latin.

While Dubeolsik or JIS kana input is on, a key press may carry the sign of its key (ㅠ or コ where
B is printed) instead of the Latin one. Sources: KS X 5002 (Dubeolsik), JIS X 6002 (kana); the
spelling differs by system: X11 sends katakana, Windows half-width katakana.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias
from unicodedata import normalize

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

_Press: TypeAlias = tuple[int, bool]
"""What a key press carries: Qt's code of the key, and whether Shift is named beside it."""

# Four strings a layout: the Latin signs of its keys, those with Shift, and its own signs likewise.
_LETTERS: Final = "QWERTYUIOPASDFGHJKLZXCVBNM"
_DUBEOLSIK: Final = (
    _LETTERS,
    _LETTERS,
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
    "ㅃㅉㄸㄲㅆㅛㅕㅑㅒㅖㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
)
# The zero of a Japanese keyboard types nothing Latin with Shift: the blank.
_JIS_KANA: Final = (
    "1234567890-^\\QWERTYUIOP@[ASDFGHJKL;:]ZXCVBNM,./\\",
    "!\"#$%&'() =~|QWERTYUIOP`{ASDFGHJKL+*}ZXCVBNM<>?_",
    "ぬふあうえおやゆよわほへーたていすかんなにらせ゛゜ちとしはきくまのりれけむつさそひこみもねるめろ",
    "ぬふぁぅぇぉゃゅょをほへーたてぃすかんなにらせ゛「ちとしはきくまのりれけ」っさそひこみも、。・ろ",
)


def _half_width() -> dict[str, str]:
    """From katakana and their punctuation to the half-width signs (U+FF61 to U+FF9F)."""
    signs = {normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFF9E)}
    return signs | {"゛": "\uff9e", "゜": "\uff9f"}


def _spellings(sign: str, half_width: dict[str, str]) -> Iterator[str]:
    """A jamo as it is; a kana as hiragana, katakana and half-width katakana."""
    yield sign
    # The hiragana U+3041 to U+3096 stand 0x60 below their katakana.
    katakana = chr(ord(sign) + 0x60) if "ぁ" <= sign <= "ゖ" else sign
    if katakana != sign:
        yield katakana
    if katakana in half_width:
        yield half_width[katakana]


def _pairs() -> Iterator[tuple[_Press, _Press]]:
    """Every Latin press with each press that a layout makes of it."""
    half_width = _half_width()
    for layout in (_DUBEOLSIK, _JIS_KANA):
        for plain, shifted, sign, shifted_sign in zip(*layout, strict=True):
            for spelling in _spellings(sign, half_width):
                yield (ord(plain), False), (ord(spelling), False)
            if shifted == " ":
                continue
            latin = ord(shifted), shifted.isalpha()
            for spelling in _spellings(shifted_sign, half_width):
                yield latin, (ord(spelling), True)
                if shifted_sign != sign:  # then Shift is in the sign, and X11 drops it
                    yield latin, (ord(spelling), False)


def _grouped(pairs: Iterable[tuple[_Press, _Press]]) -> dict[_Press, list[_Press]]:
    result: dict[_Press, list[_Press]] = {}
    for latin, sign in pairs:
        result.setdefault(latin, []).append(sign)
    return result


_SIGNS: Final = _grouped(_pairs())
_LATIN: Final = {sign: latin for latin, sign in _pairs()}

_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier.value
_CODE: Final = 0xFFFF_FFFF & ~Qt.KeyboardModifier.KeyboardModifierMask.value


def layout_keys(key: QKeySequence) -> list[QKeySequence]:
    """Return what the press of a one-chord `key` may be called while one of the layouts is on."""
    press, others = _split(key)
    return [_joined(sign, others) for sign in _SIGNS.get(press, ())]


def latin_key(key: QKeySequence) -> QKeySequence:
    """Return the first chord of `key` in the form that all layouts share; an empty key stays so.

    It has the Latin sign of its key, and a Shift is named only with letters and with keys that
    have no sign: what Shift makes of the others differs from country to country, and is in the
    sign already ("{" is Shift+[ on one keyboard, AltGr+7 on the next).
    """
    if key.isEmpty():
        return key
    press, others = _split(key)
    code, with_shift = _LATIN.get(press, press)
    has_sign = ord(" ") < code <= sys.maxunicode  # Qt numbers the other keys from 0x0100_0000 on
    return _joined((code, with_shift and not (has_sign and not chr(code).isalpha())), others)


def _split(key: QKeySequence) -> tuple[_Press, int]:
    """The press of the first chord, and its modifiers but Shift."""
    chord = key[0].toCombined()  # type: ignore[index]  # the stubs lack it
    code = chord & _CODE
    return (code, bool(chord & _SHIFT)), chord & ~(_CODE | _SHIFT)


def _joined(press: _Press, others: int) -> QKeySequence:
    code, with_shift = press
    return QKeySequence(others | code | (_SHIFT if with_shift else 0))
