"""The strip of results: the source and every run, as tiles in a row."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QMenu, QScrollArea, QWidget
from typing_extensions import override

from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.remedies import Remedies
from fluxfill_studio.ui.result_texts import caption, place_text, state_text
from fluxfill_studio.ui.results_face import Face, Kind, Moment, face_of
from fluxfill_studio.ui.results_tile import TILE_HEIGHT, TILE_WIDTH, Tile
from fluxfill_studio.ui.run_commands import RunCommands
from fluxfill_studio.ui.trouble_texts import patience
from fluxfill_studio.ui.wording import whole_story

_HEIGHT: Final = 112
_MARGIN: Final = 8
_SPACING: Final = 2
_TICK: Final = 1000  # ms
_TIP_LENGTH: Final = 200
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


@dataclass(frozen=True)
class _Clock:
    """Since when a run has been under way, and since when it has been known how long it will be."""

    begun: QElapsedTimer
    told: QElapsedTimer


class ResultsStrip(QScrollArea):
    """Pressing a tile asks for what it shows; `set_current` says what is looked at.

    Left and Right move between the tiles, Enter or Space presses one, and the menu of a tile
    (right button or menu key) has what can be done with its run. Queued runs stand in the order
    of their line, and change it when they are dragged.
    """

    source_chosen = Signal()
    result_chosen = Signal(str)
    """The id of a finished entry."""
    story_wanted = Signal(str)
    """The id of an entry of which the user wants to know why it failed."""

    def __init__(
        self,
        document: Document,
        gallery: Gallery,
        commands: RunCommands,
        remedies: Remedies,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._gallery = gallery
        self._commands = commands
        self._remedies = remedies
        self._look: Look | None = None
        self._current: str | None = None
        self._dragged: str | None = None
        self._tiles: dict[str, Tile] = {}
        self._clocks: dict[str, _Clock] = {}
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
        gallery.changed.connect(self._show_change)
        gallery.removed.connect(self._remove)
        commands.line_changed.connect(self._show_line)
        remedies.changed.connect(self._show_remedies)
        self._show_source()
        for entry in gallery.entries:
            self._add(entry.id)

    def apply_look(self, look: Look) -> None:
        self._look = look
        for tile in (self._source, *self._tiles.values()):
            tile.apply_look(look)

    def set_current(self, entry_id: str | None) -> None:
        """Frame the tile of the result that is looked at, or the source's with None."""
        if entry_id == self._current:
            return
        self._current = entry_id
        self._source.setChecked(entry_id is None)
        for its_id, tile in self._tiles.items():
            tile.setChecked(its_id == entry_id)
        self._let_tab_in()

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
        self._let_tab_in()

    def _add(self, entry_id: str) -> None:
        tile = Tile(self._look)
        tile.setChecked(entry_id == self._current)
        tile.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tile.clicked.connect(partial(self._press, entry_id))
        tile.stop_wanted.connect(partial(self._commands.stop, entry_id))
        tile.customContextMenuRequested.connect(partial(self._open_menu, entry_id))
        tile.dragged.connect(partial(self._drag, entry_id))
        tile.dropped.connect(partial(self._drop, entry_id))
        before = next(reversed(self._tiles.values()), self._source)
        self._tiles[entry_id] = tile
        self._row.addWidget(tile)
        # Not after all that was there before it, as a widget that comes late would be.
        QWidget.setTabOrder(before, tile)
        self._show_change(entry_id)
        tile.show()
        self._row.activate()
        self.ensureWidgetVisible(tile, _MARGIN, 0)
        self._let_tab_in()

    def _remove(self, entry_id: str) -> None:
        tile = self._tiles[entry_id]
        if tile.hasFocus():
            self._step(tile, -1 if self._shown.index(tile) else +1)
        del self._tiles[entry_id]
        self._clocks.pop(entry_id, None)
        self._row.removeWidget(tile)
        tile.hide()
        tile.deleteLater()
        self._let_tab_in()

    def _show_change(self, entry_id: str) -> None:
        """Show a run as it is now; and the line, which it may have entered or left."""
        self._keep_time(entry_id)
        self._show_entry(entry_id)
        self._show_line()

    def _show_entry(self, entry_id: str) -> None:
        entry, tile = self._gallery[entry_id], self._tiles[entry_id]
        tile.show_face(face_of(entry, self._moment(entry)))
        tile.offer(self._remedies.for_run(entry))
        tile.set_stop_text(self._commands.stop_text(entry))
        tile.setAccessibleName(self.tr("Result {caption}").format(caption=caption(entry)))
        told = _description(entry, self._commands.place_of(entry))
        tile.setAccessibleDescription(told)
        tile.setToolTip(_tip(entry, told))

    def _show_line(self) -> None:
        """Let the runs that wait stand in the order of their line, and say their places."""
        waiting = [e for e in self._gallery.entries if e.job.state is JobState.QUEUED]
        if self._dragged is None:
            self._arrange([entry.id for entry in self._commands.in_line(waiting)])
        for entry in waiting:
            self._show_entry(entry.id)

    def _arrange(self, order: list[str]) -> None:
        """Put the tiles of `order` in that order, into the places that they have among them."""
        tiles = [self._tiles[entry_id] for entry_id in order]
        places = sorted(self._row.indexOf(tile) for tile in tiles)
        for place, tile in zip(places, tiles, strict=True):
            if self._row.indexOf(tile) != place:
                self._row.removeWidget(tile)
                self._row.insertWidget(place, tile)
        # Now, not with the next turn of the loop: a drag that goes on asks where they are.
        self._row.activate()

    def _show_remedies(self) -> None:
        for entry_id, tile in self._tiles.items():
            tile.offer(self._remedies.for_run(self._gallery[entry_id]))

    def _keep_time(self, entry_id: str) -> None:
        """Count the time of a run from its turn to its end."""
        state = self._gallery[entry_id].job.state
        if state.is_over or state is JobState.QUEUED:
            self._clocks.pop(entry_id, None)
        else:
            told = QElapsedTimer()
            told.start()
            begun = self._clocks[entry_id].begun if entry_id in self._clocks else told
            self._clocks[entry_id] = _Clock(begun, told)
        self._tick_while_seen()

    def _tick_while_seen(self) -> None:
        if not (self._clocks and self.isVisible()):
            self._ticker.stop()
        elif not self._ticker.isActive():
            self._ticker.start()

    def _tick(self) -> None:
        for entry_id in self._clocks:
            entry = self._gallery[entry_id]
            self._tiles[entry_id].show_face(face_of(entry, self._moment(entry)))

    def _moment(self, entry: Entry) -> Moment:
        clock = self._clocks.get(entry.id)
        if clock is None:
            return Moment(place=self._commands.place_of(entry))
        remaining = entry.job.remaining
        if remaining is not None:
            remaining -= clock.told.elapsed() / 1000
        return Moment(clock.begun.elapsed() // 1000, remaining)

    def _press(self, entry_id: str) -> None:
        entry = self._gallery[entry_id]
        if entry.is_finished:
            self.result_chosen.emit(entry_id)
        elif entry.job.error is not None:
            self.story_wanted.emit(entry_id)

    def _open_menu(self, entry_id: str, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands.fill(menu, self._gallery[entry_id])
        menu.popup(self._tiles[entry_id].mapToGlobal(position))

    def _drag(self, entry_id: str, place: QPoint) -> None:
        """Let a queued tile go where the pointer is, among those that wait."""
        line = self._commands.line_of(self._gallery[entry_id])
        if entry_id in line:
            self._dragged = entry_id
            order = self._dragged_order(entry_id, line, place)
            self._arrange(order)

    def _dragged_order(self, entry_id: str, line: list[str], place: QPoint) -> list[str]:
        pointer = self._tiles[entry_id].mapToParent(place).x()
        others = [one for one in line if one != entry_id]
        passed = [one for one in others if self._tiles[one].geometry().center().x() < pointer]
        return [*passed, entry_id, *(one for one in others if one not in passed)]

    def _drop(self, entry_id: str) -> None:
        self._dragged = None
        entry = self._gallery[entry_id]
        line = self._commands.line_of(entry)
        if entry_id in line:
            order = sorted(line, key=lambda one: self._row.indexOf(self._tiles[one]))
            self._commands.move(entry, order.index(entry_id) + 1)
        self._show_line()

    @override
    def showEvent(self, event: QShowEvent, /) -> None:
        super().showEvent(event)
        self._tick()
        self._tick_while_seen()

    @override
    def hideEvent(self, event: QHideEvent, /) -> None:
        super().hideEvent(event)
        self._tick_while_seen()

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Plain arrow keys move the focus; all others are the focused run's."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        focused = next((one for one, tile in self._tiles.items() if tile.hasFocus()), None)
        if step is not None and event.modifiers() in _PLAIN:
            self._step(self._source if focused is None else self._tiles[focused], step)
            return
        key = QKeySequence(event.keyCombination())
        if focused is None or not self._commands.do(self._gallery[focused], key):
            event.ignore()

    def _step(self, tile: Tile, step: int) -> None:
        """Move the focus from `tile` to one beside it, if there is one."""
        tiles = self._shown
        place = max(0, min(tiles.index(tile) + step, len(tiles) - 1))
        tiles[place].setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(tiles[place], _MARGIN, 0)
        self._let_tab_in()

    def _let_tab_in(self) -> None:
        """Let Tab reach one tile, from which the arrow keys reach the others."""
        tiles = self._shown
        focused = [tile for tile in tiles if tile.hasFocus()]
        checked = [tile for tile in tiles if tile.isChecked()]
        entrance = next(iter((*focused, *checked, *tiles)), None)
        for tile in tiles:
            by_tab = tile is entrance
            policy = Qt.FocusPolicy.StrongFocus if by_tab else Qt.FocusPolicy.ClickFocus
            tile.setFocusPolicy(policy)

    @property
    def _shown(self) -> list[Tile]:
        """What can be seen, from left to right."""
        items = map(self._row.itemAt, range(self._row.count()))
        tiles = [item.widget() for item in items if item is not None]
        return [tile for tile in tiles if isinstance(tile, Tile) and not tile.isHidden()]

    @override
    def wheelEvent(self, event: QWheelEvent, /) -> None:
        """Any wheel scrolls along the strip."""
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()


def _description(entry: Entry, place: int | None) -> str:
    """The state in words: "processing, 62 %", "queued, next in line"."""
    job = entry.job
    state = state_text(job)
    if job.state is JobState.QUEUED:
        return f"{state}, {place_text(place)}"
    if job.state is JobState.WAITING and job.progress is not None:
        return f"{state}, {job.progress * 100:.0f} %"
    return state


def _tip(entry: Entry, told: str) -> str:
    """Which run it is and how it stands, and what went wrong or what it was asked for.

    As rich text, which breaks long lines.
    """
    job = entry.job
    text = textwrap.shorten(job.request.prompt, _TIP_LENGTH, placeholder="…")
    if job.error is not None:
        text = whole_story(job.error)
    elif job.trouble is not None:
        text = patience(job.trouble)
    return f"<p>{caption(entry)} · {told}</p><p>{html.escape(text)}</p>"
