"""Both pictures side by side, what is told of the result, and how it is seen blended again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.compare.compare_view import CompareView
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_pixels
from tests.qt import QtLoop, acting, emitted
from tests.ui.runs import finished, outpainted

LEFT = Qt.MouseButton.LeftButton


class Table:
    """The view in a window, and what is looked at in it."""

    def __init__(self, studio: Studio, view: CompareView) -> None:
        self.studio = studio
        self.blending = studio.blending
        self.view = view

    async def look_at(self, entry: Entry) -> None:
        if entry.id not in self.studio.gallery:
            self.studio.gallery.add(entry)
        self.studio.gallery.select(entry.id)
        await emitted(self.studio.gallery.shown_changed)

    async def made(self) -> None:
        while not self.blending.is_made:
            await emitted(self.blending.changed)

    async def seen(self, is_so: Callable[[Pixels, Pixels], bool]) -> None:
        """Wait until it is so of both pictures; the first previews may be of an earlier blend."""
        while not is_so(*self.shots()):
            await emitted(self.blending.previewed)

    @property
    def remark(self) -> tuple[str, str]:
        label = self.view.after.remark
        return label.text(), label.property("role")

    def shots(self) -> tuple[Pixels, Pixels]:
        """What is seen of both pictures, below their captions."""
        panes = (self.view.before, self.view.after)
        before, after = (to_pixels(pane.grab().toImage())[0][60:] for pane in panes)
        return before, after


OnTable = Callable[[Callable[[Table], Awaitable[None]]], None]


@pytest.fixture
def on_table(
    studio: Studio,
    look: Look,
    dressed: Callable[[QWidget], QMainWindow],
    qt_loop: QtLoop,
) -> OnTable:
    def run(body: Callable[[Table], Awaitable[None]]) -> None:
        view = CompareView(studio.gallery, studio.blending)
        view.apply_look(look)
        dressed(view).resize(900, 400)

        async def drive() -> None:
            table = Table(studio, view)
            await body(table)
            await studio.close()

        qt_loop.run(drive())

    return run


def test_the_view_shows_a_blend_before_and_after_the_whole_is_made(
    on_table: OnTable, schema: ParameterSchema
) -> None:
    async def body(table: Table) -> None:
        await table.look_at(finished(schema, 1))
        before, as_it_came = table.shots()
        assert not np.array_equal(before, as_it_came)
        table.blending.hold()
        table.blending.set(Blend(opacity=0))
        await table.seen(np.array_equal)
        table.blending.set(Blend(opacity=1))
        await table.seen(lambda _, after: np.array_equal(after, as_it_came))
        assert not table.blending.is_made
        table.blending.set(Blend(opacity=0))
        await table.seen(np.array_equal)
        table.blending.release()
        await table.made()
        assert np.array_equal(*table.shots())

    on_table(body)


def test_what_was_not_in_view_is_blended_when_it_comes_into_it(
    on_table: OnTable, schema: ParameterSchema
) -> None:
    async def body(table: Table) -> None:
        view = table.view
        await table.look_at(finished(schema, 1))
        view.after.zoom_to(2.5)
        start, end = QPoint(40, 120), QPoint(400, 350)
        await acting(lambda: QTest.mousePress(view.after, LEFT, pos=start))
        await acting(lambda: QTest.mouseMove(view.after, end))
        await acting(lambda: QTest.mouseRelease(view.after, LEFT, pos=end))
        table.blending.hold()
        table.blending.set(Blend(opacity=0))
        await table.seen(np.array_equal)
        viewport = view.after.viewport
        view.before.fit()
        assert view.after.viewport != viewport, "both are linked"
        await table.seen(np.array_equal)
        table.blending.release()
        await table.made()

    on_table(body)


def test_the_whole_comes_where_the_preview_was(on_table: OnTable, schema: ParameterSchema) -> None:
    async def body(table: Table) -> None:
        view = table.view
        await table.look_at(finished(schema, 1))
        view.after.zoom_to(2.0)
        viewports = view.before.viewport, view.after.viewport
        table.blending.set(Blend(0, opacity=0.5))
        await table.made()
        assert (view.before.viewport, view.after.viewport) == viewports

    on_table(body)


def test_what_changed_is_counted_again(on_table: OnTable, schema: ParameterSchema) -> None:
    async def body(table: Table) -> None:
        told = "0 pixels changed outside the mask", "badge-ok"
        await table.look_at(finished(schema, 1))
        assert table.remark == told
        table.blending.set(Blend(grow=8))
        assert table.remark == ("counting changed pixels…", "badge")
        await table.made()
        assert table.remark == told

    on_table(body)


def test_an_outpaint_tells_whether_the_original_is_in_it(
    on_table: OnTable, schema: ParameterSchema
) -> None:
    async def body(table: Table) -> None:
        await table.look_at(outpainted(schema, 1))
        text, role = table.remark
        assert text.startswith("as the service returned it")
        assert role == "badge"
        entry = outpainted(schema, 2)
        assert entry.composite is not None
        pixels = entry.composite.source.pixels
        grown = cv2.copyMakeBorder(pixels, 0, 0, 150, 0, cv2.BORDER_REFLECT)
        raw = np.asarray(grown, np.uint8)
        await table.look_at(replace(entry, composite=replace(entry.composite, raws=(raw,))))
        assert table.remark == ("original pixels kept", "badge-ok")

    on_table(body)


@pytest.mark.parametrize("width", [600, 900, 1400])
def test_a_long_remark_is_seen_whole_and_leaves_both_panes_as_wide(
    on_table: OnTable, schema: ParameterSchema, width: int
) -> None:
    async def body(table: Table) -> None:
        table.view.window().resize(width, 400)
        await table.look_at(outpainted(schema, 1))
        await acting(QApplication.processEvents)
        before, after, remark = table.view.before, table.view.after, table.view.after.remark
        assert abs(before.width() - after.width()) <= 1
        assert after.rect().contains(remark.geometry())
        needed = remark.fontMetrics().boundingRect(
            remark.contentsRect(), Qt.TextFlag.TextWordWrap, remark.text()
        )
        assert remark.contentsRect().height() >= needed.height()
        assert remark.contentsRect().width() >= needed.width()
        assert (remark.height() > 2 * remark.fontMetrics().height()) is (width < 1000)

    on_table(body)
