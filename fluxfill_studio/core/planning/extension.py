"""Extension: exactly how far a picture grows on each side, and how that becomes runs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final

from fluxfill_studio.core.errors import FrameTooLarge, NothingToExtend
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.samples import MAX_PIXELS
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.planning.plan import WORK_SIDE, Plan

# How many times its area a picture becomes in one run: twice, so that there is as much context as
# new picture, and what rounding to whole pixels may take from that.
_MOST_GROWTH: Final = 2.05
# In sent pixels. A new band of 50 pixels has been seen to come back darker than the picture.
_LEAST_BAND: Final = 64
# Sides share a run unless that makes one of their bands so many times smaller than in its own.
_SHARPNESS_LOST: Final = 2


class Anchor(Enum):
    """Where the picture lies in a larger frame; the value is its name on the command line."""

    TOP_LEFT = "top-left"
    TOP = "top"
    TOP_RIGHT = "top-right"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom-right"

    def split(self, width: int, height: int) -> Extension:
        """So many new columns and rows, on the sides that the picture does not lie at."""
        edges = self.value.split("-")
        left = 0 if "left" in edges else width if "right" in edges else width // 2
        top = 0 if "top" in edges else height if "bottom" in edges else height // 2
        return Extension(left, top, width - left, height - top)


@dataclass(frozen=True, slots=True)
class Extension:
    """How many pixels a picture grows by on each side; none is negative."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __post_init__(self) -> None:
        if min(self.left, self.top, self.right, self.bottom) < 0:
            raise ValueError(f"a picture does not grow by {self}")

    def __bool__(self) -> bool:
        return any((self.left, self.top, self.right, self.bottom))

    @classmethod
    def to_aspect(cls, size: Size, ratio: Fraction, anchor: Anchor = Anchor.CENTRE) -> Extension:
        """What takes a picture to a ratio of width to height, to the nearest pixel.

        One side grows and the other stays. `ratio` is above 0.
        """
        if ratio <= 0:
            raise ValueError(f"no picture has the aspect ratio {ratio}")
        width = max(size.width, round(size.height * ratio))
        height = max(size.height, round(size.width / ratio))
        return anchor.split(width - size.width, height - size.height)

    @classmethod
    def percent(
        cls, size: Size, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0
    ) -> Extension:
        """Percents of the width on the left and right, of the height on the top and bottom.

        Each is rounded to the nearest pixel, and none is negative.
        """
        return cls(
            round(size.width * left / 100),
            round(size.height * top / 100),
            round(size.width * right / 100),
            round(size.height * bottom / 100),
        )

    def frame(self, size: Size) -> Rect:
        """The rectangle of the larger picture, in coordinates of the one of `size`."""
        return Rect.from_bounds(
            -self.left, -self.top, size.width + self.right, size.height + self.bottom
        )

    @property
    def sides(self) -> list[Extension]:
        """The same, each side by itself; those that do not grow are left out."""
        each = (
            Extension(left=self.left),
            Extension(right=self.right),
            Extension(top=self.top),
            Extension(bottom=self.bottom),
        )
        return [side for side in each if side]

    def __sub__(self, other: Extension) -> Extension:
        """What is left to be done after `other`."""
        return Extension(
            self.left - other.left,
            self.top - other.top,
            self.right - other.right,
            self.bottom - other.bottom,
        )


def extension_plan(source: Size, extension: Extension, work_side: int = WORK_SIDE) -> Plan:
    """One run that makes all of `extension`: the part of the larger picture that it needs to see.

    Where one side grows, that is the new band with at least as much of the picture behind it, and
    more where it costs no sharpness: up to `work_side`, or up to the band's length, where that
    decides the scale anyway. Where several grow it is the whole frame. A band that would be thin
    as it is sent is made wider outwards, beyond the frame. Raises NothingToExtend, and
    FrameTooLarge above MAX_PIXELS.
    """
    if not extension:
        raise NothingToExtend
    frame = _checked(extension.frame(source))
    crop = frame
    if len(extension.sides) == 1:
        across, along = _band(source, extension)
        depth = max(2 * across, work_side, along)
        if extension.left or extension.right:
            width = min(frame.width, depth)
            x = frame.x if extension.left else frame.right - width
            crop = Rect(x, frame.y, width, frame.height)
        else:
            height = min(frame.height, depth)
            y = frame.y if extension.top else frame.bottom - height
            crop = Rect(frame.x, y, frame.width, height)
    crop = _with_room(crop, extension, work_side)
    return Plan(crop, fitting(crop.size, work_side), frame)


