"""Source: the picture that a run starts from, as it came from its file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.types import Pixels


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

    `samples` are what the file holds, and what is saved again; `pixels` are how they look: sRGB
    of 8 bits, which is painted on, shown and sent, the very same array where the file holds just
    that. Alpha is kept aside, because the service would read it as a mask. `exif` has its
    orientation reset. `dpi` is the resolution that the file states. `reduced` tells that the file
    held more than `samples` do, and `is_hdr` that it states colours brighter than white, which are
    taken for sRGB.

    `origin` is the file that decodes to this very picture, where there is one. It is given by
    `read_from` alone: what `replace` makes of a source has none.
    """

    name: str
    samples: Samples
    pixels: Pixels
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    reduced: bool = False
    is_hdr: bool = False
    origin: Origin | None = field(default=None, init=False)

    @classmethod
    def of(cls, name: str, pixels: Pixels) -> Source:
        """A picture of plain sRGB, without a file or any remarks."""
        return cls(name, Samples.of(pixels), pixels)

    @property
    def size(self) -> Size:
        return self.samples.size

    def read_from(self, origin: Origin) -> Source:
        """The same picture, which was read from the file `origin`."""
        source = replace(self)
        object.__setattr__(source, "origin", origin)
        return source
