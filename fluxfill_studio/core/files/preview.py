"""A first look at a large picture, had much sooner than the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image

from fluxfill_studio.core.errors import ImageError
from fluxfill_studio.core.files.codec import opened
from fluxfill_studio.core.files.decoded import samples_of
from fluxfill_studio.core.files.direct import JPEG_FORMATS
from fluxfill_studio.core.files.exif import exif_of, thumbnail_in, upright, upright_size
from fluxfill_studio.core.files.pillow import planes_of
from fluxfill_studio.core.files.stated import stated_in
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.types import Pixels

# A smaller picture is decoded before anyone could look.
_WORTHWHILE_PIXELS: Final = 2_000_000
# At least, and less than twice as much where the reduction allows it.
_LONG_SIDE: Final = 1000
_SAME_ASPECT: Final = 0.02
_MP_ENTRIES: Final = 0xB002


@dataclass(frozen=True, eq=False)
class Preview:
    """`pixels` are the picture reduced, upright; `size` is its full size, upright too."""

    size: Size
    pixels: Pixels


def previews(data: bytes, name: str) -> Iterator[Preview]:
    """What a large JPEG file can show at once: the preview in it, then a reduced decode.

    At most two, the later one better; the second is left out where the first is good enough.
    Nothing for other files. A damaged one ends early: `decode` tells what is wrong with it.
    """
    try:
        with opened(data, name) as image:
            if image.format not in JPEG_FORMATS or _area(image) <= _WORTHWHILE_PIXELS:
                return
            orientation, _ = exif_of(image)
            size = upright_size(Size(*image.size), orientation)
            embedded = _embedded_preview(data, image)
            if embedded is not None:
                yield Preview(size, upright(embedded, orientation))
                if max(embedded.shape) >= _LONG_SIDE:
                    return
            yield Preview(size, upright(_reduced(image, data, image), orientation))
    except ImageError:
        return


def _area(image: Image.Image) -> int:
    return image.width * image.height


def _reduced(image: Image.Image, data: bytes, whole: Image.Image) -> Pixels:
    """Decoded by the smallest scale of the DCT that leaves `_LONG_SIDE`, as sRGB.

    It is in the colours of the `whole` picture, which is that of the file `data`.
    """
    size = fitting(Size(*image.size), _LONG_SIDE)
    image.draft(None, (size.width, size.height))
    values, _ = planes_of(image, "preview")
    colours = stated_in(data, whole).colours
    return srgb_of(samples_of(values, None, whole.info.get("icc_profile"), colours))


def _embedded_preview(data: bytes, image: Image.Image) -> Pixels | None:
    """The largest preview in the file that shows the whole picture; not turned upright.

    Previews carry no profile of their own: they are in the colours of the picture.
    """
    for file in (*_large_thumbnails(data), thumbnail_in(image)):
        try:
            with opened(file, "preview") as preview:
                aspect = preview.width * image.height / (preview.height * image.width)
                # Cameras also pad a thumbnail to another shape with black bars.
                if abs(aspect - 1) <= _SAME_ASPECT:
                    return _reduced(preview, data, image)
        except ImageError:
            # A preview that is damaged or not there is no reason to do without the next one.
            continue
    return None


def _large_thumbnails(data: bytes) -> list[bytes]:
    """The JPEG files behind the first that are marked as previews of it, the largest first.

    Multi-Picture Format (CIPA DC-007), 5.2.3.3: "Large Thumbnail (VGA or Full HD Equivalent)".
    """
    from PIL.MpoImagePlugin import MpoImageFile

    files = []
    try:
        with opened(data, "pictures") as image:
            if isinstance(image, MpoImageFile) and image.mpinfo is not None:
                for number, entry in enumerate(image.mpinfo[_MP_ENTRIES]):
                    if entry["Attribute"]["MPType"].startswith("Large Thumbnail"):
                        image.seek(number)
                        files.append(data[image.offset : image.offset + entry["Size"]])
    except ImageError:
        # Editors leave the index as it is and the pictures out.
        return []
    return sorted(files, key=len, reverse=True)
