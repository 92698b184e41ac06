"""Pictures made from seeds."""

from __future__ import annotations

import numpy as np

from fluxfill_studio.core.types import Pixels


def photograph(width: int, height: int, seed: int = 0) -> Pixels:
    """A picture with broad shapes and fine grain, the same for the same arguments."""
    rng = np.random.default_rng(seed)
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, np.newaxis]
    waves = [np.sin(x / (37 + 11 * c) + c) + np.cos(y / (29 + 7 * c) - c) for c in range(3)]
    smooth = 128 + 40 * np.stack(waves, axis=2)
    grain = rng.integers(-12, 13, (height, width, 3), dtype=np.int16)
    return np.clip(smooth + grain, 0, 255).astype(np.uint8)
