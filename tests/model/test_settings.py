"""The settings' file: what is kept in it, and what is made of one that was written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxfill_studio.model.settings import Settings
from fluxfill_studio.storage.saving import JPEG_QUALITY


def test_changed_shortcuts_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    kept = {"brush": "B; ,; Ctrl+;", "eraser": "", "smaller": '"', "larger": "\\", "hand": "É"}
    Settings(path).set_shortcuts(kept)
    assert Settings(path).shortcuts == kept
    Settings(path).set_shortcuts({"zoom": "Q"})
    assert Settings(path).shortcuts == {"zoom": "Q"}
    Settings(path).set_shortcuts({})
    assert Settings(path).shortcuts == {}


def test_an_entry_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    path.write_text("[shortcuts]\nbrush=B, Q\neraser=@Invalid()\nhand=H\n[look]\ntheme=dark\n")
    settings = Settings(path)
    assert settings.shortcuts == {"hand": "H"}
    settings.set_shortcuts({})
    assert settings.theme == "dark"


@pytest.mark.parametrize("written", ["0", "101", "-3", "best", "", "80, 90"])
def test_a_quality_that_is_none_stands_at_its_default(tmp_path: Path, written: str) -> None:
    path = tmp_path / "settings.ini"
    assert Settings(path).jpeg_quality == JPEG_QUALITY
    Settings(path).set_jpeg_quality(80)
    assert Settings(path).jpeg_quality == 80
    # Qt keeps what it has read of a file that has its size and time still.
    edited = tmp_path / "edited.ini"
    edited.write_text(f"[files]\njpeg-quality={written}\n")
    assert Settings(edited).jpeg_quality == JPEG_QUALITY
