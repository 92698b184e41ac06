"""The strip above the canvas: what went wrong, what is done, what is being opened."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QKeyEvent,
    QWindow,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.model.notices import Notice, Notices, Tone
from fluxfill_studio.model.opening import Opener
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.remedies import Offer, Remedies
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.wording import whole_story

_MINIMUM_HEIGHT: Final = 40
_ICON_SIDE: Final = 20
_CLOSE_ICON: Final = QSize(16, 16)
_PRESSES: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress)


class NoticeStrip(QFrame):
    """Lies over the top of `stage`, as wide as it, and so moves nothing when it comes and goes.

    Opening has precedence over messages. An information goes with the next press of a button or
    key in the window; warnings and errors stay until they are closed or replaced. Beside an error
    stands a button for what helps.
    """

    def __init__(
        self, notices: Notices, opener: Opener, remedies: Remedies, stage: QWidget
    ) -> None:
        super().__init__(stage)
        self._notices = notices
        self._opener = opener
        self._remedies = remedies
        self._offer: Offer | None = None
        self._stage = stage
        self._look: Look | None = None
        self._watched: QWindow | None = None
        self.setProperty("role", "message")
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON_SIDE, _ICON_SIDE)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 1000)
        self._remedy = QPushButton()
        self._remedy.setProperty("role", "strip")
        self._remedy.clicked.connect(self._accept)
        self._close = QToolButton()
        self._close.setIconSize(_CLOSE_ICON)
        self._close.setAccessibleName(self.tr("Close the message"))
        self._close.setToolTip(self.tr("Close the message (Esc)"))
        self._close.clicked.connect(notices.clear)
        self._lay_out()
        stage.installEventFilter(self)
        notices.changed.connect(self._show)
        opener.progressed.connect(self._show)
        remedies.changed.connect(self._show)
        self._show()

    def apply_look(self, look: Look) -> None:
        self._look = look
        self._close.setIcon(look.icon("close"))
        self._show()

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        if watched is self._stage:
            if event.type() is QEvent.Type.Resize:
                self._place()
        elif event.type() in _PRESSES:
            self._notices.clear()
        return False

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._notices.clear()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(12, 4, 6, 2)
        line.setSpacing(10)
        line.addWidget(self._icon)
        line.addWidget(self._text, 1)
        line.addWidget(self._remedy)
        line.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line, 1)
        column.addWidget(self._progress)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)

    def _show(self) -> None:
        name, notice = self._opener.name, self._notices.current
        is_info = notice is not None and notice.tone is Tone.INFO
        self._clear_with_next_press(name is None and is_info)
        self._progress.setVisible(name is not None)
        self._close.setVisible(name is None)
        self._show_offer(None if name is not None or notice is None else notice.error)
        if name is not None:
            self._progress.setValue(round(self._opener.progress * self._progress.maximum()))
            self._say(Tone.INFO, self.tr("Opening {name}…").format(name=name))
        elif notice is not None:
            self._say(notice.tone, _words(notice))
        self.setVisible(name is not None or notice is not None)
        # Only of what is visible does Qt know the height.
        self._place()

    def _show_offer(self, error: FluxfillError | None) -> None:
        self._offer = None if error is None else self._remedies.for_error(error)
        self._remedy.setVisible(self._offer is not None)
        if self._offer is not None:
            self._remedy.setText(self._offer.text_with_price)
            self._remedy.setToolTip(self._offer.tip)

    def _accept(self) -> None:
        if self._offer is not None:
            accept = self._offer.accept
            self._notices.clear()
            accept()

    def _say(self, tone: Tone, text: str) -> None:
        if text != self._text.text():
            self._text.setText(text)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))
        restyle(self, level=tone.value)
        if self._look is not None:
            theme = self._look.theme
            colours = {
                Tone.INFO: theme.accent,
                Tone.WARNING: theme.warning,
                Tone.ERROR: theme.error,
            }
            self._icon.setPixmap(
                self._look.icons.pixmap(
                    tone.value, _ICON_SIDE, QColor(colours[tone]), self.devicePixelRatioF()
                )
            )

    def _place(self) -> None:
        width = self._stage.width()
        self.setGeometry(0, 0, width, max(_MINIMUM_HEIGHT, self.heightForWidth(width)))
        self.raise_()

    def _clear_with_next_press(self, is_wanted: bool) -> None:
        """Watch the window's own input, which costs nothing while no information is shown."""
        window = self.window().windowHandle() if is_wanted else None
        if window is self._watched:
            return
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        if window is not None:
            window.installEventFilter(self)
        self._watched = window


def _words(notice: Notice) -> str:
    return notice.text if notice.error is None else whole_story(notice.error)
