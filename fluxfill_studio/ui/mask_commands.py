"""The actions on the mask that ask something first: how many pixels, which file, which sense."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.selection import feather, grow, shrink
from fluxfill_studio.model.masks import MaskFile
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.amount_dialog import AmountDialog
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.mask_import_dialog import MaskImportDialog

_FIRST_AMOUNT = 8


class MaskCommands(QObject):
    """Connects them to their dialogs, and tells what came of it."""

    def __init__(self, studio: Studio, actions: Actions, dialogs: Dialogs, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._actions = actions
        self._dialogs = dialogs
        self._window = window
        self._amounts: dict[Act, int] = {}
        self._connect_amount(Act.GROW, self.tr("Grow the mask by"), self.tr("Grow"), grow)
        self._connect_amount(Act.SHRINK, self.tr("Shrink the mask by"), self.tr("Shrink"), shrink)
        self._connect_amount(
            Act.FEATHER, self.tr("Feather the mask by"), self.tr("Feather"), feather
        )
        actions[Act.IMPORT_MASK].triggered.connect(lambda: dialogs.ask_mask(studio.masks.read))
        actions[Act.EXPORT_MASK].triggered.connect(self._ask_where)
        studio.masks.doubtful.connect(self._ask_about)
        studio.masks.imported.connect(self._tell_sense)
        studio.masks.exported.connect(self._tell_where)

    def _connect_amount(
        self, act: Act, question: str, answer: str, operation: Callable[[MaskEdit, int], Rect]
    ) -> None:
        self._amounts[act] = _FIRST_AMOUNT

        def ask() -> None:
            dialog = AmountDialog(question, self._amounts[act], answer, self._window)
            dialog.accepted.connect(lambda: change(dialog.amount))
            dialog.open()

        def change(amount: int) -> None:
            self._amounts[act] = amount
            self._studio.change_mask(lambda edit: operation(edit, amount))

        self._actions[act].triggered.connect(ask)

    def _ask_where(self) -> None:
        masks = self._studio.masks
        self._dialogs.ask_save_mask(masks.suggested_name, self._export)

    def _export(self, path: Path) -> None:
        """Write the mask with what smart select has found for it; the dialog asked if it exists."""
        studio = self._studio
        studio.smart_selection.apply(lambda: studio.masks.write(path, overwrite=True))

    def _ask_about(self, file: MaskFile) -> None:
        dialog = MaskImportDialog(file, self._window)
        dialog.accepted.connect(lambda: self._studio.masks.take(file, inverted=dialog.inverted))
        # The answer would be about a picture that is not there any more.
        self._studio.document.replaced.connect(dialog.reject)
        dialog.open()

    def _tell_sense(self, file: MaskFile, inverted: bool) -> None:
        """What was taken as painted, and how to have it the other way round."""
        text = (
            self.tr("Black in “{name}” was taken as painted.")
            if inverted
            else self.tr("White in “{name}” was taken as painted.")
        ).format(name=file.name)
        key = self._actions[Act.INVERT].shortcut()
        if not key.isEmpty():
            native = key.toString(QKeySequence.SequenceFormat.NativeText)
            text += " " + self.tr("Invert with {key}.").format(key=native)
        self._studio.notices.inform(text)

    def _tell_where(self, path: Path) -> None:
        text = self.tr("The mask is saved as {path}").format(path=path)
        self._studio.notices.inform(text)
