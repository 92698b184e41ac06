"""Smart select: the object in a picture that a box or scribbles mean.

It is found on a small copy by GrabCut: colour models of the object and of its ground, learnt from
each other, and a graph cut between them (Rother, Kolmogorov, Blake: "GrabCut", SIGGRAPH 2004).
Matting then gives it the outline that it has in full size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.matting import matted
from fluxfill_studio.core.painting.region import NOTHING, Region
from fluxfill_studio.core.types import Pixels, Plane

# How many pixels GrabCut learns from. Its cut takes up to 0.3 s for them and its cost grows faster
# than they do; with fewer, the smoothness that it demands of an outline swallows what is thin.
_COARSE_AREA = 256 * 256
_ITERATIONS = 4
# With what it has learnt it looks again at more pixels, but only this far around the outline.
_FINE_AREA = 4 * _COARSE_AREA
_BAND = 6
# How much is looked at around what may belong to the object, to learn its ground: part of the
# root of the area, and pixels at least.
_MARGIN = 0.25
_LEAST_MARGIN = 16
# A scribble outside of the box reaches as far again as it is long, and at least this part of the
# picture's long side.
_LEAST_REACH = 1 / 8
# Colours so close in each channel are one at first sight; so many pixels are compared with.
_ALIKE = (20, 20, 20)
_SEEDS = 400
# Where nothing is left outside to learn the ground from, a rim as wide as this part of the short
# side stands for it.
_RIM = 0.04
# Parts smaller than this part of the largest are specks, holes smaller than this part of the
# object are spots on it.
_SPECK = 0.1
_SPOT = 0.005

# GrabCut takes a rectangle, but uses it in another mode only.
_UNUSED = (0, 0, 1, 1)


class Stopped(Exception):
    """The search was told to stop; there is no result."""


@dataclass(frozen=True, slots=True)
class Scribble:
    """A line over what belongs to the object or, if not `adds`, over what does not.

    At least one point; points and radius are in image pixels.
    """

    points: tuple[Point, ...]
    radius: float
    adds: bool = True

    @property
    def bounds(self) -> Rect:
        """What it covers, in whole pixels."""
        xs, ys = [point.x for point in self.points], [point.y for point in self.points]
        return Rect.from_bounds(
            math.floor(min(xs) - self.radius),
            math.floor(min(ys) - self.radius),
            math.ceil(max(xs) + self.radius),
            math.ceil(max(ys) + self.radius),
        )


@dataclass(frozen=True, slots=True)
class Hints:
    """All that the user has shown of an object so far.

    It lies inside of `box`, except where scribbles lead out of it; without a box, around the
    scribbles. Where scribbles cross, the later one is right.
    """

    box: Rect = EMPTY
    scribbles: tuple[Scribble, ...] = ()


def smart_select(
    pixels: Pixels, hints: Hints, should_stop: Callable[[], bool] = lambda: False
) -> Region:
    """The object in `pixels` that `hints` mean; a region with an EMPTY rectangle if there is none.

    Scribbles are part of the region or not, just as they say. `pixels` are only read. Equal
    arguments give equal regions. `should_stop` is asked between steps of at most some 0.3 s;
    raises Stopped when it says so.
    """
    whole = Rect.of(_size(pixels))
    box = hints.box.intersected(whole)
    reach = _reach(box, hints.scribbles, whole)
    if reach.is_empty:
        return NOTHING
    margin = max(_LEAST_MARGIN, round(_MARGIN * math.sqrt(reach.area)))
    area = reach.grown(margin).intersected(whole)
    search = _Search(pixels[area.slices], area, reach, box, hints.scribbles, should_stop)
    coverage = search.outlined(search.found())
    x, y, width, height = cv2.boundingRect(coverage)
    if not width:
        return NOTHING
    bounds = Rect(x, y, width, height)
    return Region(bounds.moved(area.x, area.y), coverage[bounds.slices].copy())


def _reach(box: Rect, scribbles: Iterable[Scribble], whole: Rect) -> Rect:
    """What may belong to the object."""
    reach = box
    for scribble in scribbles:
        bounds = scribble.bounds.intersected(whole)
        if scribble.adds and bounds.intersected(box) != bounds:
            around = max(bounds.size.long_side, round(_LEAST_REACH * whole.size.long_side))
            reach = reach.united(bounds.grown(around).intersected(whole))
    return reach


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """The search for one object in `picture`, which is the part `area` of the user's picture.

    The planes that it makes, of 255 and 0 or of coverage, are that part too, in any size.
    """

    picture: Pixels
    area: Rect
    reach: Rect
    box: Rect
    scribbles: tuple[Scribble, ...]
    should_stop: Callable[[], bool]

    def found(self) -> Plane:
        """What GrabCut takes for the object, on the small copy."""
        fine = _reduced(self.picture, _FINE_AREA)
        coarse = _grained(_reduced(fine, _COARSE_AREA))
        ground, object_ = np.zeros((1, 65)), np.zeros((1, 65))
        classes = _spread(self._classes(_size(coarse)), coarse)
        # Its k-means draws from the generator that OpenCV keeps for each thread.
        cv2.setRNGSeed(0)
        mode = cv2.GC_INIT_WITH_MASK
        for _ in range(_ITERATIONS):
            self._pause()
            if np.ptp(classes & 1) == 0:
                break  # One side has taken everything, and the other has nothing to learn from.
            cv2.grabCut(coarse, classes, _UNUSED, ground, object_, 1, mode)
            mode = cv2.GC_EVAL
        self._pause()
        found = self._tidied(_coverage(classes))
        classes = self._classes_around(found, _size(fine))
        if np.ptp(classes & 1):
            cv2.grabCut(fine, classes, _UNUSED, ground, object_, 1, cv2.GC_EVAL_FREEZE_MODEL)
        return self._tidied(_coverage(classes))

    def _classes(self, size: Size) -> Plane:
        """What is known or guessed at first, as GrabCut's classes. The odd ones mean the object."""
        classes: Plane = np.full(size.shape, cv2.GC_BGD, np.uint8)
        classes[self._on(size, self.reach).slices] = cv2.GC_PR_BGD
        box = self._on(size, self.box)
        if box == Rect.of(size):
            box = box.grown(-math.ceil(_RIM * min(size.shape)))
        if not box.is_empty:
            classes[box.slices] = cv2.GC_PR_FGD
        self._scribble(classes, cv2.GC_FGD, cv2.GC_BGD, cv2.LINE_8)
        return classes

    def _classes_around(self, found: Plane, size: Size) -> Plane:
        """The classes on a larger copy when all but the surroundings of an outline is certain."""
        larger = np.asarray(cv2.resize(found, (size.width, size.height)), np.uint8) >> 7
        kernel = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
        near = cv2.morphologyEx(larger, cv2.MORPH_GRADIENT, kernel)
        guessed = larger + cv2.GC_PR_BGD * near
        known = self._classes(size)
        return np.asarray(np.where(known < cv2.GC_PR_BGD, known, guessed), np.uint8)

    def _tidied(self, found: Plane) -> Plane:
        """Without specks, and with spots filled, unless scribbles say that they are meant.

        Where there are only scribbles, whatever they do not touch is a speck.
        """
        scribbled: Plane = np.full(found.shape, 2, np.uint8)
        self._scribble(scribbled, 1, 0, cv2.LINE_8)
        parts, areas = _parts(found)
        kept = areas >= (math.inf if self.box.is_empty else _SPECK * areas.max())
        kept[parts[scribbled == 1]] = True
        kept[0] = False
        found = kept[parts] * np.uint8(255)
        holes, areas = _parts(np.bitwise_not(found))
        kept = areas >= _SPOT * np.count_nonzero(found)
        kept[holes[scribbled == 0]] = True
        kept[0] = False
        return ~kept[holes] * np.uint8(255)

    def outlined(self, found: Plane) -> Plane:
        """The coverage in full size, held to what is known."""
        coverage = matted(self.picture, found, self._pause)
        inside = self.reach.moved(-self.area.x, -self.area.y)
        coverage[: inside.y] = coverage[inside.bottom :] = 0
        coverage[:, : inside.x] = coverage[:, inside.right :] = 0
        self._scribble(coverage, 255, 0, cv2.LINE_AA)
        return coverage

    def _scribble(self, plane: Plane, adding: int, removing: int, line: int) -> None:
        """Draw the scribbles into a plane, one value for those that add, one for the others."""
        scale = np.array([plane.shape[1] / self.area.width, plane.shape[0] / self.area.height])
        for scribble in self.scribbles:
            # From the first point to itself, or a single one would draw nothing.
            points = [(p.x, p.y) for p in (scribble.points[0], *scribble.points)]
            # OpenCV means the middle of a pixel by a whole number, and is told sixteenths.
            places = (np.array(points) - (self.area.x, self.area.y)) * scale - 0.5
            line_points = [np.rint(places * 16).astype(np.int32)]
            width = max(1, round(2 * scribble.radius * scale[0]))
            value = adding if scribble.adds else removing
            cv2.polylines(plane, line_points, False, value, width, line, shift=4)

    def _on(self, size: Size, rect: Rect) -> Rect:
        """The pixels of a plane of `size` that `rect`, inside of `area`, has a part in."""
        across, down = size.width / self.area.width, size.height / self.area.height
        return Rect.from_bounds(
            math.floor((rect.x - self.area.x) * across),
            math.floor((rect.y - self.area.y) * down),
            math.ceil((rect.right - self.area.x) * across),
            math.ceil((rect.bottom - self.area.y) * down),
        ).intersected(Rect.of(size))

    def _pause(self) -> None:
        if self.should_stop():
            raise Stopped