def _with_room(crop: Rect, extension: Extension, work_side: int) -> Rect:
    """`crop` with every new band as wide as is needed for it to be filled well."""
    scale = fitting(crop.size, work_side).long_side / crop.size.long_side
    least = math.ceil(_LEAST_BAND / scale)
    left, top, right, bottom = (
        max(0, least - band) if band else 0
        for band in (extension.left, extension.top, extension.right, extension.bottom)
    )
    return Rect.from_bounds(crop.x - left, crop.y - top, crop.right + right, crop.bottom + bottom)


def _checked(frame: Rect) -> Rect:
    if frame.area > MAX_PIXELS:
        limit = round(MAX_PIXELS / 1e6)
        raise FrameTooLarge(width=frame.width, height=frame.height, limit=limit)
    return frame


def steps(size: Size, extension: Extension, work_side: int = WORK_SIDE) -> list[Extension]:
    """The runs that make `extension` well, each applied to the picture that the one before made.

    Three rules, as the model sees `work_side` pixels at most, and invents what it cannot see:

    - A run adds no more than there is to go by: the picture becomes at most twice as large.
    - A band by itself is cut into equal parts, none thicker than half the work side or half the
      band's length, whichever is more. So its length alone decides how much it is scaled down:
      a run has to see the whole of it, or its parts would not fit together.
    - Several sides share a run where none of them comes out less than half as sharp as it would
      by itself; otherwise left and right come before top and bottom, each by itself if need be.

    None for no extension. Raises FrameTooLarge above MAX_PIXELS.
    """
    _checked(extension.frame(size))
    return list(_steps(size, extension, work_side))


def _steps(size: Size, rest: Extension, work_side: int) -> Iterator[Extension]:
    while rest:
        step = _first(size, rest, work_side)
        yield step
        size, rest = step.frame(size).size, rest - step


def _first(size: Size, rest: Extension, work_side: int) -> Extension:
    """The first of the steps that are left to do."""
    sides = rest.sides
    if len(sides) == 1:
        return _part_of_a_band(size, rest, work_side)
    frame = rest.frame(size)
    # The lengths that the bands have in the frame.
    lengths = {frame.height if side.left or side.right else frame.width for side in sides}
    if frame.size.long_side > _SHARPNESS_LOST * max(work_side, min(lengths)):
        across = Extension(left=rest.left, right=rest.right)
        # Both axes, or two sides of one: the first alone.
        return _first(size, across if across and across != rest else sides[0], work_side)
    return _part_of_a_frame(size, rest)


def _part_of_a_band(size: Size, rest: Extension, work_side: int) -> Extension:
    across, along = _band(size, rest)
    behind = size.width if rest.left or rest.right else size.height
    thickest = max(1, min(behind, max(work_side, along) // 2))
    parts = -(-across // thickest)
    return _scaled(rest, Fraction(1, parts))


def _part_of_a_frame(size: Size, rest: Extension) -> Extension:
    """All sides in proportion, so that each of the fewest runs makes the area as many times larger.

    With the share s of the rest, the width becomes 1 + a·s times as large and the height 1 + b·s.
    """
    frame = rest.frame(size)
    growth = frame.area / size.area
    runs = math.ceil(math.log(growth) / math.log(_MOST_GROWTH))
    if runs <= 1:
        return rest
    a, b = frame.width / size.width - 1, frame.height / size.height - 1
    wanted = growth ** (1 / runs) - 1
    # The positive root of a·b·s² + (a + b)·s = wanted, in the form that also holds for a·b = 0.
    share = 2 * wanted / (a + b + math.sqrt((a + b) ** 2 + 4 * a * b * wanted))
    return _scaled(rest, share)


def _band(size: Size, side: Extension) -> tuple[int, int]:
    """How thick the new band of the only side that grows is, and how long."""
    if side.left or side.right:
        return side.left + side.right, size.height
    return side.top + side.bottom, size.width


def _scaled(extension: Extension, share: float | Fraction) -> Extension:
    """Each side's share, rounded up: no step is empty, and no sliver is left for the last."""
    return Extension(
        math.ceil(extension.left * share),
        math.ceil(extension.top * share),
        math.ceil(extension.right * share),
        math.ceil(extension.bottom * share),
    )
