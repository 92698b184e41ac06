"""Overlay and pressure survive a restart; what is written there by hand cannot do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxfill_studio.model.canvas import CanvasModel, Overlay, Tool
from fluxfill_studio.model.canvas_memory import CanvasMemory
from fluxfill_studio.model.settings import Settings


def start(path: Path) -> CanvasModel:
    """The canvas as it is after a start with the settings at `path`."""
    canvas = CanvasModel()
    CanvasMemory(Settings(path), canvas, canvas)
    return canvas


def pressure(canvas: CanvasModel, tool: Tool) -> tuple[bool, bool]:
    canvas.set_tool(tool)
    return canvas.brush.pressure_size, canvas.brush.pressure_opacity


def test_at_the_first_start_all_is_at_its_default(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    canvas, fresh = start(path), CanvasModel()
    assert canvas.overlay == fresh.overlay
    assert canvas.tool is fresh.tool
    assert canvas.brush == fresh.brush
    assert pressure(canvas, Tool.ERASER) == pressure(fresh, Tool.ERASER)
    assert not path.exists()


def test_what_was_set_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    before = start(path)
    before.set_overlay(Overlay("#3ddc84", 0.3, outline=True))
    before.set_brush(pressure_opacity=True)
    before.set_tool(Tool.ERASER)
    before.set_brush(pressure_size=False)
    before.set_tool(Tool.SMART_SELECT)
    before.set_brush(size=50, pressure_opacity=True)
    after = start(path)
    assert after.overlay == Overlay("#3ddc84", 0.3, outline=True)
    assert pressure(after, Tool.BRUSH) == (True, True)
    assert pressure(after, Tool.ERASER) == (False, False)
    assert pressure(after, Tool.SMART_SELECT) == (False, False)
    after.set_overlay(Overlay())
    assert start(path).overlay == Overlay()


def test_a_file_that_was_written_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    path.write_text("[overlay]\ncolour=#3ddc84\nopacity=0.25\noutline=true\n")
    assert start(path).overlay == Overlay("#3ddc84", 0.25, outline=True)


@pytest.mark.parametrize(
    "text",
    [
        "[overlay]\ncolour=red\nopacity=much\noutline=perhaps\n",
        "[overlay]\ncolour=#12345\nopacity=1.5\noutline=@Invalid()\n",
        "[overlay]\ncolour=#3ddc84, #ffffff\nopacity=nan\noutline=\n",
        "[pressure]\nbrush-size=3\nbrush-opacity=\n",
    ],
)
def test_nonsense_stands_for_the_default(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.ini"
    path.write_text(text)
    canvas, fresh = start(path), CanvasModel()
    assert canvas.overlay == fresh.overlay
    assert canvas.brush == fresh.brush
