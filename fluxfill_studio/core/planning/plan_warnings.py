"""What can be told before a run about what will be sent: reasons why it may not come out well."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

import cv2
import numpy as np

from fluxfill_studio.core.planning.plan import Part, Plan
from fluxfill_studio.core.planning.sent import footprint, grown
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.core.types import Plane

# In sent pixels. The model works on tokens of 16 × 16 pixels (FLUX.1: cells of 8, taken two by
# two). What is thinner all over gets no token of its own, and no shape that a prompt asks for.
_LEAST_THICKNESS: Final = 16
# In sent pixels. Below, there are fewer than 16 × 16 tokens to tell what the picture shows.
_LEAST_SIDE: Final = 256


class PlanWarning(Enum):
    """A reason for doubt, by its text. None of them keeps a run from being made."""

    EMPTY = QT_TRANSLATE_NOOP("warnings", "Nothing is painted: there is nothing to fill.")
    ALL_WHITE = QT_TRANSLATE_NOOP(
        "warnings", "All that is sent is painted over: the fill will not match the picture."
    )
    TOO_THIN = QT_TRANSLATE_NOOP(
        "warnings", "What is filled is very thin: it will hardly show what the prompt asks for."
    )
    TOUCHES_EDGE = QT_TRANSLATE_NOOP(
        "warnings", "The mask touches the edge of what is sent: nothing is known beyond it."
    )
    TOO_SMALL = QT_TRANSLATE_NOOP("warnings", "What is sent is very small: the fill may be coarse.")


def warnings_of(plan: Plan | None, coverage: Plane | None) -> list[PlanWarning]:
    """The doubts about a run, the weightiest first.

    `plan` is None where nothing is painted. `coverage` is what is painted within its crop; None
    for an outpaint preset, and not needed for an extension.
    """
    if plan is None:
        return [PlanWarning.EMPTY]
    found = [] if coverage is None else _about_mask(plan, coverage)
    if min(plan.sent.width, plan.sent.height) < _LEAST_SIDE:
        found.append(PlanWarning.TOO_SMALL)
    return found


def warnings_of_all(parts: Iterable[Part]) -> tuple[PlanWarning, ...]:
    """The doubts about the runs of a job, each once, the weightiest first."""
    found = {warning for part in parts for warning in warnings_of(part.plan, part.mask)}
    return tuple(warning for warning in PlanWarning if warning in found)


def _about_mask(plan: Plan, coverage: Plane) -> list[PlanWarning]:
    painted = footprint(coverage, plan.sent)
    if grown(painted).all():
        return [PlanWarning.ALL_WHITE]
    found = []
    token = np.ones((_LEAST_THICKNESS, _LEAST_THICKNESS), np.uint8)
    if not cv2.erode(painted, token, borderType=cv2.BORDER_CONSTANT, borderValue=0).any():
        found.append(PlanWarning.TOO_THIN)
    if any(edge.any() for edge in (painted[0], painted[-1], painted[:, 0], painted[:, -1])):
        found.append(PlanWarning.TOUCHES_EDGE)
    return found
