"""What the tests of the window share: its look."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxfill_studio.ui.icons import IconSet
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.theme import DARK


@pytest.fixture
def look(resources_folder: Path, qapp: object) -> Look:
    """The dark theme with the real icons."""
    return Look(DARK, IconSet(resources_folder / "icons"))
