"""The window: its parts laid out, and its modes kept in step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.notices import Tone
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.attention import Attention
from fluxfill_studio.ui.canvas.canvas import Canvas
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.commands import MODES, Commands
from fluxfill_studio.ui.compare.compare_view import CompareView
from fluxfill_studio.ui.compare.result_panel import ResultPanel
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.empty_state import EmptyState
from fluxfill_studio.ui.foot import Foot
from fluxfill_studio.ui.intake import can_take, opening_of
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.mask_commands import MaskCommands
from fluxfill_studio.ui.notice_strip import NoticeStrip
from fluxfill_studio.ui.notifier import Notifier
from fluxfill_studio.ui.options.tool_options import OptionsPage, ToolOptions
from fluxfill_studio.ui.panels.parameter_panel import ParameterPanel
from fluxfill_studio.ui.panels.sent_card import SentCard
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.result_commands import ResultCommands
from fluxfill_studio.ui.results_strip import ResultsStrip
from fluxfill_studio.ui.shortcuts import Shortcuts
from fluxfill_studio.ui.shortcuts_dialog import ShortcutsDialog
from fluxfill_studio.ui.tool_rail import ToolRail
from fluxfill_studio.ui.top_bar import TopBar

_PANEL_WIDTH = 328
_SIZE = (1440, 900)
_MINIMUM_SIZE = (1024, 640)


class MainWindow(QMainWindow):
    """One picture at a time, and its results. What it shows follows the models."""

    closing = Signal()
    """The user closed the window, and nothing speaks against it any more."""

    def __init__(self, studio: Studio, actions: Actions) -> None:
        super().__init__()
        self._studio = studio
        self._actions = actions
        self._is_comparing = False
        # Whether the user went on painting since the latest run: then a result must not take
        # the canvas away.
        self._painted_since_run = False
        # Whether the first result of the latest runs is still to come: it is shown at once.
        self._awaits_result = False
        self._may_close = False
        self.setAcceptDrops(True)
        self.setMinimumSize(*_MINIMUM_SIZE)
        self.resize(*_SIZE)
        self.restoreGeometry(studio.settings.geometry)
        self.addActions(actions.all)
        self.commands = Commands(studio, actions, self)
        self.dialogs = Dialogs(studio.settings, self)
        self.mask_commands = MaskCommands(studio, actions, self.dialogs, self)
        self.result_commands = ResultCommands(studio, actions, self.dialogs, self._replace, self)
        notifier = Notifier(self.windowIcon(), self)
        self.attention = Attention(studio.document, studio.gallery, self, notifier)
        self.shortcuts = Shortcuts(actions, studio.settings, self)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._refresh()
        self.empty.setFocus()

    def apply_look(self, look: Look) -> None:
        """Show the colours and icons of a theme."""
        self._actions.paint_icons(look)
        parts = (
            self.canvas,
            self.compare,
            self.top_bar,
            self.options,
            self.strip,
            self.notice,
            self.empty,
            self.panel,
            self.result_panel,
        )
        for part in parts:
            part.apply_look(look)

    def _make_parts(self) -> None:
        studio, actions = self._studio, self._actions
        self.top_bar = TopBar(studio.document, studio.account, actions)
        self.options = ToolOptions(studio, actions)
        self.rail = ToolRail(actions)
        self.empty = EmptyState(actions, studio.samples.paths)
        self.canvas = Canvas(
            studio.document,
            studio.canvas,
            studio.parameters,
            studio.framing,
            studio.sending,
            studio.flood_preview,
            studio.smart_selection,
        )
        self.compare = CompareView(studio.gallery, studio.blending)
        results = self.result_commands
        self.strip = ResultsStrip(
            studio.document, studio.gallery, results.of_runs, results.remedies
        )
        self.panel = ParameterPanel(
            studio.parameters,
            studio.framing,
            studio.sending,
            studio.account,
            SentCard(studio.sending, studio.canvas, studio.settings),
            actions[Act.RUN],
        )
        self.result_panel = ResultPanel(
            studio.parameters.schema, studio.gallery, studio.blending, actions
        )
        self.foot = Foot(studio.document, studio.gallery, studio.account)
        self.stage = QStackedWidget()
        for page in (self.empty, self.canvas, self.compare):
            self.stage.addWidget(page)
        self.notice = NoticeStrip(studio.notices, studio.opener, results.remedies, self.stage)
        self.side = QStackedWidget()
        self.side.setFixedWidth(_PANEL_WIDTH)
        for panel in (self.panel, self.result_panel):
            self.side.addWidget(panel)

    def _lay_out(self) -> None:
        work = QHBoxLayout()
        work.addWidget(self.rail)
        work.addWidget(self.stage, 1)
        left = QVBoxLayout()
        left.addLayout(work, 1)
        left.addWidget(self.strip)
        middle = QHBoxLayout()
        middle.addLayout(left, 1)
        middle.addWidget(self.side)
        column = QVBoxLayout()
        column.addWidget(self.top_bar)
        column.addWidget(self.options)
        column.addLayout(middle, 1)
        column.addWidget(self.foot)
        for layout in (work, left, middle, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        centre = QWidget()
        centre.setLayout(column)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        studio, actions = self._studio, self._actions
        actions[Act.OPEN].triggered.connect(lambda: self.dialogs.ask_open(self._open_path))
        actions[Act.PASTE].triggered.connect(self._paste)
        actions[Act.RUN].triggered.connect(self._run)
        actions[Act.SETTINGS].triggered.connect(self._show_settings)
        actions[Act.SHORTCUTS].triggered.connect(self._show_shortcuts)
        actions[Act.CLOSE].triggered.connect(self.close)
        actions[Act.COMPARE].triggered.connect(lambda: self._compare(True))
        for act in MODES:
            actions[act].triggered.connect(lambda: self._compare(False))
        actions[Act.FIT].triggered.connect(lambda: self._view.fit())
        actions[Act.ACTUAL_SIZE].triggered.connect(lambda: self._view.zoom_to(1.0))
        actions[Act.ZOOM_IN].triggered.connect(lambda: self._view.zoom_step(+1))
        actions[Act.ZOOM_OUT].triggered.connect(lambda: self._view.zoom_step(-1))
        self.empty.sample_chosen.connect(self._open_path)
        self.compare.accepted.connect(actions[Act.USE_AS_SOURCE].trigger)
        self.strip.source_chosen.connect(lambda: self._compare(False))
        self.strip.result_chosen.connect(self._show_result)
        self.strip.story_wanted.connect(self.result_commands.tell_story)
        self.result_commands.remedies.prompt_wanted.connect(self._edit_prompt)
        self.attention.wanted.connect(self._show_if_finished)
        for view in (self.canvas, self.compare):
            view.viewport_changed.connect(self._show_zoom)
            view.hovered.connect(self.foot.set_position)
        studio.samples.loaded.connect(self._show_thumbnail)
        studio.opener.previewed.connect(self._show_preview)
        studio.opener.failed.connect(self._end_preview)
        studio.opener.opened.connect(self._tell_what_was_lost)
        studio.document.replaced.connect(self._picture_replaced)
        studio.document.mask_changed.connect(self._note_painting)
        studio.parameters.changed.connect(lambda _: self._refresh())
        studio.gallery.shown_changed.connect(self._result_is_shown)
        studio.gallery.added.connect(lambda _: self._refresh())
        studio.gallery.changed.connect(lambda _: self._refresh())
        studio.gallery.removed.connect(lambda _: self._refresh())
        studio.generation.begun.connect(self._run_begun)
        studio.generation.finished.connect(self._result_arrived)

    def _show_settings(self) -> None:
        # Not needed for the first picture, and it takes a frame to import.
        from fluxfill_studio.ui.settings.settings_dialog import SettingsDialog

        studio = self._studio
        dialog = SettingsDialog(studio.account, studio.key_entry, self._actions, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_shortcuts(self) -> None:
        dialog = ShortcutsDialog(self.shortcuts, self._actions, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @property
    def _view(self) -> PictureView:
        """The view that the zoom actions mean."""
        return self.compare.before if self._is_comparing else self.canvas

    def _run(self) -> None:
        self._studio.notices.clear()
        # What smart select has found is meant to be in the mask.
        variants, generation = self.panel.variants.count, self._studio.generation
        self._studio.smart_selection.apply(lambda: generation.run(variants))

    def _picture_replaced(self) -> None:
        self._painted_since_run = False
        self._compare(False)

    def _show_preview(self, preview: Pyramid) -> None:
        """Show what is known of the picture that is being opened; what is open stays open."""
        self.canvas.show_preview(preview)
        self._compare(False)

    def _end_preview(self) -> None:
        self.canvas.end_preview()
        self._refresh()

    def _tell_what_was_lost(self, source: Source) -> None:
        """Opening succeeded, but what is open may be less than what the file holds."""
        if source.reduced:
            text = self.tr(
                "“{name}” holds finer values than are kept: it was opened with {depth} bits."
            )
            text = text.format(name=source.name, depth=source.samples.depth)
            self._studio.notices.inform(text, Tone.WARNING)
        if source.is_hdr:
            text = self.tr("“{name}” is HDR: its colours are taken for sRGB, and look flat.")
            self._studio.notices.inform(text.format(name=source.name), Tone.WARNING)

    def _run_begun(self) -> None:
        self._painted_since_run = False
        self._awaits_result = True

    def _note_painting(self) -> None:
        self._painted_since_run = True

    def _result_arrived(self, entry_id: str) -> None:
        """Show the first result at once, unless the user is busy with something else by now."""
        if self._awaits_result and not self._painted_since_run:
            self._awaits_result = False
            self._show_result(entry_id)
        elif not self._is_comparing:
            number = self._studio.gallery[entry_id].number
            text = self.tr("Result {number} is ready in the strip below.")
            self._studio.notices.inform(text.format(number=number))

    def _show_result(self, entry_id: str) -> None:
        shown = self._studio.gallery.shown
        if shown is not None and shown.entry.id == entry_id:
            self._compare(True)
        else:
            self._studio.gallery.select(entry_id)
            self._refresh()

    def _show_if_finished(self, entry_id: str) -> None:
        gallery = self._studio.gallery
        if entry_id in gallery and gallery[entry_id].is_finished:
            self._show_result(entry_id)

    def _edit_prompt(self) -> None:
        self._compare(False)
        self.panel.focus_prompt()

    def _result_is_shown(self) -> None:
        self._compare(self._studio.gallery.shown is not None)

    def _compare(self, is_comparing: bool) -> None:
        finished = self._studio.gallery.finished
        if is_comparing and self._studio.gallery.shown is None:
            # The page opens when the result is ready to be looked at.
            if finished:
                self._studio.gallery.select(finished[-1].id)
            is_comparing = False
        self._is_comparing = is_comparing
        self._refresh()

    def _refresh(self) -> None:
        """Bring pages and enablement in step with the models."""
        studio, actions = self._studio, self._actions
        is_open = studio.document.picture is not None
        mode = studio.parameters.mode
        has_result = studio.gallery.shown is not None
        actions[Act.COMPARE].setEnabled(bool(studio.gallery.finished))
        actions[Act.COMPARE].setChecked(self._is_comparing)
        for act, its_mode in MODES.items():
            actions[act].setChecked(not self._is_comparing and its_mode is mode)
        for act in (Act.SAVE, Act.USE_AS_SOURCE):
            actions[act].setEnabled(has_result)
        for act in (Act.FIT, Act.ACTUAL_SIZE, Act.ZOOM_IN, Act.ZOOM_OUT):
            actions[act].setEnabled(is_open or self._is_comparing)
        is_shown = is_open or self.canvas.is_previewing
        page: QWidget = self.canvas if is_shown else self.empty
        self._show_page(self.compare if self._is_comparing else page)
        self.side.setCurrentWidget(self.result_panel if self._is_comparing else self.panel)
        if self._is_comparing:
            self.options.set_page(OptionsPage.COMPARE)
        else:
            outpaint = mode is Mode.OUTPAINT
            self.options.set_page(OptionsPage.OUTPAINT if outpaint else OptionsPage.INPAINT)
        self.strip.setVisible(is_open or bool(studio.gallery.entries))
        self.strip.set_current(studio.gallery.selected if self._is_comparing else None)
        self.notice.raise_()
        self._show_zoom()

    def _show_page(self, page: QWidget) -> None:
        """Turn to a page of the stage, and give it the keyboard."""
        if self.stage.currentWidget() is not page:
            self.stage.setCurrentWidget(page)
            page.setFocus()

    def _show_zoom(self) -> None:
        viewport = self._view.viewport
        self.foot.set_zoom(None if viewport is None else viewport.scale)

    def _show_thumbnail(self, path: Path, pixels: Pixels) -> None:
        self.empty.set_thumbnail(path, to_image(pixels))

    def _open_path(self, path: Path) -> None:
        self._replace(lambda: self._studio.opener.open_path(path))

    def _paste(self) -> None:
        opening = opening_of(QGuiApplication.clipboard().mimeData(), self._studio.opener)
        if opening is None:
            self._studio.notices.inform(self.tr("There is no picture on the clipboard."))
        else:
            self._replace(opening)

    def _replace(self, opening: Callable[[], None]) -> None:
        """Open another picture; asks first when that would cost a mask that was not yet run."""
        if self._mask_is_unused:
            question = self.tr("Open another picture?")
            reason = self.tr("The mask you painted has not been run and would be lost.")
            self.dialogs.confirm(question, reason, self.tr("Open"), opening)
        else:
            opening()

    @property
    def _mask_is_unused(self) -> bool:
        return self._painted_since_run and self._studio.document.summary.coverage > 0

    @override
    def event(self, event: QEvent, /) -> bool:
        """Tell a key that is held from one that is pressed again; it comes here as it repeats.

        X11 has no word for that, and now and then Qt takes the one for the other.
        """
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            keys = QKeySequence(event.keyCombination())
            if event.isAutoRepeat() and keys in self._actions[Act.RUN].shortcuts():
                self._studio.generation.hold()
        return super().event(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent, /) -> None:
        if can_take(event.mimeData()):
            event.acceptProposedAction()
            self.empty.set_drop_active(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent, /) -> None:
        self.empty.set_drop_active(False)

    @override
    def dropEvent(self, event: QDropEvent, /) -> None:
        self.empty.set_drop_active(False)
        opening = opening_of(event.mimeData(), self._studio.opener)
        if opening is not None:
            event.acceptProposedAction()
            self._replace(opening)

    @override
    def closeEvent(self, event: QCloseEvent, /) -> None:
        # Runs go on at the next start, and results are kept.
        if self._may_close or not self._mask_is_unused:
            self._studio.settings.set_geometry(self.saveGeometry())
            event.accept()
            self.closing.emit()
        else:
            event.ignore()
            self.dialogs.confirm(
                self.tr("Close Fluxfill Studio?"),
                self.tr("The mask you painted has not been run and would be lost."),
                self.tr("Close"),
                self._close_anyway,
            )

    def _close_anyway(self) -> None:
        self._may_close = True
        self.close()
