"""One message at a time, and what ends it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.errors import KeyMissing
from fluxfill_studio.model.notices import Notice, Notices, Tone


@pytest.fixture
def notices(qapp: QApplication) -> Notices:
    return Notices()


def test_the_latest_is_told(notices: Notices) -> None:
    error = KeyMissing()
    notices.inform("Saved")
    notices.report(error)
    assert notices.current == Notice(Tone.ERROR, error=error)
    notices.clear()
    assert notices.current is None


def test_an_error_is_forgotten_with_its_cause(notices: Notices) -> None:
    error, told = KeyMissing(), []
    notices.changed.connect(lambda: told.append(notices.current))
    notices.report(error)
    notices.forget(KeyMissing())
    notices.forget(None)
    assert told == [Notice(Tone.ERROR, error=error)]
    notices.forget(error)
    notices.inform("Saved")
    notices.forget(error)
    assert told[1:] == [None, Notice(Tone.INFO, "Saved")]
