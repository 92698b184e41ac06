"""Side by side: the source and the result, whose zoom and pan are linked, without the overlay."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.blending import Blending
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.restyle import restyle

_BADGE_INSET: Final = 12
_BADGE_GAP: Final = 6


class ComparePane(PictureView):
    """One of the two pictures, with its caption and room for a remark in its upper corners."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(caption)
        # Both are as wide, whatever is told on one of them.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._caption = _badge(caption)
        self.remark = _badge("")
        self.remark.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(*4 * [_BADGE_INSET])
        row.setSpacing(_BADGE_GAP)
        row.addWidget(self._caption, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        row.addWidget(self.remark, 0, Qt.AlignmentFlag.AlignTop)
        self.cursor_changed()

    @property
    @override
    def pans_on_press(self) -> bool:
        """A plain drag pans, as there is nothing to paint."""
        return True

    def set_remark(self, text: str, role: str) -> None:
        """Show a remark in the style of a label `role`."""
        restyle(self.remark, role=role)
        self.remark.setText(text)
        self._fit_remark()
        self.remark.show()

    @override
    def resizeEvent(self, event: QResizeEvent, /) -> None:
        super().resizeEvent(event)
        self._fit_remark()

    def _fit_remark(self) -> None:
        """In one line; in several where there is no room for that beside the caption."""
        room = self.width() - 2 * _BADGE_INSET - self._caption.sizeHint().width() - _BADGE_GAP
        self.remark.setWordWrap(False)
        is_wide = self.remark.sizeHint().width() > room
        self.remark.setWordWrap(is_wide)
        self.remark.setMinimumWidth(room if is_wide else 0)


class CompareView(QWidget):
    """The result that the gallery shows, right of the picture it was made from."""

    viewport_changed = Signal()
    hovered = Signal(object)
    accepted = Signal()
    """Enter was pressed."""

    def __init__(self, gallery: Gallery, blending: Blending, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._blending = blending
        self.before = ComparePane(self.tr("Before"), self)
        self.after = ComparePane(self.tr("After"), self)
        self.setFocusProxy(self.before)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.before)
        row.addWidget(self.after)
        self.before.viewport_changed.connect(lambda: self._link(self.before, self.after))
        self.after.viewport_changed.connect(lambda: self._link(self.after, self.before))
        for pane in (self.before, self.after):
            pane.hovered.connect(self.hovered)
        gallery.shown_changed.connect(self._show)
        gallery.picture_changed.connect(self._exchange)
        blending.previewed.connect(self.after.redraw)
        blending.changed.connect(self._prove)

    def apply_look(self, look: Look) -> None:
        self.before.apply_look(look)
        self.after.apply_look(look)

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def _link(self, moved: PictureView, other: PictureView) -> None:
        if moved.viewport is not None and other.viewport is not None:
            other.set_viewport(other.viewport.like(moved.viewport))
        self._blending.look_through(self.after.viewport)
        self.viewport_changed.emit()

    def _show(self) -> None:
        shown = self._gallery.shown
        before: Pyramid | None = None if shown is None else shown.source_pyramid
        after: Pyramid | None = None if shown is None else shown.pyramid
        self.before.show_picture(before)
        self.after.show_picture(after)
        self._prove()

    def _exchange(self) -> None:
        """Show the picture of the same result that is whole now, where the other one was."""
        shown = self._gallery.shown
        if shown is not None:
            self.after.show_picture(shown.pyramid, viewport=self.after.viewport)

    def _prove(self) -> None:
        """Tell what was counted; an outpaint has no outside of a mask."""
        shown = self._gallery.shown
        if shown is None:
            return
        changed = shown.entry.changed_outside
        if not self._blending.is_made:
            self.after.set_remark(self.tr("counting changed pixels…"), "badge")
        elif changed is not None:
            text = self.tr("{count} pixels changed outside the mask")
            role = "badge-ok" if changed == 0 else "badge-error"
            self.after.set_remark(text.format(count=f"{changed:,}"), role)
        elif shown.composite.is_as_it_came(shown.pyramid.base):
            text = self.tr("as the service returned it: the original was not found in it for sure")
            self.after.set_remark(text, "badge")
        else:
            self.after.set_remark(self.tr("original pixels kept"), "badge-ok")


def _badge(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "badge")
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label
