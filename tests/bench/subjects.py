"""What is worked on: large photographs, and masks as they are painted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.types import Pixels, Plane
from tests.exif import exif_with
from tests.pictures import photograph

SIZES: Final = {24: Size(6000, 4000), 100: Size(12000, 8333)}
"""By megapixels."""
_THUMBNAIL: Final = 160
_PART: Final = Size(1500, 1000)


def large_photograph(megapixels: int) -> Pixels:
    """A photograph of the size, laid out of one small one: making a large one takes long."""
    size = SIZES[megapixels]
    part = photograph(_PART.width, _PART.height)
    rows, columns = -(-size.height // _PART.height), -(-size.width // _PART.width)
    tiled = np.tile(part, (rows, columns, 1))
    return np.ascontiguousarray(tiled[: size.height, : size.width])


def painted_mask(size: Size) -> Plane:
    """A mask with a large area and some strokes, all with soft rims."""
    mask = np.zeros(size.shape, np.uint8)
    width, height = size.width, size.height
    cv2.circle(mask, (width // 3, height // 2), height // 4, 255, -1)
    for index in range(6):
        y = height * (index + 1) // 7
        cv2.line(mask, (width // 2, y), (width * 9 // 10, height - y), 255, height // 40)
    return np.asarray(cv2.blur(mask, (101, 101)), np.uint8)


class Folder:
    """The picture files of a run, each written when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def photograph(self, megapixels: int) -> Path:
        """A JPEG without a preview of its own."""
        path = self.path / f"photograph {megapixels}.jpg"
        if not path.exists():
            Image.fromarray(large_photograph(megapixels)).save(path, quality=90)
        return path

    def previewed(self, megapixels: int) -> Path:
        """The same with a thumbnail in its Exif data, as cameras put it there."""
        path = self.path / f"previewed {megapixels}.jpg"
        if not path.exists():
            data = self.photograph(megapixels).read_bytes()
            with Image.open(io.BytesIO(data)) as image:
                image.draft("RGB", (_THUMBNAIL, _THUMBNAIL))
                image.thumbnail((_THUMBNAIL, _THUMBNAIL))
                thumbnail = io.BytesIO()
                image.save(thumbnail, "JPEG")
            exif = exif_with(thumbnail.getvalue())
            # The segment of Exif data (Exif 2.32, 4.5.4) stands behind the file's first two bytes.
            segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif
            path.write_bytes(data[:2] + segment + data[2:])
        return path

    def pixel(self) -> Path:
        """A picture of one pixel."""
        path = self.path / "pixel.png"
        if not path.exists():
            Image.new("RGB", (1, 1)).save(path)
        return path
