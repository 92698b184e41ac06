"""Filling a hole with texture from elsewhere in the picture, from coarse to fine.

The picture is halved until the hole is small enough for patches to be compared with all others.
There the hole is filled ring by ring with the content of the best matching patches
(exemplar-based inpainting, Criminisi et al. 2004, in the order of an onion peel). Then the result
is made consistent by the votes of overlapping patches (Wexler et al. 2007), and so again at the
next finer levels. At the full size only the fine detail is missing; it is copied from where the
matching patches were found.

Pictures are float32 arrays (H, W, 3) of 0 to 1, holes bool arrays (H, W), positions integer
arrays (N, 2) of row and column; the position of a window is its upper left corner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Hole = NDArray[np.bool_]
Positions = NDArray[np.int64]
Checkpoint = Callable[[float], None]

_PATCH = 7  # side of the patches that are compared, in pixels of their level
_RING = _PATCH // 2  # pixels that one ring fills
_COARSE_WINDOWS = 6_000  # a level with at most so many windows on the hole is solved from scratch
_FINE_WINDOWS = 12_000  # and one with at most so many is refined
_QUERIES = 2_000  # windows on the hole that are compared in a refinement
_SOURCES = 10_000  # windows of the known part they are compared with
_ROUNDS = 2  # refinements of a level
_FAR = 0.4  # the length of the picture counts as much as this difference in one colour
_DETAIL = (5, 5)  # pixels of the last level; what is finer is copied, not voted on


def fill(image: Picture, hole: Hole, seed: int, checkpoint: Checkpoint) -> Picture | None:
    """Return `image` with `hole` filled, or None where too little is known to copy from.

    `seed` chooses the source windows that are compared. `checkpoint` is called before every
    step, some tenths of a second each, with the share that is done, 0 to 1; what it raises ends
    the work.
    """
    levels = _levels(image, hole)
    if levels is None:
        return None
    rng = np.random.default_rng(seed)
    solved = _peeled(*levels[-1], rng, _span(checkpoint, 0, 0.4))
    finds = None
    for level in reversed(range(len(levels))):
        known, level_hole = levels[level]
        windows = np.count_nonzero(_touched(level_hole))
        if windows > _FINE_WINDOWS:
            break
        solved = np.where(level_hole[..., None], _enlarged(solved, known), known)
        if windows:
            share = [1 - 0.6 * (level + end) / len(levels) for end in (1, 0)]
            solved, finds = _refined(solved, level_hole, rng, _span(checkpoint, *share))
    return _with_detail(image, hole, solved, finds)


def _span(checkpoint: Checkpoint, start: float, end: float) -> Checkpoint:
    """`checkpoint` for a part of the work that goes from `start` to `end` of the whole."""
    return lambda done: checkpoint(start + (end - start) * done)


def _levels(image: Picture, hole: Hole) -> list[tuple[Picture, Hole]] | None:
    """The picture and its halvings, finest first, down to one that can be solved from scratch."""
    levels = [(image, hole)]
    while True:
        image, hole = levels[-1]
        if min(hole.shape) < _PATCH:
            return None
        touched = _touched(hole)
        if touched.all():
            return None
        if np.count_nonzero(touched) <= _COARSE_WINDOWS:
            return levels
        levels.append(halved(image, hole, needed=0.5))


def halved(image: Picture, hole: Hole, needed: float) -> tuple[Picture, Hole]:
    """Half the size, from known pixels alone.

    A pixel of which less than the share `needed` is known belongs to the hole.
    """
    size = ((hole.shape[1] + 1) // 2, (hole.shape[0] + 1) // 2)
    weight = np.where(hole, np.float32(0), np.float32(1))
    total = cv2.resize(image * weight[..., None], size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    return _float32(total / np.maximum(share, 1e-6)[..., None]), share < needed


def _touched(hole: Hole) -> Hole:
    """By window position, (H - 6, W - 6): whether the window holds a pixel of the hole."""
    rows, columns = (side - _PATCH + 1 for side in hole.shape)
    square = np.ones((_PATCH, _PATCH), np.uint8)
    return cv2.dilate(hole.astype(np.uint8), square)[_RING:, _RING:][:rows, :columns] > 0


class _Sources:
    """Windows of the known part of a picture, and the search for the best match among them.

    The distance of two windows is the mean of the squared differences of their known pixels,
    with the squared distance of their places added: what is near fits better than what is
    equally alike but far away. Written out, (a - b)² = a² - 2ab + b², it is a matrix product,
    which is quicker than any search tree at these sizes.
    """

    def __init__(self, picture: Picture, hole: Hole, rng: np.random.Generator) -> None:
        self.windows = sliding_window_view(picture, (_PATCH, _PATCH), axis=(0, 1))
        places = np.argwhere(~_touched(hole))
        if len(places) > _SOURCES:
            places = places[np.unique(rng.integers(0, len(places), _SOURCES))]
        self._places = places
        self._near = _FAR / max(hole.shape)
        pixels = self._pixels(places)
        near = places * self._near
        flat = pixels.reshape(len(places), -1)
        squares = [(pixels**2).sum(1), (near**2).sum(1, keepdims=True)]
        self._table = _float32(np.hstack([-2 * flat, -2 * near, *squares])).T

    def _pixels(self, places: Positions) -> Picture:
        """The windows at `places`, (N, 3, 49)."""
        return self.windows[places[:, 0], places[:, 1]].reshape(len(places), 3, -1)

    def best(
        self, places: Positions, known: NDArray[np.float32]
    ) -> tuple[Positions, NDArray[np.float32]]:
        """For each window at `places` the best source and its distance.

        `known`, (N, 49), is 1 where the pixel of the window counts and else 0.
        """
        counts = known.sum(1, keepdims=True)
        pixels = self._pixels(places) * known[:, None]
        near = places * self._near
        flat = pixels.reshape(len(places), -1)
        queries = _float32(np.hstack([flat, near * counts, known, counts]))
        found = np.empty(len(places), np.int64)
        least = np.empty(len(places), np.float32)
        for start in range(0, len(places), 128):  # a few MB of distances at a time
            part = slice(start, start + 128)
            distances = queries[part] @ self._table
            found[part] = distances.argmin(1)
            least[part] = distances.min(1)
        constant = (pixels**2).sum((1, 2)) + (near**2).sum(1) * counts[:, 0]
        distance = np.maximum(least + constant, 0) / counts[:, 0]
        return self._places[found], _float32(distance)


def _peeled(
    picture: Picture, hole: Hole, rng: np.random.Generator, checkpoint: Checkpoint
) -> Picture:
    """Fill the hole from its rim inwards, each ring with the patches that continue the last."""
    picture = picture.copy()
    sources = _Sources(picture, hole, rng)
    left = hole.copy()
    total = np.count_nonzero(hole)
    last_place = np.array(hole.shape) - _PATCH
    while remaining := np.count_nonzero(left):
        checkpoint(1 - remaining / total)
        known = (~left).astype(np.uint8)
        ring = left & (cv2.dilate(known, np.ones((_PATCH, _PATCH), np.uint8)) > 0)
        rim = left & (cv2.dilate(known, np.ones((3, 3), np.uint8)) > 0)
        places = np.unique(np.clip(np.argwhere(rim) - _RING, 0, last_place), axis=0)
        windows = sliding_window_view(known, (_PATCH, _PATCH))
        seen = _float32(windows[places[:, 0], places[:, 1]].reshape(len(places), -1))
        found, distance = sources.best(places, seen)
        # The surest comes last and stays on top: a close match that rests on many known pixels.
        for n in np.argsort(0.02 * seen.mean(1) - distance):
            (y, x), (from_y, from_x) = places[n], found[n]
            target = picture[y : y + _PATCH, x : x + _PATCH]
            part = ring[y : y + _PATCH, x : x + _PATCH]
            target[part] = picture[from_y : from_y + _PATCH, from_x : from_x + _PATCH][part]
        left &= ~ring
    return picture


@dataclass(frozen=True)
class _Finds:
    """Where the windows on a grid were found; the first stands in the upper left corner.

    `spacing` is in pixels, `offsets` (rows, columns, 2) the way from a window to its source, and
    `there` (rows, columns) tells which windows lie on the hole at all.
    """

    spacing: int
    offsets: NDArray[np.int64]
    there: NDArray[np.bool_]


def _refined(
    picture: Picture, hole: Hole, rng: np.random.Generator, checkpoint: Checkpoint
) -> tuple[Picture, _Finds]:
    """Let overlapping windows vote on the hole.

    Returns the picture, and where its windows were found.
    """
    picture = picture.copy()
    sources = _Sources(picture, hole, rng)
    touched = _touched(hole)
    step = max(2, round((np.count_nonzero(touched) / _QUERIES) ** 0.5))
    rows, columns = (
        np.minimum(np.arange(0, side + step - 1, step), side - 1) for side in touched.shape
    )
    grid = np.argwhere(touched[np.ix_(rows, columns)])
    places = np.column_stack([rows[grid[:, 0]], columns[grid[:, 1]]])
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
    sureness = 1.1 ** -depth[places[:, 0] + _RING, places[:, 1] + _RING]
    every = np.ones((len(places), _PATCH**2), np.float32)
    found = places
    for n in range(_ROUNDS):
        checkpoint(n / _ROUNDS)
        found, distance = sources.best(places, every)
        usual = np.median(distance) / 4 + 1e-6
        votes = sureness * np.exp(-np.minimum(distance / (2 * usual), 50))
        elected = _elected(sources.windows[found[:, 0], found[:, 1]], places, votes, picture)
        picture[hole] = elected[hole]
    offsets = np.zeros((len(rows), len(columns), 2), np.int64)
    offsets[grid[:, 0], grid[:, 1]] = found - places
    every_nth = max(1, 2 * _RING // step)
    part = (slice(None, None, every_nth), slice(None, None, every_nth))
    return picture, _Finds(every_nth * step, offsets[part], touched[np.ix_(rows, columns)][part])


def _elected(
    patches: Picture, places: Positions, votes: NDArray[np.float32], picture: Picture
) -> Picture:
    """The mean of the patches (N, 3, 7, 7) laid at `places`; where none lies, `picture`."""
    total = np.zeros_like(picture)
    weight = np.zeros(picture.shape[:2], np.float32)
    for dy in range(_PATCH):
        for dx in range(_PATCH):  # no two windows share a place, so no addition is lost
            y, x = places[:, 0] + dy, places[:, 1] + dx
            total[y, x] += patches[:, :, dy, dx] * votes[:, None]
            weight[y, x] += votes
    return np.where(weight[..., None] > 0, total / np.maximum(weight, 1e-30)[..., None], picture)


def _with_detail(image: Picture, hole: Hole, solved: Picture, finds: _Finds | None) -> Picture:
    """Bring the solution of the last level to the full size, with the detail of its sources.

    Between the windows of the grid the detail of the four around a pixel is mixed bilinearly.
    """
    if solved.shape == image.shape:
        return solved
    coarse = _enlarged(_float32(cv2.boxFilter(solved, -1, _DETAIL)), image)
    if finds is None:
        return np.where(hole[..., None], coarse, image)
    detail = image - coarse
    detail[hole] = 0
    pixels = np.argwhere(hole)
    ratio = np.array(hole.shape) / solved.shape[:2]
    on_grid = ((pixels + 0.5) / ratio - 0.5 - _RING) / finds.spacing
    corner = np.floor(on_grid).astype(np.int64)
    y_share, x_share = _float32(on_grid - corner).T
    mixed = np.zeros((len(pixels), 3), np.float32)
    weight = np.full(len(pixels), 1e-6, np.float32)
    for y_next, x_next in ((0, 0), (0, 1), (1, 0), (1, 1)):
        y, x = np.clip(np.add(corner, (y_next, x_next)), 0, np.array(finds.there.shape) - 1).T
        share = (y_share if y_next else 1 - y_share) * (x_share if x_next else 1 - x_share)
        share = share * finds.there[y, x]
        source = pixels + np.rint(finds.offsets[y, x] * ratio).astype(np.int64)
        source = np.clip(source, 0, np.array(hole.shape) - 1)
        mixed += detail[source[:, 0], source[:, 1]] * share[:, None]
        weight += share
    result = image.copy()
    result[hole] = coarse[hole] + mixed / weight[:, None]
    return result


def _enlarged(picture: Picture, like: Picture) -> Picture:
    if picture.shape == like.shape:
        return picture
    height, width = like.shape[:2]
    return _float32(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC))


def _float32(array: NDArray[np.generic]) -> NDArray[np.float32]:
    return array.astype(np.float32, copy=False)