def _spread(classes: Plane, picture: Pixels) -> Plane:
    """`classes` with what is connected to the surely selected, in nearly its colour, guessed too.

    From a thin line alone GrabCut would learn too little of the object to keep to it.
    """
    flooded: Plane = np.zeros((classes.shape[0] + 2, classes.shape[1] + 2), np.uint8)
    how = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | 1 << 8
    seeds = np.argwhere(classes == cv2.GC_FGD)
    for y, x in seeds[:: max(1, len(seeds) // _SEEDS)].tolist():
        if not flooded[y + 1, x + 1]:
            cv2.floodFill(picture, flooded, (x, y), 0, _ALIKE, _ALIKE, how)
    guessed = (flooded[1:-1, 1:-1] == 1) & (classes == cv2.GC_PR_BGD)
    return np.asarray(np.where(guessed, cv2.GC_PR_FGD, classes), np.uint8)


def _parts(plane: Plane) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The connected parts of what is 255: labels from 1, and the area of each; label 0 has none."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(plane, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.asarray(labels, np.int32), np.asarray(areas, np.int32)


def _size(picture: Pixels) -> Size:
    return Size(picture.shape[1], picture.shape[0])


def _reduced(picture: Pixels, area: int) -> Pixels:
    """A copy of at most about `area` pixels."""
    size = _size(picture)
    scale = min(1, math.sqrt(area / size.area))
    # By a whole factor first, which is several times faster. What is left over of it at the far
    # edges is less than a pixel of the copy.
    factor = min(int(1 / scale), *size.shape)
    width, height = size.width // factor, size.height // factor
    whole = picture[: height * factor, : width * factor]
    copy = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    width, height = max(1, round(size.width * scale)), max(1, round(size.height * scale))
    return np.asarray(cv2.resize(copy, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _grained(picture: Pixels) -> Pixels:
    """With grain that nobody sees: where colours are exactly flat, a graph cut takes seconds."""
    grain = np.random.default_rng(0).integers(-2, 3, picture.shape, np.int16)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def _coverage(classes: Plane) -> Plane:
    return np.asarray((classes & 1) * 255, np.uint8)
