"""The numbers in a TIFF file, wherever they stand: strips, tiles and planes, packed or not.

libtiff does no more than unpack: Pillow's list of layouts has few of 16 bits, and OpenCV takes
every picture of four channels for RGBA. So what is packed is handed to Pillow's libtiff as grey
of 8 bits, as wide as the rows have bytes; what the bytes mean is seen to here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.types import Plane

# Tags of TIFF 6.0 and its supplement of 1995.
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
CHANNELS, PLANAR, SAMPLE_FORMAT = 277, 284, 339
_FILL_ORDER, _PREDICTOR = 266, 317
_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_COUNTS = 273, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325

PLAIN: Final = 1
PACKED: Final = (5, 8, 32946, 32773, 34925, 50000)
"""LZW, Deflate by either number, PackBits, LZMA and Zstandard."""

_SEPARATE_PLANES: Final = 2
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_LONG = 4
# Unpacked at a time.
_BAND_BYTES: Final = 2**22


@dataclass(frozen=True, eq=False)
class Block:
    """Numbers from row `y` and column `x` on, shape (rows, columns, channels).

    The channels are those from `channel` on. Tiles can reach beyond the picture.
    """

    y: int
    x: int
    channel: int
    numbers: NDArray[Any]


@dataclass(frozen=True)
class Strips:
    """Where the numbers of a picture stand. A strip is a tile where the file has those.

    `strip` is the size of one, and `offsets` and `counts` say where they begin and how many
    bytes they have: row by row, and one plane after another where those are separate. `channels`
    stand side by side in each of `planes`.
    """

    size: Size
    strip: Size
    is_tiled: bool
    offsets: tuple[int, ...]
    counts: tuple[int, ...]
    planes: int
    channels: int
    dtype: np.dtype[Any]
    compression: int
    predictor: int
    fill_order: int

    @classmethod
    def of(cls, tags: ImageFileDirectory_v2, dtype: np.dtype[Any]) -> Self:
        """As `tags` tell of numbers of `dtype`; raises LookupError or ValueError for nonsense."""
        size = Size(int(tags[WIDTH]), int(tags[HEIGHT]))
        is_tiled = _TILE_WIDTH in tags
        if is_tiled:
            strip = Size(int(tags[_TILE_WIDTH]), int(tags[_TILE_HEIGHT]))
            offsets, counts = tags[_TILE_OFFSETS], tags[_TILE_COUNTS]
        else:
            strip = Size(size.width, min(size.height, int(tags.get(_ROWS_PER_STRIP, size.height))))
            # Without packing a strip is as long as its rows are.
            offsets, counts = tags[_STRIP_OFFSETS], tags.get(_STRIP_COUNTS, ())
        channels = int(tags.get(CHANNELS, 1))
        is_planar = tags.get(PLANAR) == _SEPARATE_PLANES
        if min(*size.shape, *strip.shape, channels) < 1:
            raise ValueError("a picture without pixels")
        return cls(
            size=size,
            strip=strip,
            is_tiled=is_tiled,
            offsets=tuple(offsets),
            counts=tuple(counts),
            planes=channels if is_planar else 1,
            channels=1 if is_planar else channels,
            dtype=dtype,
            compression=int(tags.get(COMPRESSION, PLAIN)),
            predictor=int(tags.get(_PREDICTOR, 1)),
            fill_order=int(tags.get(_FILL_ORDER, 1)),
        )

    def blocks(self, data: bytes, planes: range) -> Iterator[Block]:
        """All numbers of some planes, in blocks of at most some megabytes.

        Raises what numpy and Pillow raise when the file ends too early or is damaged.
        """
        across = -(-self.size.width // self.strip.width)
        a_plane = across * -(-self.size.height // self.strip.height)
        together = max(1, _BAND_BYTES // (self.strip.height * self._row_bytes))
        for plane in planes:
            for first in range(0, a_plane, together):
                group = range(first, min(a_plane, first + together))
                places = [divmod(number, across) for number in group]
                heights = [self._rows_from(down * self.strip.height) for down, _ in places]
                unpacked = self._unpacked(data, [plane * a_plane + n for n in group], heights)
                for (down, right), rows in zip(places, unpacked, strict=True):
                    y, x = down * self.strip.height, right * self.strip.width
                    for top, numbers in self._in_bands(rows):
                        yield Block(y + top, x, plane * self.channels, numbers)

    @property
    def _row_bytes(self) -> int:
        return self.strip.width * self.channels * self.dtype.itemsize

    def _rows_from(self, y: int) -> int:
        """How many rows the strip has that begins at row `y`."""
        return self.strip.height if self.is_tiled else min(self.strip.height, self.size.height - y)

    def _unpacked(self, data: bytes, strips: list[int], heights: list[int]) -> Iterator[Plane]:
        """The bytes of each strip's rows, shape (rows, bytes)."""
        if self.compression == PLAIN and self.fill_order == 1:
            for number, height in zip(strips, heights, strict=True):
                count, offset = height * self._row_bytes, self.offsets[number]
                rows = np.frombuffer(data, np.uint8, count, offset)
                yield rows.reshape(height, self._row_bytes)
            return
        spans = [slice(self.offsets[n], self.offsets[n] + self.counts[n]) for n in strips]
        if max(span.stop for span in spans) > len(data):
            raise ValueError("strips beyond the end of the file")
        packed = [data[span] for span in spans]
        file = self._as_grey(packed, self.strip.height, sum(heights))
        with Image.open(io.BytesIO(file), formats=["TIFF"]) as image:
            image.load()
            top = 0
            for height in heights:
                yield _rows_of(image, top, height)
                top += height

    def _as_grey(self, packed: list[bytes], strip_height: int, height: int) -> bytes:
        """A TIFF file of 8-bit grey, as wide as a row has bytes."""
        # Two strips at least, so that their places do not fit into the directory's entries.
        lengths = np.array([*map(len, packed), 0], "<u4")
        directory_size = 8 + 2 + 9 * 12 + 4
        places = directory_size + 2 * lengths.nbytes + np.cumsum(lengths) - lengths
        entries = (
            (WIDTH, 1, self._row_bytes),
            (HEIGHT, 1, height),
            (BITS, 1, 8),
            (COMPRESSION, 1, self.compression),
            (PHOTOMETRIC, 1, 1),
            (_FILL_ORDER, 1, self.fill_order),
            (_STRIP_OFFSETS, len(lengths), directory_size),
            (_ROWS_PER_STRIP, 1, strip_height),
            (_STRIP_COUNTS, len(lengths), directory_size + lengths.nbytes),
        )
        directory = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
        for tag, count, value in entries:
            directory += struct.pack("<HHII", tag, _LONG, count, value)
        arrays = (places.astype("<u4").tobytes(), lengths.tobytes())
        return b"".join([directory, bytes(4), *arrays, *packed])

    def _in_bands(self, rows: Plane) -> Iterator[tuple[int, NDArray[Any]]]:
        step = max(1, _BAND_BYTES // self._row_bytes)
        for top in range(0, len(rows), step):
            yield top, self._numbers(rows[top : top + step])

    def _numbers(self, rows: Plane) -> NDArray[Any]:
        """What the bytes of some rows mean, without the prediction, where they are packed by it."""
        shape = (len(rows), self.strip.width, self.channels)
        predictor = self.predictor if self.compression != PLAIN else 1
        if predictor == _FLOAT_DIFFERENCES:
            # Adobe Photoshop TIFF Technical Note 3: the highest bytes of a row first.
            steps = rows.reshape(len(rows), -1, self.channels)
            summed = np.add.accumulate(steps, axis=1, dtype=np.uint8)
            by_rank = summed.reshape(len(rows), self.dtype.itemsize, -1)
            numbers = np.ascontiguousarray(by_rank.transpose(0, 2, 1))
            return numbers.view(self.dtype.newbyteorder(">")).reshape(shape)
        numbers = rows.view(self.dtype).reshape(shape)
        if predictor == _DIFFERENCES:
            steps = numbers.astype(self.dtype.newbyteorder("="), copy=False)
            return np.add.accumulate(steps, axis=1, dtype=steps.dtype)
        return numbers


def _rows_of(image: Image.Image, top: int, height: int) -> Plane:
    return np.asarray(image.crop((0, top, image.width, top + height)))
