"""What can be done with results: save one, go on with it, forget it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from fluxfill_studio.core.blending.composite import Composite
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.model.saving import SaveQuestion, Saving, result_name, result_source
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.remedies import Remedies
from fluxfill_studio.ui.run_commands import RunCommands
from fluxfill_studio.ui.save_options import SaveOptions


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
        self._window = window
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
        studio.saver.prepared.connect(lambda saving: self._ask_where(saving, saving.name))
        studio.saver.doubtful.connect(self._ask_whether)
        studio.saver.begun.connect(
            lambda path: studio.notices.inform(self.tr("Saving {name}…").format(name=path.name))
        )
        studio.saver.saved.connect(
            lambda path: studio.notices.inform(self.tr("Saved as {path}").format(path=path))
        )

    def save(self, entry_id: str | None) -> None:
        if entry_id is not None:
            self._studio.saver.prepare(entry_id)

    def _ask_where(self, saving: Saving, name: str) -> None:
        """Ask for the file; only then is anything asked about its format."""
        saver = self._studio.saver
        self._dialogs.ask_save(name, lambda path: saver.propose(saving, path))

    def _ask_whether(self, question: SaveQuestion) -> None:
        """Tell what would be lost, before anything is written."""
        saving, settings = question.saving, self._studio.settings
        dialog = SaveOptions(question, settings.jpeg_quality, self._window)

        def save() -> None:
            if not question.format.is_lossless:
                settings.set_jpeg_quality(dialog.quality)
            self._studio.saver.save(saving, question.path, quality=dialog.quality)

        dialog.accepted.connect(save)
        dialog.another_wanted.connect(lambda: self._ask_where(saving, question.other_name))
        dialog.open()

    def use_as_source(self, entry_id: str | None) -> None:
        if entry_id is None:
            return
        studio, entry = self._studio, self._studio.gallery[entry_id]

        def open_result(composite: Composite) -> None:
            name = result_name(entry, composite)
            studio.opener.open_with(name, lambda: result_source(composite, name))

        self._replace(lambda: studio.gallery.with_composite(entry_id, open_result))

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
            self._remove_if_there(entry_id)
        else:
            text = self.tr("Remove run {number}?").format(number=gallery[entry_id].number)
            self._dialogs.confirm(
                text, loss, self.tr("Remove"), lambda: self._remove_if_there(entry_id)
            )

    def _remove_if_there(self, entry_id: str) -> None:
        gallery = self._studio.gallery
        if entry_id in gallery and gallery[entry_id].job.state.is_over:
            # What is told of it would offer to go on with it.
            self._studio.notices.forget(gallery[entry_id].job.error)
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
