"""What a run would send, in the numbers and the small picture that are shown before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.scaling import fitting, resized
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.areas import areas
from fluxfill_studio.core.planning.plan import Inputs, Plan
from fluxfill_studio.core.planning.plan_warnings import PlanWarning, warnings_of_all
from fluxfill_studio.core.planning.sent import footprint
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.jobs.sending import encoded_image
from fluxfill_studio.storage.png import encode_png

# Sharp where the interface is drawn with two device pixels for one.
_THUMBNAIL: Final = 160


@dataclass(frozen=True, eq=False)
class SentImage:
    """The picture that `plan` sends of `source`: how many bytes its file has, and how it looks."""

    source: Source
    plan: Plan
    file_bytes: int
    thumbnail: Pixels

    @classmethod
    def of(cls, source: Source, plan: Plan) -> SentImage:
        """Really encoded; that takes a tenth of a second, and more where `plan` scales much."""
        pixels = plan.image(source.pixels, source.samples.alpha)
        size = fitting(plan.sent, _THUMBNAIL)
        return cls(source, plan, len(encoded_image(pixels)), resized(pixels, size))


@dataclass(frozen=True, eq=False)
class SentPreview:
    """`plans` are those of the runs, in their order, at least one.

    `image` and `filled` are those of the first run: `filled` is the mask in the thumbnail's size.
    The bytes are those of all runs, and an estimate from the first where there are several.
    `covered` is the painted share of what is sent, 0 to 1. What belongs to a mask is None for a
    preset, which has none. `areas` is how many painted areas lie far apart.
    """

    plans: tuple[Plan, ...]
    warnings: tuple[PlanWarning, ...]
    areas: int
    image: SentImage
    image_bytes: int
    mask_bytes: int | None
    covered: float | None
    filled: Plane | None

    @property
    def is_estimate(self) -> bool:
        return len(self.plans) > 1


def preview_of(inputs: Inputs, mask: Plane | None, known: SentImage | None) -> SentPreview:
    """What running `inputs`, planned for `mask`, would send. `known` is taken where it is the same.

    `mask` may be painted on meanwhile: only its areas are counted.
    """
    source, first = inputs.source, inputs.parts[0]
    plans = tuple(part.plan for part in inputs.parts)
    if known is None or known.source is not source or known.plan != first.plan:
        known = SentImage.of(source, first.plan)
    # Of the runs that follow, each sends about as much for a pixel as the first.
    share = sum(plan.sent.area for plan in plans) / first.plan.sent.area
    mask_bytes = filled = None
    coverage = first.filled(source.size)
    if coverage is not None:
        sent = first.plan.mask(coverage)
        mask_bytes = round(len(encode_png(sent)) * share)
        height, width = known.thumbnail.shape[:2]
        # However thin, it is to be seen.
        filled = footprint(sent, Size(width, height))
    return SentPreview(
        plans,
        warnings_of_all(inputs.parts),
        areas=0 if mask is None else len(areas(mask, source.size)),
        image=known,
        image_bytes=round(known.file_bytes * share),
        mask_bytes=mask_bytes,
        covered=_covered(inputs),
        filled=filled,
    )


def _covered(inputs: Inputs) -> float | None:
    painted = sent = 0
    size = inputs.source.size
    for part in inputs.parts:
        frame, crop = part.plan.frame, part.plan.crop
        if frame is not None:
            painted += crop.area - crop.intersected(Rect.of(size)).area
            size = frame.size
        elif part.mask is not None:
            painted += cv2.countNonZero(part.mask)
        else:
            return None
        sent += crop.area
    return painted / sent
