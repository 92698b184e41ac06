"""What all tests share: the platform, the schema, and pictures made from seeds."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

# Before any test makes a QApplication; the few tests that need a real window start Xvfb themselves.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.storage.paths import load_schema, resources


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def resources_folder() -> Path:
    return resources()


@pytest.fixture(scope="session")
def schema(resources_folder: Path) -> ParameterSchema:
    """The real parameters of Flux Fill Pro."""
    return load_schema(resources_folder)


def photograph(width: int, height: int, seed: int = 0) -> Pixels:
    """A picture with broad shapes and fine grain, the same for the same arguments."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin(x / (37 + 11 * c) + c) + np.cos(y / (29 + 7 * c) - c) for c in range(3)]
    smooth = 128 + 40 * np.stack(waves, axis=2)
    grain = rng.integers(-12, 13, (height, width, 3), dtype=np.int16)
    return np.clip(smooth + grain, 0, 255).astype(np.uint8)
