"""The arguments that say what of a picture is sent, how far it grows, and how it is blended.

They are parsed before it is known what will be done: what they become is imported when it is asked
for, because it brings all of picture processing along.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.aspect import aspect_of
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from fluxfill_studio.core.blending.compose import Blend
    from fluxfill_studio.core.planning.extension import Extension
    from fluxfill_studio.core.planning.plan import Context

_SIDES: Final = ("left", "top", "right", "bottom")
_ONE_WAY = QT_TRANSLATE_NOOP(
    "errors", "give either --preset, or sides (--left …), or --aspect, and one of them is needed"
)
_ANCHOR_OF_WHAT = QT_TRANSLATE_NOOP("errors", "belongs to --aspect")
EXTENTS: Final = {"auto": "AUTOMATIC", "whole": "WHOLE"}
"""Words for how much is sent, and the names of those in `Extent`."""
MATCHES: Final = ("none", "mean", "gradient")
"""The values of `Match`."""
ANCHORS: Final = (
    *("top-left", "top", "top-right"),
    *("left", "centre", "right"),
    *("bottom-left", "bottom", "bottom-right"),
)
"""The values of `Anchor`."""
_CENTRE: Final = "centre"


@dataclass(frozen=True)
class Length:
    """A number of pixels, or a share of a side in percent."""

    value: float
    is_percent: bool = False

    def of(self, side: int) -> int:
        """In pixels, to the nearest."""
        return round(side * self.value / 100 if self.is_percent else self.value)


def add_context(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--context",
        type=_context,
        default="auto",
        metavar="auto|whole|X,Y,W,H",
        help="how much of the image is sent with what is painted [auto]",
    )
    parser.add_argument(
        "--apart",
        action="store_true",
        help="one run for each painted area that lies far from the others, each paid",
    )


def add_blend(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--feather",
        type=_feather,
        metavar="auto|PX",
        help="over how many pixels the fill appears, inwards from the mask's edge [auto]",
    )
    parser.add_argument(
        "--grow",
        type=_pixels,
        default=0,
        metavar="PX",
        help="use so many pixels of the fill around the mask as well [0]",
    )
    parser.add_argument(
        "--match",
        choices=MATCHES,
        default=MATCHES[-1],
        help=f"how the fill's colours follow the surroundings [{MATCHES[-1]}]",
    )


def add_growth(parser: ArgumentParser, presets: str) -> None:
    """By one of the service's `presets`, or exactly."""
    parser.add_argument("--preset", help=f"of the service, which decides the amount: {presets}")
    for side in _SIDES:
        parser.add_argument(
            f"--{side}",
            type=_length,
            metavar="N",
            help=f"grow by just so many pixels, or N%% of the side, on the {side}",
        )
    parser.add_argument(
        "--aspect", type=_ratio, metavar="W:H", help="grow to just this ratio of the sides"
    )
    parser.add_argument(
        "--anchor",
        choices=ANCHORS,
        help=f"where the image lies then [{_CENTRE}]",
    )


def blend_of(args: Namespace) -> Blend:
    """How the fill is to be blended. Raises ParameterError."""
    from fluxfill_studio.core.blending.compose import Blend
    from fluxfill_studio.core.blending.matching import Match

    return Blend(feather=args.feather, grow=args.grow, match=Match(args.match))


def context_of(args: Namespace) -> Context:
    from fluxfill_studio.core.planning.plan import Extent

    return args.context if isinstance(args.context, Rect) else Extent[EXTENTS[args.context]]


def grows_exactly(args: Namespace) -> bool:
    """Whether it is said by how much the picture grows. Raises ParameterError."""
    by_sides = any(getattr(args, side) is not None for side in _SIDES)
    ways = (args.preset is not None, by_sides, args.aspect is not None)
    if sum(ways) != 1:
        raise ParameterError(name="outpaint", reason=_ONE_WAY)
    if args.anchor is not None and args.aspect is None:
        raise ParameterError(name="--anchor", reason=_ANCHOR_OF_WHAT)
    return args.preset is None


def extension_of(args: Namespace, size: Size) -> Extension:
    """How far a picture of `size` grows, where `grows_exactly`."""
    from fluxfill_studio.core.planning.extension import Anchor, Extension

    if args.aspect is not None:
        return Extension.to_aspect(size, args.aspect, Anchor(args.anchor or _CENTRE))
    along = (size.width, size.height, size.width, size.height)
    lengths = (getattr(args, side) for side in _SIDES)
    return Extension(
        *(
            0 if length is None else length.of(side)
            for length, side in zip(lengths, along, strict=True)
        )
    )


def _context(text: str) -> str | Rect:
    if text in EXTENTS:
        return text
    if re.fullmatch(r"\d{1,6}(,\d{1,6}){3}", text):
        rect = Rect(*map(int, text.split(",")))
        if not rect.is_empty:
            return rect
    raise ArgumentTypeError("must be auto, whole, or X,Y,W,H in pixels")


def _feather(text: str) -> int | None:
    return None if text == "auto" else _pixels(text)


def _pixels(text: str) -> int:
    if re.fullmatch(r"\d{1,5}", text):
        return int(text)
    raise ArgumentTypeError("must be a number of pixels")


def _length(text: str) -> Length:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)(%?)", text)
    if match is None or ("." in text and not match[2]):
        raise ArgumentTypeError("must be a number of pixels, or of percent as in 25%")
    return Length(float(match[1]), bool(match[2]))


def _ratio(text: str) -> Fraction:
    ratio = aspect_of(text)
    if ratio is None:
        raise ArgumentTypeError("must be a ratio as in 16:9")
    return ratio
