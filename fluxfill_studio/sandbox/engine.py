"""The classical fill of the sandbox: no model, no prompt, a few seconds on any machine.

Narrow holes (scratches, wires, lettering) are reconstructed by OpenCV's frequency-selective
method, which continues lines and texture almost invisibly but is slow and sees a few pixels far
only. Wider ones are filled with texture from elsewhere in the picture (`exemplar`). Where there
is nothing to copy from, the hole becomes a smooth run of colours.
"""

from __future__ import annotations

import cv2
import numpy as np

from fluxfill_studio.core.types import Pixels
from fluxfill_studio.sandbox import exemplar
from fluxfill_studio.sandbox.exemplar import Checkpoint, Hole, Picture

_REACH = 10  # pixels from the rim to the middle of the widest hole that counts as narrow
_BLOCK = 16  # side of the blocks that OpenCV's method works on, in pixels
_PER_BLOCK = 25  # what it spends on a block besides its pixels, in pixels
_MOST_WORK = 12_000  # pixels; a thousand take 0.1 s
_TILE = 8 * _BLOCK  # it is called tile by tile, since a call cannot be stopped
_MARGIN = _BLOCK  # pixels around a tile that it sees
_CELLS = 12  # pixels to which the long side of a wholly unknown picture is blurred


def fill(image: Pixels, hole: Hole, seed: int, checkpoint: Checkpoint) -> Pixels:
    """Return `image`, uint8 RGB (H, W, 3), with `hole`, bool (H, W), filled.

    Pixels outside the hole keep their values; the same arguments give the same result.
    `checkpoint` is called every few tenths of a second, in the calling thread, with the share of
    the work that is done, 0 to 1; what it raises ends the work.
    """
    checkpoint(0)
    if not hole.any():
        filled = image
    elif _is_narrow(hole):
        filled = _reconstructed(image, hole, checkpoint)
    else:
        picture = image.astype(np.float32) / np.float32(255)
        solved = exemplar.fill(picture, hole, seed, checkpoint)
        if solved is None:
            solved = _smooth(picture, hole)
        filled = np.rint(np.clip(solved, 0, 1) * 255).astype(np.uint8)
    return np.where(hole[..., None], filled, image)


def _is_narrow(hole: Hole) -> bool:
    """Whether every pixel of the hole is near its rim, and the hole is quickly reconstructed."""
    pixels = np.count_nonzero(hole)
    if pixels > _MOST_WORK or pixels == hole.size:
        return False
    to_blocks = tuple((0, -side % _BLOCK) for side in hole.shape)
    rows, columns = (-(-side // _BLOCK) for side in hole.shape)
    by_block = np.pad(hole, to_blocks).reshape(rows, _BLOCK, columns, _BLOCK).any((1, 3))
    if pixels + _PER_BLOCK * np.count_nonzero(by_block) > _MOST_WORK:
        return False
    return float(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3).max()) <= _REACH


def _reconstructed(image: Pixels, hole: Hole, checkpoint: Checkpoint) -> Pixels:
    """Frequency-selective reconstruction (Genser et al. 2018), tile by tile.

    OpenCV fills whole blocks only and leaves rubbish in what is over, so the tiles with their
    margins are made of blocks. In its mask 0 marks what is to be filled.
    """
    height, width = hole.shape
    around = ((_MARGIN, _MARGIN + -height % _BLOCK), (_MARGIN, _MARGIN + -width % _BLOCK))
    padded = np.pad(image, (*around, (0, 0)), mode="symmetric")
    known = np.pad(np.where(hole, np.uint8(0), np.uint8(255)), around, mode="symmetric")
    result = image.copy()
    corners = [(y, x) for y in range(0, height, _TILE) for x in range(0, width, _TILE)]
    for n, (y, x) in enumerate(corners):
        tile = (slice(y, min(y + _TILE, height)), slice(x, min(x + _TILE, width)))
        if not hole[tile].any():
            continue
        checkpoint(n / len(corners))
        seen = (slice(y, y + _TILE + 2 * _MARGIN), slice(x, x + _TILE + 2 * _MARGIN))
        source, valid = np.ascontiguousarray(padded[seen]), np.ascontiguousarray(known[seen])
        filled = np.zeros_like(source)
        cv2.xphoto.inpaint(source, valid, filled, cv2.xphoto.INPAINT_FSR_FAST)
        inside = filled[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
        result[tile] = inside[: result[tile].shape[0], : result[tile].shape[1]]
    return result


def _smooth(picture: Picture, hole: Hole) -> Picture:
    """Fill the hole from the known pixels' mean at the coarsest scale down to the finest.

    Where nothing is known at all the picture comes back as its own blur.
    """
    if not hole.any():
        return picture
    if hole.all():
        long_side = max(hole.shape)
        size = tuple(max(1, _CELLS * side // max(_CELLS, long_side)) for side in hole.shape)
        coarse = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
    else:
        coarse = _smooth(*exemplar.halved(picture, hole, needed=1e-6))
    enlarged = cv2.resize(coarse, hole.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(hole[..., None], enlarged, picture).astype(np.float32)
