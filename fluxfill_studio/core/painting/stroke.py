"""Strokes: pointer samples become evenly spaced dabs along a smoothed path."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from fluxfill_studio.core.geometry import EMPTY, Point, Rect
from fluxfill_studio.core.painting.brush import Brush, Stamp, Tip, Tips
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.types import Plane

# When dabs are laid along a curve, chords stand for it that leave it by this at most, in pixels.
_FLATNESS = 1 / 16
_MAX_CHORDS = 64
# From one dab to the next the opacity under a pen changes by this at most, 0 to 1, unless they
# would lie closer than so many pixels.
_OPACITY_STEP = 1 / 64
_LEAST_STEP = 0.5
# From this side on, in pixels, it pays to lay a dab only where it goes beyond the one before.
_LARGE = 128

Dab = tuple[float, float, float]
"""x, y in image pixels, and the pressure."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the pointer was, in image coordinates, and the pen's pressure, 0 to 1."""

    point: Point
    pressure: float = 1.0


class Stroke:
    """One gesture of a brush or eraser on an open mask edit.

    The coverage of a stroke is the maximum over its dabs and is applied to the mask as it was
    when the stroke began, so opacity does not build up where a stroke crosses itself; two strokes
    do add up. The path goes through the middles of the lines between samples and is bent by the
    samples (quadratic B-spline), so a fast hand gives curves, not corners.

    With an `axis`, an x in image pixels, everything is painted a second time mirrored at it.
    """

    def __init__(
        self,
        edit: MaskEdit,
        brush: Brush,
        tips: Tips,
        how: Combine = Combine.ADD,
        axis: float | None = None,
    ) -> None:
        self.edit = edit
        self._brush = brush
        self._tips = tips
        self._tip = tips.of(brush.size, brush.hardness)
        self._how = how
        self._axis = axis
        self._coverage: Plane = edit.coverage
        self._whole = Rect.of(edit.mask.size)
        self._latest = Sample(Point(0, 0))
        self._end: Dab = (0, 0, 0)
        self._until_next = 0.0
        # The distance between dabs while the pressure stays what it is.
        self._even_spacing = 0.0
        # The dab before and its tip, on either side of the axis.
        self._before: list[tuple[Tip, Stamp] | None] = [None, None]

    def begin(self, sample: Sample) -> list[Rect]:
        """Lay the first dab; returns what changed."""
        self._latest = sample
        self._end = (sample.point.x, sample.point.y, sample.pressure)
        self._until_next = self._even_spacing = self._spacing(sample.pressure)
        cleared = []
        if self._how is Combine.INTERSECT:
            # What the stroke does not reach is taken away; the stroke brings it back.
            cleared = [self.edit.touch(self.edit.mask.bounds)]
            self.edit.mask.pixels[cleared[0].slices] = 0
        return cleared + self._lay([self._end])

    def add(self, sample: Sample) -> list[Rect]:
        """Go on to `sample`, which may lie outside the picture; returns what changed."""
        corner, self._latest = self._latest, sample
        middle = Sample(
            (corner.point + sample.point) * 0.5, (corner.pressure + sample.pressure) / 2
        )
        return self._follow(corner, middle)

    def finish(self) -> list[Rect]:
        """Draw what is left up to the last sample; returns what changed."""
        return self._follow(self._latest, self._latest)

    def _spacing(self, pressure: float) -> float:
        return self._brush.spacing(self._brush.size_at(pressure))

    def _follow(self, control: Sample, target: Sample) -> list[Rect]:
        """Lay dabs along the quadratic Bézier curve from the path's end to `target`."""
        dabs: list[Dab] = []
        for place in _curve(self._end, control, target, self._brush.radius):
            dabs.extend(self._dabs_to(place))
        return self._lay(dabs)

    def _dabs_to(self, target: Dab) -> Iterator[Dab]:
        (x, y, pressure), self._end = self._end, target
        dx, dy, more = target[0] - x, target[1] - y, target[2] - pressure
        length = math.hypot(dx, dy)
        position = self._until_next
        while position <= length:
            t = position / length
            at = pressure + more * t
            yield (x + dx * t, y + dy * t, at)
            if more:
                self._even_spacing = self._spacing(at)
            step = self._even_spacing
            if more and self._brush.pressure_opacity:
                step = min(step, max(length * _OPACITY_STEP / abs(more), _LEAST_STEP))
            position += step
        self._until_next = position - length

    def _lay(self, dabs: list[Dab]) -> list[Rect]:
        """Lay dabs, and their mirror images; returns what changed."""
        changed = [self._lay_side(0, dabs)]
        if self._axis is not None:
            changed.append(self._lay_side(1, [(2 * self._axis - x, y, p) for x, y, p in dabs]))
        return [rect for rect in changed if not rect.is_empty]

    def _lay_side(self, side: int, dabs: list[Dab]) -> Rect:
        brush, coverage = self._brush, self._coverage
        height, width = coverage.shape
        lefts, tops, rights, bottoms = [], [], [], []
        tip = self._tip
        for x, y, pressure in dabs:
            if brush.pressure_size:
                tip = self._tips.of(brush.size_at(pressure), brush.hardness)
            stamp = tip.at(x, y)
            left, top, part = stamp.left, stamp.top, stamp.coverage
            x0, y0 = max(left, 0), max(top, 0)
            x1, y1 = min(left + len(part), width), min(top + len(part), height)
            if len(part) >= _LARGE:
                before, self._before[side] = self._before[side], (tip, stamp)
                if before is not None and before[0] is tip and not brush.pressure_opacity:
                    x0, y0, x1, y1 = _ahead(before[1], stamp, x0, y0, x1, y1)
            if x0 >= x1 or y0 >= y1:
                continue
            part = part[y0 - top : y1 - top, x0 - left : x1 - left]
            if brush.pressure_opacity:
                part = np.asarray(cv2.convertScaleAbs(part, alpha=pressure), np.uint8)
            target = coverage[y0:y1, x0:x1]
            cv2.max(target, part, dst=target)
            lefts.append(x0)
            tops.append(y0)
            rights.append(x1)
            bottoms.append(y1)
        if not lefts:
            return EMPTY
        rect = Rect.from_bounds(min(lefts), min(tops), max(rights), max(bottoms))
        self.edit.touch(rect)
        self._apply(rect)
        return rect

    def _apply(self, rect: Rect) -> None:
        """Bring the stroke's coverage into the mask as it was: see `Combine` for the three ways.

        In shares of 1: b + (1 - b) c, b - b c and b c for coverage b before and c of the stroke.
        """
        before = self.edit.before[rect.slices]
        coverage = self._coverage[rect.slices]
        target = self.edit.mask.pixels[rect.slices]
        scale = self._brush.opacity / 255
        match self._how:
            case Combine.ADD if not cv2.countNonZero(before):
                cv2.convertScaleAbs(coverage, dst=target, alpha=self._brush.opacity)
            case Combine.ADD:
                room = cv2.bitwise_not(before)
                cv2.multiply(room, coverage, dst=room, scale=scale)
                cv2.add(before, room, dst=target)
            case Combine.SUBTRACT:
                cv2.subtract(before, cv2.multiply(before, coverage, scale=scale), dst=target)
            case Combine.INTERSECT:
                cv2.multiply(before, coverage, dst=target, scale=scale)


