"""The card of the blend: slider, field, buttons and keys set it, and each has a way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.feather import MAX_FEATHER
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.blending import Blending
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.compare.blend_card import BlendCard
from fluxfill_studio.ui.look import Look
from tests.qt import QtLoop, acting, emitted
from tests.ui.runs import finished, outpainted

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Bench:
    """The card in a window, with a result to blend, in Compare."""

    def __init__(self, studio: Studio, card: BlendCard, window: QMainWindow) -> None:
        self.gallery: Gallery = studio.gallery
        self.blending: Blending = studio.blending
        self.card = card
        self.window = window

    @property
    def blend(self) -> Blend:
        assert self.blending.blend is not None
        return self.blending.blend

    async def look_at(self, entry_id: str) -> None:
        self.gallery.select(entry_id)
        await emitted(self.gallery.shown_changed)

    async def made(self) -> None:
        while not self.blending.is_made:
            await emitted(self.blending.changed)


OnBench = Callable[[Callable[[Bench], Awaitable[None]]], None]


@pytest.fixture
def on_bench(
    studio: Studio,
    actions: Actions,
    schema: ParameterSchema,
    look: Look,
    dressed: Callable[[QWidget], QMainWindow],
    qt_loop: QtLoop,
) -> OnBench:
    def run(body: Callable[[Bench], Awaitable[None]]) -> None:
        card = BlendCard(studio.blending)
        card.apply_look(look)
        window = dressed(card)
        window.resize(328, 200)
        window.addActions(actions.all)
        actions[Act.COMPARE].setChecked(True)
        entry = finished(schema, 1)

        async def drive() -> None:
            bench = Bench(studio, card, window)
            studio.gallery.add(entry)
            await bench.look_at(entry.id)
            await body(bench)
            await bench.made()
            await studio.close()

        qt_loop.run(drive())

    return run


def handle_of(slider: QSlider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(control, option, part, slider).center()


async def drag(slider: QSlider, by: int) -> None:
    """Take the handle so many pixels to the right, in steps of two."""
    start = handle_of(slider)
    await acting(lambda: QTest.mousePress(slider, LEFT, pos=start))
    for step in range(0, by, 2 if by > 0 else -2):
        await acting(lambda step=step: QTest.mouseMove(slider, start + QPoint(step, 0)))  # type: ignore[misc]
    await acting(lambda: QTest.mouseRelease(slider, LEFT, pos=start + QPoint(by, 0)))


async def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    modifiers = modifier or Qt.KeyboardModifier.NoModifier
    await acting(lambda: QTest.keyClick(widget, key, modifiers))


def test_a_drag_of_a_slider_is_one_step_of_undo(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        for row in (bench.card.opacity, bench.card.feather):
            before, by = bench.blend, -30 if row is bench.card.opacity else 30
            seen: list[Blend] = []
            watch = bench.blending.changed.connect(lambda seen=seen: seen.append(bench.blend))
            await drag(row.slider, by)
            bench.blending.changed.disconnect(watch)
            dragged = bench.blend
            assert len(set(seen)) > 5, "it follows the pointer"
            assert dragged != before
            await press(bench.window, Qt.Key.Key_Z, CTRL)
            assert bench.blend == before
            await press(bench.window, Qt.Key.Key_Z, CTRL | SHIFT)
            assert bench.blend == dragged

    on_bench(body)


def test_the_default_is_a_double_click_or_a_press_away(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        card, changed = bench.card, Blend(40, 5, Match.NONE, 0.5)
        assert not any(row.reset.isVisible() for row in card.rows)
        bench.blending.set(changed)
        assert all(row.reset.isVisible() for row in card.rows)
        for row, name in zip(card.rows, ("feather", "grow", "match", "opacity"), strict=True):
            default = getattr(Blend(), name)
            await acting(lambda row=row: QTest.mouseClick(row.reset, LEFT))  # type: ignore[misc]
            assert bench.blend == replace(changed, **{name: default})
            assert not row.reset.isVisible()
            bench.blending.set(changed)
            await acting(lambda row=row: QTest.mouseDClick(row.name, LEFT))  # type: ignore[misc]
            assert bench.blend == replace(changed, **{name: default})
            bench.blending.set(changed)
        for number in (card.feather, card.grow, card.opacity):
            slider = number.slider
            await acting(lambda s=slider: QTest.mouseDClick(s, LEFT, pos=handle_of(s)))  # type: ignore[misc]
        assert bench.blend == replace(Blend(), match=Match.NONE)

    on_bench(body)


def test_a_field_takes_a_number_at_once_and_leaves_undo_to_the_window(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        box = bench.card.feather.box
        assert box.text() == "auto"
        box.setFocus()
        box.selectAll()
        await acting(lambda: QTest.keyClicks(box, "37"))
        assert bench.blend == Blend(37)
        assert box.text() == "37 px"
        await press(box, Qt.Key.Key_Z, CTRL)
        assert bench.blend == Blend()
        assert box.text() == "auto"
        await press(box, Qt.Key.Key_Z, CTRL | SHIFT)
        assert box.text() == "37 px"
        await press(box, Qt.Key.Key_Return)
        assert not box.hasFocus()

    on_bench(body)


def test_automatic_is_the_step_below_nothing(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        row = bench.card.feather
        row.box.setFocus()
        await press(row.box, Qt.Key.Key_Up)
        assert bench.blend == Blend(0)
        assert row.slider.value() == 0
        await press(row.box, Qt.Key.Key_Down)
        assert bench.blend == Blend(None)
        assert row.slider.value() > 0, "the slider tells which one is chosen"

    on_bench(body)


def test_every_number_has_a_place_on_its_slider(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        card = bench.card
        for row, values in ((card.feather, MAX_FEATHER), (card.grow, bench.blending.most_growth)):
            chosen: list[int] = []
            row.chosen.connect(chosen.append)
            for value in range(values + 1):
                row.show_value(value)
                position = row.slider.value()
                row.show_value(0)
                row.slider.setValue(position)
                assert (chosen or [0])[-1] == value
            assert row.box.maximum() == values

    on_bench(body)


def test_the_match_is_chosen_by_a_click_and_by_arrow_keys(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        buttons = bench.card.match.choice.buttons
        assert buttons[Match.GRADIENT].isChecked()
        await acting(lambda: QTest.mouseClick(buttons[Match.NONE], LEFT))
        assert bench.blend == Blend(match=Match.NONE)
        buttons[Match.NONE].setFocus()
        await press(buttons[Match.NONE], Qt.Key.Key_Right)
        assert bench.blend == Blend(match=Match.MEAN)
        policies = [button.focusPolicy() for button in buttons.values()]
        click, strong = Qt.FocusPolicy.ClickFocus, Qt.FocusPolicy.StrongFocus
        assert policies == [click, strong, click]

    on_bench(body)


def test_the_wheel_scrolls_past_what_does_not_have_the_focus(
    on_bench: OnBench, qapp: QApplication
) -> None:
    def turned(widget: QWidget) -> None:
        place = QPointF(widget.rect().center())
        event = QWheelEvent(
            place,
            widget.mapToGlobal(place),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        qapp.sendEvent(widget, event)

    async def body(bench: Bench) -> None:
        row = bench.card.opacity
        for control in (row.slider, row.box):
            await acting(lambda control=control: turned(control))  # type: ignore[misc]
            assert bench.blend == Blend()
            control.setFocus()
            await acting(lambda control=control: turned(control))  # type: ignore[misc]
            assert bench.blend.opacity < 1
            bench.blending.set(Blend())

    on_bench(body)


def test_a_result_that_cannot_be_blended_has_no_card(
    on_bench: OnBench, schema: ParameterSchema
) -> None:
    async def body(bench: Bench) -> None:
        assert bench.card.isVisible()
        first, other = bench.gallery.entries[0], outpainted(schema, 2)
        bench.gallery.add(other)
        await bench.look_at(other.id)
        assert not bench.card.isVisible()
        await bench.look_at(first.id)
        assert bench.card.isVisible()

    on_bench(body)


def test_every_control_has_a_name(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        card = bench.card
        names = [row.box.accessibleName() for row in (card.feather, card.grow, card.opacity)]
        assert names == ["Feather", "Grow", "Opacity"]
        assert [row.reset.accessibleName() for row in card.rows] == [
            "Reset Feather",
            "Reset Grow",
            "Reset Match colour",
            "Reset Opacity",
        ]
        told = [button.accessibleName() for button in card.match.choice.buttons.values()]
        assert told == ["Match colour: None", "Match colour: Mean", "Match colour: Gradient"]

    on_bench(body)


def test_undo_is_the_masks_again_when_painting(
    on_bench: OnBench, studio: Studio, actions: Actions
) -> None:
    async def body(bench: Bench) -> None:
        await drag(bench.card.opacity.slider, -20)
        dragged = bench.blend
        assert actions[Act.UNDO].isEnabled()
        actions[Act.COMPARE].setChecked(False)
        actions[Act.INPAINT].setChecked(True)
        assert not actions[Act.UNDO].isEnabled(), "nothing is painted"
        await press(bench.window, Qt.Key.Key_Z, CTRL)
        assert bench.blend == dragged

    on_bench(body)
