"""Strokes: pointer samples become evenly spaced dabs along a smoothed path."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from fluxfill_studio.core.brush import Brush, stamp_at
from fluxfill_studio.core.geometry import EMPTY, Point, Rect
from fluxfill_studio.core.mask import MaskEdit
from fluxfill_studio.core.types import Plane

# Chords of this length (image pixels) stand for the curve when dabs are laid along it.
_CHORD = 4.0
_MAX_CHORDS = 64


class Stroke:
    """One gesture of a brush or eraser on an open mask edit.

    The coverage of a stroke is the maximum over its dabs and is applied to the mask as it was
    when the stroke began, so opacity does not build up where a stroke crosses itself; two strokes
    do add up. The path goes through the middles of the lines between samples and is bent by the
    samples (quadratic B-spline), so a fast hand gives curves, not corners.
    """

    def __init__(self, edit: MaskEdit, brush: Brush, start: Point, *, erase: bool) -> None:
        self.edit = edit
        self._brush = brush
        self._erase = erase
        self._coverage: Plane = np.zeros(edit.mask.size.shape, np.uint8)
        self._latest = self._end = start
        self._until_next = brush.spacing

    def begin(self) -> Rect:
        """Lay the first dab; returns what changed."""
        return self._lay([self._end])

    def add(self, sample: Point) -> Rect:
        """Go on to `sample` (image coordinates, also outside); returns what changed."""
        corner, self._latest = self._latest, sample
        return self._follow(corner, (corner + sample) * 0.5)

    def finish(self) -> Rect:
        """Draw what is left up to the last sample; returns what changed."""
        return self._follow(self._latest, self._latest)

    def _follow(self, control: Point, target: Point) -> Rect:
        """Lay dabs along the quadratic Bézier curve from the path's end to `target`."""
        dabs: list[Point] = []
        for point in _curve(self._end, control, target):
            dabs.extend(self._dabs_to(point))
        return self._lay(dabs)

    def _dabs_to(self, target: Point) -> Iterator[Point]:
        start, self._end = self._end, target
        length = math.hypot(target.x - start.x, target.y - start.y)
        if length == 0:
            return
        spacing = self._brush.spacing
        position = self._until_next
        while position <= length:
            yield start + (target - start) * (position / length)
            position += spacing
        self._until_next = position - length

    def _lay(self, dabs: list[Point]) -> Rect:
        dirty = EMPTY
        whole = Rect.of(self.edit.mask.size)
        for dab in dabs:
            stamp = stamp_at(self._brush, dab)
            rect = stamp.rect.intersected(whole)
            if rect.is_empty:
                continue
            part = stamp.coverage[rect.moved(-stamp.rect.x, -stamp.rect.y).slices]
            coverage = self._coverage[rect.slices]
            np.maximum(coverage, part, out=coverage)
            dirty = dirty.united(rect)
        self._apply(self.edit.touch(dirty))
        return dirty

    def _apply(self, rect: Rect) -> None:
        if rect.is_empty:
            return
        before = self.edit.before[rect.slices]
        coverage = self._coverage[rect.slices]
        scale = self._brush.opacity / 255
        target = self.edit.mask.pixels[rect.slices]
        if self._erase:
            target[:] = cv2.subtract(before, cv2.multiply(before, coverage, scale=scale))
        else:
            room = cv2.bitwise_not(before)
            target[:] = cv2.add(before, cv2.multiply(room, coverage, scale=scale))


def _curve(start: Point, control: Point, target: Point) -> Iterator[Point]:
    """Points along a quadratic Bézier curve, without `start`."""
    length = math.hypot(control.x - start.x, control.y - start.y)
    length += math.hypot(target.x - control.x, target.y - control.y)
    chords = min(max(1, math.ceil(length / _CHORD)), _MAX_CHORDS)
    for index in range(1, chords + 1):
        t = index / chords
        yield start * ((1 - t) ** 2) + control * (2 * t * (1 - t)) + target * (t * t)