def _ahead(
    before: Stamp, stamp: Stamp, left: int, top: int, right: int, bottom: int
) -> tuple[int, int, int, int]:
    """Where a dab can cover more than the one before it, within its bounds.

    Coverage falls with the distance, so a dab of the same kind adds nothing where the one before
    is nearer: behind the line half-way between the two. What is left of its disc ahead of that
    line is bounded by the disc itself or by the ends of the diameter along the line.
    """
    size = len(stamp.coverage)
    dx, dy = stamp.x - before.x, stamp.y - before.y
    distance = math.hypot(dx, dy)
    if distance == 0:
        return left, top, left, top
    # Whole pixels, some of which the line divides.
    across = size / 2 * abs(dy) / distance + distance / 2 + 2
    along = size / 2 * abs(dx) / distance + distance / 2 + 2
    if dx > 0:
        left = max(left, math.floor(stamp.x - across))
    elif dx < 0:
        right = min(right, math.ceil(stamp.x + across))
    if dy > 0:
        top = max(top, math.floor(stamp.y - along))
    elif dy < 0:
        bottom = min(bottom, math.ceil(stamp.y + along))
    return left, top, right, bottom


def _curve(start: Dab, control: Sample, target: Sample, radius: float) -> Iterator[Dab]:
    """Places along a quadratic Bézier curve, without `start`; the pressure is bent like them.

    Halving a curve into chords divides its distance from them by four: n chords leave it by an
    eighth of its second derivative / n² at most. Pressure counts by how far it can move the rim
    of a brush of `radius`.
    """
    x0, y0, p0 = start
    x1, y1, p1 = control.point.x, control.point.y, control.pressure
    x2, y2, p2 = target.point.x, target.point.y, target.pressure
    bend = math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2, (p0 - 2 * p1 + p2) * radius)
    chords = min(max(1, math.ceil(math.sqrt(bend / 4 / _FLATNESS))), _MAX_CHORDS)
    for index in range(1, chords + 1):
        t = index / chords
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        yield (a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2, a * p0 + b * p1 + c * p2)
