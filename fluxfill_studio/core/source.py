"""Source: the picture that a run starts from, as it came from its file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.types import Pixels, Plane


@dataclass(frozen=True)
class Origin:
    """The file that a picture was read from, as it was then.

    `path` is absolute, `size` is in bytes, `modified_ns` in nanoseconds since the epoch.
    """

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True, eq=False)
class Source:
    """A decoded picture, upright. Two sources are the same only when they are the same object.

    `pixels` are in the file's own colour space, which `icc_profile` describes; `alpha` is kept
    aside because the service would read it as a mask. `exif` has its orientation reset. `dpi` is
    the resolution that the file states. `reduced` tells that the file held more than 8 bits per
    channel.

    `origin` is the file that decodes to this very picture, where there is one. It is given by
    `read_from` alone: what `replace` makes of a source has none.
    """

    name: str
    pixels: Pixels
    alpha: Plane | None = None
    icc_profile: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    reduced: bool = False
    origin: Origin | None = field(default=None, init=False)

    @property
    def size(self) -> Size:
        height, width = self.pixels.shape[:2]
        return Size(width, height)

    def read_from(self, origin: Origin) -> Source:
        """The same picture, which was read from the file `origin`."""
        source = replace(self)
        object.__setattr__(source, "origin", origin)
        return source
