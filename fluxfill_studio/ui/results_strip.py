"""The strip of results: the source and every run, as tiles in a row."""

from __future__ import annotations

import html
import textwrap
from functools import partial
from typing import Final

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QMenu, QScrollArea, QWidget
from typing_extensions import override

from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.generation import Generation
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.result_texts import caption, state_text
from fluxfill_studio.ui.results_tile import TILE_HEIGHT, TILE_WIDTH, Face, Kind, Tile, face_of
from fluxfill_studio.ui.wording import whole_story

_HEIGHT: Final = 112
_MARGIN: Final = 8
_SPACING: Final = 2
_TICK: Final = 1000  # ms
_TIP_LENGTH: Final = 200


class ResultsStrip(QScrollArea):
    """Pressing a tile asks for what it shows; `set_current` says what is looked at.

    Left and Right move between the tiles, Enter or Space presses one, and the menu of a tile
    (right button or menu key) has what can be done with its run.
    """

    source_chosen = Signal()
    result_chosen = Signal(str)
    """The id of a finished entry."""
    save_wanted = Signal(str)
    use_wanted = Signal(str)

    def __init__(
        self,
        document: Document,
        gallery: Gallery,
        generation: Generation,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._gallery = gallery
        self._generation = generation
        self._look: Look | None = None
        self._current: str | None = None
        self._tiles: dict[str, Tile] = {}
        self._clocks: dict[str, QElapsedTimer] = {}
        self._ticker = QTimer(self)
        self._ticker.setInterval(_TICK)
        self._ticker.timeout.connect(self._tick)
        self.setAccessibleName(self.tr("Results"))
        self.setProperty("role", "panel")
        self.setProperty("edge", "top")
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        document.replaced.connect(self._show_source)
        gallery.added.connect(self._add)
        gallery.changed.connect(self._show_entry)
        gallery.removed.connect(self._remove)
        self._show_source()
        for entry in gallery.entries:
            self._add(entry.id)

    def apply_look(self, look: Look) -> None:
        self._look = look
        for tile in (self._source, *self._tiles.values()):
            tile.apply_look(look)

    def set_current(self, entry_id: str | None) -> None:
        """Frame the tile of the result that is looked at, or the source's with None."""
        self._current = entry_id
        self._source.setChecked(entry_id is None)
        for its_id, tile in self._tiles.items():
            tile.setChecked(its_id == entry_id)

    def _lay_out(self) -> None:
        content = QWidget()
        self._row = QHBoxLayout(content)
        # A scroll bar appears in the free space below the tiles and moves nothing.
        above = (_HEIGHT - TILE_HEIGHT) // 2 - 1
        self._row.setContentsMargins(_MARGIN, above, _MARGIN, 0)
        self._row.setSpacing(_SPACING)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._source = Tile(self._look)
        self._source.setAccessibleName(self.tr("Source"))
        self._source.setToolTip(self.tr("Source"))
        self._source.setChecked(True)
        self._source.clicked.connect(self.source_chosen)
        self._row.addWidget(self._source)
        self.setWidget(content)

    def _show_source(self) -> None:
        picture = self._document.picture
        self._source.setVisible(picture is not None)
        if picture is not None:
            # Twice the tile's size, for screens with a scale of 200 %.
            scale = min(1.0, 2 * TILE_WIDTH / picture.source.size.long_side)
            pyramid = picture.pyramid
            image = to_image(pyramid.level(pyramid.level_for(scale)))
            self._source.show_face(Face(Kind.PICTURE, self.tr("Source"), image=image))

    def _add(self, entry_id: str) -> None:
        tile = Tile(self._look)
        tile.setChecked(entry_id == self._current)
        tile.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tile.clicked.connect(partial(self._press, entry_id))
        tile.stop_wanted.connect(partial(self._generation.stop, entry_id))
        tile.customContextMenuRequested.connect(partial(self._open_menu, entry_id))
        self._tiles[entry_id] = tile
        self._show_entry(entry_id)
        self._row.addWidget(tile)
        tile.show()
        self._row.activate()
        self.ensureWidgetVisible(tile, _MARGIN, 0)

    def _remove(self, entry_id: str) -> None:
        tile = self._tiles.pop(entry_id)
        self._row.removeWidget(tile)
        tile.hide()
        tile.deleteLater()

    def _show_entry(self, entry_id: str) -> None:
        entry, tile = self._gallery[entry_id], self._tiles[entry_id]
        if not entry.job.state.is_running:
            self._clocks.pop(entry_id, None)
        elif entry_id not in self._clocks:
            self._clocks[entry_id] = QElapsedTimer()
            self._clocks[entry_id].start()
        if not self._clocks:
            self._ticker.stop()
        elif not self._ticker.isActive():
            self._ticker.start()
        tile.show_face(face_of(entry, self._seconds(entry_id)))
        tile.setAccessibleName(self.tr("Result {caption}").format(caption=caption(entry)))
        tile.setAccessibleDescription(_description(entry))
        tile.setToolTip(_tip(entry))

    def _tick(self) -> None:
        """Count the seconds of what runs."""
        for entry_id in self._clocks:
            face = face_of(self._gallery[entry_id], self._seconds(entry_id))
            self._tiles[entry_id].show_face(face)

    def _seconds(self, entry_id: str) -> int | None:
        clock = self._clocks.get(entry_id)
        return None if clock is None else clock.elapsed() // 1000

    def _press(self, entry_id: str) -> None:
        if self._gallery[entry_id].fill is not None:
            self.result_chosen.emit(entry_id)

    def _open_menu(self, entry_id: str, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_menu(menu, self._gallery[entry_id])
        menu.popup(self._tiles[entry_id].mapToGlobal(position))

    def _fill_menu(self, menu: QMenu, entry: Entry) -> None:
        """What can be done with a run in its present state."""
        generation, gallery = self._generation, self._gallery
        state = entry.job.state
        if entry.fill is not None:
            menu.addAction(self.tr("Save as…"), lambda: self.save_wanted.emit(entry.id))
            menu.addAction(self.tr("Use as new source"), lambda: self.use_wanted.emit(entry.id))
        elif state.is_running:
            menu.addAction(self.tr("Stop waiting"), lambda: generation.stop(entry.id))
        elif state is not JobState.DONE:
            goes_on = entry.job.can_resume
            text = self.tr("Resume") if goes_on else self.tr("Run again")
            menu.addAction(text, lambda: generation.resume(entry.id))
        prompt = entry.job.request.prompt
        menu.addAction(self.tr("Copy prompt"), lambda: QGuiApplication.clipboard().setText(prompt))
        if not state.is_running:
            menu.addSeparator()
            menu.addAction(self.tr("Remove"), lambda: gallery.remove(entry.id))

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        tiles = [t for t in (self._source, *self._tiles.values()) if not t.isHidden()]
        focused = next((i for i, tile in enumerate(tiles) if tile.hasFocus()), None)
        if step is None or focused is None:
            event.ignore()
            return
        tile = tiles[max(0, min(focused + step, len(tiles) - 1))]
        tile.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(tile, _MARGIN, 0)

    @override
    def wheelEvent(self, event: QWheelEvent, /) -> None:
        """Any wheel scrolls along the strip."""
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()


def _description(entry: Entry) -> str:
    """The state for a screen reader: "processing, 62 %"."""
    state, progress = entry.job.state, entry.job.progress
    if state.is_running and progress is not None:
        return f"{state_text(state)}, {progress * 100:.0f} %"
    return state_text(state)


def _tip(entry: Entry) -> str:
    """Why a run failed, else what it was asked for; as rich text, which breaks long lines."""
    error = entry.job.error
    prompt = textwrap.shorten(entry.job.request.prompt, _TIP_LENGTH, placeholder="…")
    text = prompt if error is None else whole_story(error)
    return f"<p>{caption(entry)}</p><p>{html.escape(text)}</p>"
