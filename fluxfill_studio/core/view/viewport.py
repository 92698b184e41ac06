"""The mapping between image pixels and view pixels: fit, pan, zoom at a point.

View pixels are device pixels, so a scale of 1 shows one image pixel on one screen pixel at any
device pixel ratio. Widget coordinates never travel below this mapping.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size

MAX_SCALE = 32.0
_FIT_MARGIN = 24
# However far one pans, this much of the picture stays in the view, so it cannot be lost.
_KEEP_VISIBLE = 48


@dataclass(frozen=True, slots=True)
class Viewport:
    """Where a picture of size `image` lies in a view of size `view` (both in their own pixels).

    `frame` is what a fit brings into the view, in image pixels: the picture, or more than it
    where the picture is about to grow. `scale` is view pixels per image pixel. `left`, `top` is
    the view position of the picture's corner; whole numbers, so that panning moves by whole
    pixels and 100 % is never resampled.
    """

    image: Size
    view: Size
    frame: Rect
    scale: float
    left: int
    top: int

    @classmethod
    def fitted(cls, image: Size, view: Size, frame: Rect | None = None) -> Viewport:
        """The whole frame centred in the view; small pictures are not enlarged past 100 %."""
        frame = frame or Rect.of(image)
        scale = _fit_scale(frame, view)
        left = round((view.width - frame.width * scale) / 2 - frame.x * scale)
        top = round((view.height - frame.height * scale) / 2 - frame.y * scale)
        return cls(image, view, frame, scale, left, top)

    @property
    def fit_scale(self) -> float:
        return _fit_scale(self.frame, self.view)

    @property
    def min_scale(self) -> float:
        return min(self.fit_scale, 1.0) / 4

    @property
    def is_fitted(self) -> bool:
        return self == Viewport.fitted(self.image, self.view, self.frame)

    def to_view(self, point: Point) -> Point:
        return Point(point.x * self.scale + self.left, point.y * self.scale + self.top)

    def to_image(self, point: Point) -> Point:
        return Point((point.x - self.left) / self.scale, (point.y - self.top) / self.scale)

    def zoomed(self, scale: float, at: Point) -> Viewport:
        """At `scale` (clamped), with the image point under view point `at` kept there.

        Kept to half a view pixel, the grid on which pictures are placed.
        """
        scale = min(max(scale, self.min_scale), MAX_SCALE)
        fixed = self.to_image(at)
        left = round(at.x - fixed.x * scale)
        top = round(at.y - fixed.y * scale)
        return _held(replace(self, scale=scale, left=left, top=top))

    def panned(self, dx: int, dy: int) -> Viewport:
        return _held(replace(self, left=self.left + dx, top=self.top + dy))

    def resized(self, view: Size) -> Viewport:
        """For another view size: a fitted picture stays fitted, else the view's centre stays."""
        if self.is_fitted:
            return Viewport.fitted(self.image, view, self.frame)
        # Differences of rounded middles add up over many small steps; rounded differences do not.
        dx = view.width // 2 - self.view.width // 2
        dy = view.height // 2 - self.view.height // 2
        return _held(replace(self, view=view, left=self.left + dx, top=self.top + dy))

    def framed(self, frame: Rect) -> Viewport:
        """For another frame: a fitted view is fitted to it, else nothing moves."""
        if self.is_fitted:
            return Viewport.fitted(self.image, self.view, frame)
        return replace(self, frame=frame)

    def like(self, other: Viewport) -> Viewport:
        """Showing the same part as `other` does of its own picture, which may differ in size."""
        if other.is_fitted:
            return Viewport.fitted(self.image, self.view, self.frame)
        centre = other.to_image(Point(other.view.width / 2, other.view.height / 2))
        scale = other.scale * (self.fit_scale / other.fit_scale)
        x = centre.x / other.image.width * self.image.width
        y = centre.y / other.image.height * self.image.height
        left = round(self.view.width / 2 - x * scale)
        top = round(self.view.height / 2 - y * scale)
        return replace(self, scale=scale, left=left, top=top)

    @property
    def image_area(self) -> Rect:
        """The view rectangle that the whole picture covers, also where it leaves the view."""
        width = max(1, round(self.image.width * self.scale))
        height = max(1, round(self.image.height * self.scale))
        return Rect(self.left, self.top, width, height)

    @property
    def visible_area(self) -> Rect:
        """The part of `image_area` inside the view."""
        return self.image_area.intersected(Rect.of(self.view))

    def view_rect(self, rect: Rect) -> Rect:
        """The visible view pixels whose look can depend on the image pixels of `rect`.

        One image pixel and one view pixel more on each side: the reach of bilinear filtering
        within a reduced level is one of its pixels, at most two view pixels.
        """
        if rect.is_empty:
            return EMPTY
        margin = 2 + math.ceil(self.scale)
        return Rect.from_bounds(
            math.floor(rect.x * self.scale) + self.left - margin,
            math.floor(rect.y * self.scale) + self.top - margin,
            math.ceil(rect.right * self.scale) + self.left + margin,
            math.ceil(rect.bottom * self.scale) + self.top + margin,
        ).intersected(self.visible_area)


def _held(viewport: Viewport) -> Viewport:
    """Moved back so far that a part of the picture stays visible."""
    area, view = viewport.image_area, viewport.view
    keep_x = min(_KEEP_VISIBLE, area.width, view.width)
    keep_y = min(_KEEP_VISIBLE, area.height, view.height)
    left = min(max(viewport.left, keep_x - area.width), view.width - keep_x)
    top = min(max(viewport.top, keep_y - area.height), view.height - keep_y)
    return replace(viewport, left=left, top=top)


def _fit_scale(frame: Rect, view: Size) -> float:
    width = max(view.width - 2 * _FIT_MARGIN, 1)
    height = max(view.height - 2 * _FIT_MARGIN, 1)
    return min(width / frame.width, height / frame.height, 1.0)
