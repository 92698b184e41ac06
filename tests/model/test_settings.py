"""The settings' file: what is kept in it, and what is made of one that was written by hand."""

from __future__ import annotations

from pathlib import Path

from fluxfill_studio.model.settings import Settings


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
