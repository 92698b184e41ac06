"""What every action does to the models, and how the models' state shows on the actions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.smart_select import Hints
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.types import Plane
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.model.document import Picture
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.commands import COMBINES, MODES, THEMES, TOOLS, VIEWS
from tests.pictures import photograph
from tests.qt import QtLoop, emitted
from tests.ui.runs import OBJECT, picture, with_object

Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
ON_A_MASK = (
    *(Act.INVERT, Act.CLEAR, Act.ALL, Act.GROW, Act.SHRINK, Act.FEATHER, Act.FILL_HOLES),
    *(Act.IMPORT_MASK, Act.EXPORT_MASK),
)


@pytest.fixture
def running(studio: Studio, qt_loop: QtLoop) -> Run:
    """Runs a test on the loop that the models need, and closes them."""

    async def drive(body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await body()
        await studio.close()

    return lambda body: qt_loop.run(drive(body))


def mask(studio: Studio) -> Plane:
    assert studio.document.picture is not None
    return studio.document.picture.mask.pixels


def dab(studio: Studio, x: int = 150, y: int = 100, size: int = 40) -> None:
    studio.document.begin_stroke(Brush(size), Sample(Point(x, y)))
    studio.document.end_stroke()


def test_the_whole_mask_is_changed_in_steps_that_can_be_undone(
    studio: Studio, actions: Actions, running: Run
) -> None:
    async def body() -> None:
        studio.document.show(picture())
        dab(studio)
        painted = mask(studio).copy()
        for act, expected in (
            (Act.INVERT, 255 - painted),
            (Act.ALL, np.full_like(painted, 255)),
            (Act.CLEAR, np.zeros_like(painted)),
        ):
            actions[act].trigger()
            assert (mask(studio) == expected).all()
            actions[Act.UNDO].trigger()
            assert (mask(studio) == painted).all()
            actions[Act.REDO].trigger()
            assert (mask(studio) == expected).all()
            actions[Act.UNDO].trigger()

    running(body)


def test_holes_are_filled(studio: Studio, actions: Actions, running: Run) -> None:
    async def body() -> None:
        studio.document.show(picture())
        dab(studio, size=60)
        studio.document.begin_stroke(Brush(20), Sample(Point(150, 100)), Combine.SUBTRACT)
        studio.document.end_stroke()
        assert mask(studio)[100, 150] == 0
        actions[Act.FILL_HOLES].trigger()
        assert mask(studio)[100, 150] == 255
        assert mask(studio)[100, 250] == 0

    running(body)


def test_transparency_becomes_the_mask_where_the_picture_has_it(
    studio: Studio, actions: Actions, running: Run
) -> None:
    async def body() -> None:
        studio.document.show(picture())
        assert not actions[Act.FROM_ALPHA].isEnabled()
        alpha = np.full((200, 300), 255, np.uint8)
        alpha[:, :100] = 40
        pixels = photograph(300, 200)
        cut_out = Source("cut-out.png", Samples(pixels, alpha), pixels)
        studio.document.show(Picture.of(cut_out))
        assert actions[Act.FROM_ALPHA].isEnabled()
        dab(studio)
        before = mask(studio).copy()
        actions[Act.FROM_ALPHA].trigger()
        assert (mask(studio) == 255 - alpha).all()
        actions[Act.UNDO].trigger()
        assert (mask(studio) == before).all()

    running(body)


def test_the_mask_of_the_last_run_comes_back_on_a_picture_of_its_size(
    studio: Studio, actions: Actions, running: Run
) -> None:
    async def body() -> None:
        studio.document.show(picture())
        dab(studio)
        sent = mask(studio).copy()
        assert not actions[Act.LAST_MASK].isEnabled()
        studio.parameters.set("prompt", "a calm sea")
        studio.generation.run()
        await emitted(studio.generation.mask_kept)
        assert actions[Act.LAST_MASK].isEnabled()
        actions[Act.CLEAR].trigger()
        actions[Act.LAST_MASK].trigger()
        assert (mask(studio) == sent).all()
        studio.document.show(picture(200, 300))
        assert not actions[Act.LAST_MASK].isEnabled()
        studio.document.show(picture())
        assert actions[Act.LAST_MASK].isEnabled()

    running(body)


def test_what_smart_select_found_is_in_the_mask_before_that_is_changed(
    studio: Studio, actions: Actions, running: Run
) -> None:
    selection = studio.smart_selection

    async def body() -> None:
        studio.document.show(with_object())
        selection.begin(Hints(OBJECT), Combine.ADD)
        while selection.is_busy:
            await emitted(selection.changed)
        found = selection.found
        assert found is not None
        assert not found.rect.is_empty
        actions[Act.INVERT].trigger()
        assert not selection.is_pending
        expected = np.full((200, 300), 255, np.uint8)
        expected[found.rect.slices] = 255 - found.coverage
        assert (mask(studio) == expected).all()

    running(body)


def test_undo_takes_back_a_hint_first(studio: Studio, actions: Actions, running: Run) -> None:
    selection = studio.smart_selection

    async def body() -> None:
        studio.document.show(picture())
        assert not actions[Act.UNDO].isEnabled()
        dab(studio)
        selection.begin(Hints(OBJECT), Combine.ADD)
        actions[Act.UNDO].trigger()
        assert not selection.is_pending
        assert mask(studio).any()
        actions[Act.UNDO].trigger()
        assert not mask(studio).any()
        assert not actions[Act.UNDO].isEnabled()

    running(body)


def test_undo_in_outpaint_is_about_the_frame(
    studio: Studio, actions: Actions, running: Run
) -> None:
    framing = studio.framing

    def enabled() -> tuple[bool, bool]:
        return actions[Act.UNDO].isEnabled(), actions[Act.REDO].isEnabled()

    async def body() -> None:
        studio.document.show(picture())
        dab(studio)
        assert enabled() == (True, False)
        actions[Act.OUTPAINT].trigger()
        assert enabled() == (False, False)
        framing.set_extension(Extension(right=40))
        assert enabled() == (True, False)
        actions[Act.UNDO].trigger()
        assert not framing.is_exact
        assert enabled() == (False, True)
        actions[Act.REDO].trigger()
        assert framing.extension == Extension(right=40)
        actions[Act.INPAINT].trigger()
        assert enabled() == (True, False)
        actions[Act.UNDO].trigger()
        assert not mask(studio).any()
        assert framing.extension == Extension(right=40)

    running(body)


def test_actions_on_the_mask_need_a_picture_and_the_inpaint_mode(
    studio: Studio, actions: Actions, running: Run
) -> None:
    def enabled() -> list[Act]:
        return [act for act in ON_A_MASK if actions[act].isEnabled()]

    async def body() -> None:
        assert enabled() == []
        studio.document.show(picture())
        assert enabled() == list(ON_A_MASK)
        actions[Act.OUTPAINT].trigger()
        assert enabled() == []
        actions[Act.INPAINT].trigger()
        assert enabled() == list(ON_A_MASK)

    running(body)


def test_choices_are_made_by_actions_and_shown_on_them(studio: Studio, actions: Actions) -> None:
    canvas, settings = studio.canvas, studio.settings
    for act, tool in reversed(TOOLS.items()):
        actions[act].trigger()
        assert canvas.tool is tool
    for act, how in reversed(COMBINES.items()):
        actions[act].trigger()
        assert canvas.combine is how
    for act, view in reversed(VIEWS.items()):
        actions[act].trigger()
        assert canvas.mask_view is view
    for act, theme in THEMES.items():
        actions[act].trigger()
        assert settings.theme == theme.value
    for act, mode in reversed(MODES.items()):
        actions[act].trigger()
        assert studio.parameters.mode is mode
    canvas.set_tool(Tool.LASSO)
    canvas.set_combine(Combine.INTERSECT)
    canvas.set_mask_view(MaskView.MASK)
    settings.set_theme("light")
    chosen = {act for act in Act if actions[act].isChecked()}
    assert {Act.LASSO, Act.INTERSECT, Act.VIEW_MASK, Act.THEME_LIGHT} <= chosen
    groups = (TOOLS, COMBINES, VIEWS, THEMES)
    assert all(len(chosen & set(group)) == 1 for group in groups)
    assert studio.parameters.mode is Mode.INPAINT


def test_switches_turn_on_and_off_and_follow(studio: Studio, actions: Actions) -> None:
    canvas = studio.canvas
    states: dict[Act, Callable[[], bool]] = {
        Act.PRESSURE_SIZE: lambda: canvas.brush.pressure_size,
        Act.PRESSURE_OPACITY: lambda: canvas.brush.pressure_opacity,
        Act.SYMMETRY: lambda: canvas.is_symmetric,
        Act.CONTIGUOUS: lambda: canvas.flooding.contiguous,
        Act.OUTLINE: lambda: canvas.overlay.outline,
    }
    for act, is_on in states.items():
        before = is_on()
        assert actions[act].isChecked() is before
        actions[act].trigger()
        assert is_on() is actions[act].isChecked() is not before
        actions[act].trigger()
        assert is_on() is actions[act].isChecked() is before
    canvas.set_symmetric(True)
    assert actions[Act.SYMMETRY].isChecked()


def test_keys_step_the_brush_and_swap_and_cycle(studio: Studio, actions: Actions) -> None:
    canvas = studio.canvas
    size, hardness = canvas.brush.size, canvas.brush.hardness
    actions[Act.LARGER].trigger()
    actions[Act.SOFTER].trigger()
    assert (canvas.brush.size, canvas.brush.hardness) == (
        round(size * 1.1),
        round(hardness - 0.1, 2),
    )
    actions[Act.SMALLER].trigger()
    actions[Act.HARDER].trigger()
    assert canvas.brush.hardness == hardness
    actions.opacity[3].trigger()
    assert canvas.brush.opacity == 0.3
    actions.opacity[0].trigger()
    assert canvas.brush.opacity == 1
    actions[Act.SWAP].trigger()
    assert canvas.tool is Tool.ERASER
    actions[Act.CYCLE_VIEW].trigger()
    assert canvas.mask_view is MaskView.MASK
