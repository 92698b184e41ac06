"""The file dialogs. They open beside the running loop: nothing waits inside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QPushButton, QWidget

from fluxfill_studio.model.saving import FILE_FORMATS, FileFormat
from fluxfill_studio.model.settings import Settings


class Dialogs(QObject):
    """Asks for files to open and save, and remembers the folder."""

    def __init__(self, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window

    def ask_open(self, then: Callable[[Path], None]) -> None:
        self._ask_picture(self.tr("Open a photograph"), then)

    def ask_mask(self, then: Callable[[Path], None]) -> None:
        self._ask_picture(self.tr("Import a mask"), then)

    def ask_save(self, name: str, then: Callable[[Path], None]) -> None:
        """Ask where to save; the dialog itself asks before a file is overwritten.

        `name` is suggested, with its ending for what is typed without one.
        """
        dialog = self._dialog(self.tr("Save the result"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        endings = {self._filter(each): each.endings for each in FILE_FORMATS}
        dialog.setNameFilters(list(endings))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(endings[chosen][0]))
        suffix = Path(name).suffix
        dialog.selectNameFilter(next(text for text in endings if suffix in endings[text]))
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(name)
        self._ask(dialog, then)

    def ask_save_mask(self, name: str, then: Callable[[Path], None]) -> None:
        """Ask where to save the mask; the dialog itself asks before a file is overwritten."""
        dialog = self._dialog(self.tr("Export the mask"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["PNG (*.png)"])
        dialog.setDefaultSuffix("png")
        dialog.selectFile(name)
        self._ask(dialog, then)

    def confirm(self, question: str, reason: str, answer: str, then: Callable[[], object]) -> None:
        """Ask before something is lost; calls `then` when the button `answer` is pressed."""
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(question)
        box.setText(question)
        box.setInformativeText(reason)
        agree = box.addButton(answer, QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        agree.clicked.connect(lambda: then())
        box.open()

    def _filter(self, kind: FileFormat) -> str:
        """The format as a choice of the file dialog."""
        text = "{name}" if kind.is_lossless else self.tr("{name}, changes all pixels slightly")
        patterns = " ".join(f"*{ending}" for ending in kind.endings)
        return f"{text.format(name=kind.name)} ({patterns})"

    def _ask_picture(self, title: str, then: Callable[[Path], None]) -> None:
        dialog = self._dialog(title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        pictures = (
            "*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif *.avif *.heic *.heif *.psd *.psb"
        )
        dialog.setNameFilters(
            [self.tr("Pictures") + f" ({pictures})", self.tr("All files") + " (*)"]
        )
        self._ask(dialog, then)

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(self._settings.folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _ask(self, dialog: QFileDialog, then: Callable[[Path], None]) -> None:
        def chosen(name: str) -> None:
            path = Path(name)
            self._settings.set_folder(path.parent)
            then(path)

        dialog.fileSelected.connect(chosen)
        dialog.open()


def answers(dialog: QDialog, answer: str) -> tuple[QPushButton, QPushButton]:
    """The two buttons of a dialog that asks something: `answer`, which Enter means, and Cancel."""
    agree = QPushButton(answer)
    agree.setProperty("role", "primary")
    agree.setDefault(True)
    agree.clicked.connect(dialog.accept)
    cancel = QPushButton(QCoreApplication.translate("Dialogs", "Cancel"))
    cancel.setProperty("role", "secondary")
    cancel.clicked.connect(dialog.reject)
    return agree, cancel


def plain_button(text: str) -> QPushButton:
    """A button that Enter elsewhere in the dialog does not press."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    return button
