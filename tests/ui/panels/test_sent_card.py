"""The card "What will be sent", on real previews, under pointer and keys."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, combine
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.plan import AUTOMATIC, WHOLE, Context
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.sent_preview import SentPreview
from fluxfill_studio.model.canvas import CanvasModel, Overlay, Tool
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.sent_card import SentCard
from tests.pictures import photograph
from tests.qt import QtLoop, acting, emitted

LEFT = Qt.MouseButton.LeftButton
SIZE = Size(4200, 1500)
HERE, THERE = Rect(300, 400, 200, 150), Rect(3700, 1000, 200, 150)
# Larger than is sent unscaled.
LARGE = Rect(200, 100, 2000, 1300)

Show = Callable[[QWidget], None]


@dataclass
class Table:
    """The card and the models behind it."""

    card: SentCard
    document: Document
    parameters: Parameters
    framing: Framing
    sending: Sending
    canvas: CanvasModel

    def paint(self, *rects: Rect) -> None:
        def work(edit: MaskEdit) -> Rect:
            for rect in rects:
                start, end = Point(rect.x, rect.y), Point(rect.right, rect.bottom)
                combine(edit, rectangle_region(start, end, SIZE), Combine.ADD)
            return Rect.of(SIZE)

        self.document.change(work)

    async def previewed(self, is_it: Callable[[SentPreview], object] = bool) -> None:
        while (preview := self.sending.preview) is None or not is_it(preview):
            await emitted(self.sending.changed)

    def context(self) -> Context:
        return self.sending.context

    async def click(self, button: QPushButton) -> None:
        await acting(lambda: QTest.mouseClick(button, LEFT))

    @property
    def lines(self) -> list[str]:
        """What it tells, with plain spaces."""
        labels = (
            self.card.size_label,
            self.card.bytes_label,
            self.card.covered_label,
            self.card.promise,
        )
        return [label.text().replace("\N{NO-BREAK SPACE}", " ") for label in labels]


AtTable = Callable[[Callable[[Table], Coroutine[None, None, None]]], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def at_table(
    schema: ParameterSchema, settings: Settings, show: Show, look: Look, qt_loop: QtLoop
) -> AtTable:
    """Runs a coroutine on the card of a picture of SIZE."""
    tasks = TaskOwner()
    document, parameters, canvas = Document(tasks), Parameters(schema), CanvasModel()
    framing = Framing(document, parameters)
    sending = Sending(document, parameters, framing, tasks)
    card = SentCard(sending, canvas, settings)
    card.apply_look(look)
    card.setFixedWidth(296)
    show(card)

    async def drive(body: Callable[[Table], Coroutine[None, None, None]]) -> None:
        document.show(Picture.of(Source.of("wall.png", np.tile(photograph(600, 500), (3, 7, 1)))))
        await body(Table(card, document, parameters, framing, sending, canvas))
        await tasks.close()

    return lambda body: qt_loop.run(drive(body))


def test_there_is_no_card_until_there_is_something_to_send(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        assert not table.card.isVisible()
        table.paint(HERE)
        await table.previewed()
        assert table.card.isVisible()
        table.document.undo()
        await emitted(table.document.summary_changed)
        assert not table.card.isVisible()

    at_table(body)


def test_it_tells_crop_bytes_coverage_and_that_the_rest_stays(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        table.paint(HERE)
        await table.previewed()
        size, sizes, covered, promise = table.lines
        assert size == "crop 1,440 × 1,440 (100 %)"
        preview = table.sending.preview
        assert preview is not None
        assert preview.mask_bytes is not None
        image, mask = f"{preview.image_bytes / 1e6:.1f}", round(preview.mask_bytes / 1e3)
        assert sizes == f"image {image} MB · mask {mask} KB"
        assert covered == "mask covers 1.4 %"
        assert promise == "● nothing outside the mask will change"
        assert table.card.promise.property("role") == "ok"
        assert "location" in table.card.toolTip()

    at_table(body)


def test_it_tells_how_much_smaller_a_large_crop_is_sent(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        table.paint(LARGE)
        await table.previewed()
        crop = table.sending.plans[0].crop
        sent = table.sending.plans[0].sent
        assert table.lines[0] == (
            f"crop {crop.width:,} × {crop.height:,} → {sent.width:,} × {sent.height:,} (42 %)"
        )

    at_table(body)


def test_the_context_is_chosen_by_pointer(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        automatic, whole, by_hand = table.card.context.choice.buttons.values()
        table.paint(HERE)
        await table.previewed()
        assert automatic.isChecked()
        await table.click(whole)
        assert table.context() is WHOLE
        await table.previewed(lambda preview: preview.plans[0].crop == Rect.of(SIZE))
        assert table.lines[0] == "whole image 4,200 × 1,500 → 1,440 × 514 (34 %)"
        await table.click(automatic)
        crop = table.sending.plans[0].crop
        await table.click(by_hand)
        assert table.context() == crop
        assert table.canvas.tool is Tool.HAND, "the frame can be dragged at once"
        assert by_hand.isChecked()
        table.sending.set_context(AUTOMATIC)
        assert automatic.isChecked()

    at_table(body)


def test_the_context_is_chosen_by_keys(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        automatic, whole, _ = table.card.context.choice.buttons.values()
        table.paint(HERE)
        await table.previewed()

        def by_keys() -> None:
            table.card.fold.setFocus()
            QTest.keyClick(table.card.fold, Qt.Key.Key_Tab)
            assert automatic.hasFocus()
            QTest.keyClick(automatic, Qt.Key.Key_Right)

        await acting(by_keys)
        assert whole.hasFocus()
        assert table.context() is WHOLE

    at_table(body)


def test_areas_far_apart_can_be_runs_of_their_own(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        together, apart = table.card.areas.choice.buttons.values()
        table.paint(HERE)
        await table.previewed()
        assert not table.card.areas.isVisible()
        table.paint(THERE)
        await table.previewed(lambda preview: preview.areas == 2)
        assert table.card.areas.isVisible()
        assert table.card.areas.name.text() == "2 areas"
        assert together.isChecked()
        await table.click(apart)
        await table.previewed(lambda preview: len(preview.plans) == 2)
        assert table.lines[0] == "2 runs; the first: crop 1,440 × 1,440 (100 %)"
        assert table.lines[1].startswith("image ≈ ")
        *_, by_hand = table.card.context.choice.buttons.values()
        assert not by_hand.isEnabled(), "two frames are not one"
        await table.click(together)
        assert not table.sending.apart

    at_table(body)


def test_a_preset_sends_the_whole_image_and_promises_nothing(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        table.parameters.set("mode", "outpaint")
        await table.previewed()
        size, sizes, covered, promise = table.lines
        assert size == "whole image 4,200 × 1,500 → 1,440 × 514 (34 %)"
        assert "mask" not in sizes
        assert (covered, promise) == ("", "")
        assert not table.card.context.isVisible()
        assert not table.card.areas.isVisible()

    at_table(body)


def test_an_exact_frame_sends_a_canvas_and_keeps_the_picture(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        table.parameters.set("mode", "outpaint")
        table.framing.set_extension(Extension(top=700, bottom=700))
        await table.previewed(lambda preview: preview.plans[0].frame is not None)
        size, _, covered, promise = table.lines
        assert size == "canvas 4,200 × 2,900 → 1,440 × 994 (34 %)"
        assert covered == "48 % of it is new"
        assert promise == "● nothing of the picture will change"
        assert table.card.context.isHidden()

    at_table(body)


def test_the_thumbnail_shows_the_mask_in_its_colour(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        table.paint(LARGE)
        await table.previewed()
        thumbnail = table.card.thumbnail

        def middle() -> QColor:
            QApplication.processEvents()
            image = thumbnail.grab().toImage()
            return image.pixelColor(image.width() // 2, image.width() // 3)

        for colour in ("#00ff00", "#0000ff"):
            table.canvas.set_overlay(Overlay(colour, 1.0))
            assert await acting(middle) == QColor(colour)

    at_table(body)


def test_it_folds_by_pointer_and_keys_and_stays_so(
    at_table: AtTable, settings: Settings, tmp_path: Path
) -> None:
    async def body(table: Table) -> None:
        table.paint(HERE)
        await table.previewed()
        card, height = table.card, table.card.sizeHint().height()
        await table.click(card.fold)
        assert not card.thumbnail.isVisible()
        assert card.fold.isVisible()
        assert card.sizeHint().height() < height / 2
        assert not Settings(tmp_path / "settings.ini").unfolds_sent
        await acting(lambda: QTest.keyClick(card.fold, Qt.Key.Key_Space))
        assert card.thumbnail.isVisible()
        assert settings.unfolds_sent

    at_table(body)


def test_everything_has_a_name_and_no_text_is_cut_off(at_table: AtTable) -> None:
    async def body(table: Table) -> None:
        table.paint(HERE, THERE)
        await table.previewed(lambda preview: preview.areas == 2)
        card = table.card
        assert all(button.accessibleName() for button in card.findChildren(QPushButton))
        assert all(button.toolTip() for button in card.findChildren(QPushButton))
        await acting(QApplication.processEvents)
        for label in (card.size_label, card.bytes_label, card.promise):
            assert label.height() >= label.heightForWidth(label.width()) > 0
        rows = (card.context, card.areas)
        for button in [b for row in rows for b in row.choice.buttons.values()]:
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())

    at_table(body)
