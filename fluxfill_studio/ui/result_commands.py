"""What can be done with results: save one, go on with it, forget it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from fluxfill_studio.core.compose import Fill
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.model.saving import result_source
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.remedies import Remedies
from fluxfill_studio.ui.run_commands import RunCommands


class ResultCommands(QObject):
    """Asks what has to be asked first, and tells what came of it."""

    def __init__(
        self,
        studio: Studio,
        actions: Actions,
        dialogs: Dialogs,
        replace: Callable[[Callable[[], None]], None],
        window: QWidget,
    ) -> None:
        """`replace` does what opens another picture, unless the user does not want to."""
        super().__init__(window)
        self._studio = studio
        self._dialogs = dialogs
        self._replace = replace
        gallery = studio.gallery
        self.remedies = Remedies(
            gallery, studio.generation, studio.account, studio.notices, actions[Act.SETTINGS], self
        )
        self.of_runs = RunCommands(gallery, studio.generation, studio.jobs, self.remedies, self)
        self.of_runs.save_wanted.connect(self.save)
        self.of_runs.use_wanted.connect(self.use_as_source)
        self.of_runs.remove_wanted.connect(self.remove)
        actions[Act.SAVE].triggered.connect(lambda: self.save(gallery.selected))
        actions[Act.USE_AS_SOURCE].triggered.connect(lambda: self.use_as_source(gallery.selected))
        studio.saver.saved.connect(
            lambda path: studio.notices.inform(self.tr("Saved as {path}").format(path=path))
        )

    def save(self, entry_id: str | None) -> None:
        if entry_id is None:
            return
        saver = self._studio.saver
        self._dialogs.ask_save(
            saver.suggested_name(entry_id),
            lambda path: saver.save(entry_id, path, overwrite=True),
        )

    def use_as_source(self, entry_id: str | None) -> None:
        if entry_id is None:
            return
        name, studio = self._studio.saver.suggested_name(entry_id), self._studio

        def open_result(fill: Fill) -> None:
            studio.opener.open_with(name, lambda: result_source(fill, name))

        self._replace(lambda: studio.gallery.with_fill(entry_id, open_result))

    def tell_story(self, entry_id: str) -> None:
        """Say why a run failed."""
        error = self._studio.gallery[entry_id].job.error
        if error is not None:
            self._studio.notices.report(error)

    def remove(self, entry_id: str) -> None:
        """Forget a run; asks first where something would be lost that was paid for."""
        gallery = self._studio.gallery
        loss = self._loss(gallery[entry_id])
        if loss is None:
            gallery.remove(entry_id)
        else:
            text = self.tr("Remove run {number}?").format(number=gallery[entry_id].number)
            self._dialogs.confirm(
                text, loss, self.tr("Remove"), lambda: self._remove_if_there(entry_id)
            )

    def _remove_if_there(self, entry_id: str) -> None:
        gallery = self._studio.gallery
        if entry_id in gallery and gallery[entry_id].job.state.is_over:
            gallery.remove(entry_id)

    def _loss(self, entry: Entry) -> str | None:
        """What goes with a run that cannot be had again for nothing."""
        job = entry.job
        if job.engine is Engine.LOCAL:
            return None
        if job.state is JobState.DONE:
            return None if entry.is_saved else self.tr("Its result has not been saved.")
        if job.submitted_at is not None and job.can_resume:
            return self.tr("The service may have made its result, and charge it.")
        return None
