"""Picture bytes to arrays and back, in memory."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError
from typing_extensions import override

from fluxfill_studio.core.errors import ImageEmpty, ImageTruncated, NotAnImage
from fluxfill_studio.core.files.decoded import Decoded, Progress, check_size, dpi_of, samples_of
from fluxfill_studio.core.files.direct import JPEG_FORMATS, decoded_directly, has_more_than_8_bits
from fluxfill_studio.core.files.exif import exif_of, has_resolution, upright
from fluxfill_studio.core.files.heif import heif_decoded, is_heif
from fluxfill_studio.core.files.pillow import PILLOW_ERRORS, planes_of
from fluxfill_studio.core.files.psd import SIGNATURE as PSD_SIGNATURE
from fluxfill_studio.core.files.psd import psd_decoded
from fluxfill_studio.core.files.stated import stated_in
from fluxfill_studio.core.files.tiff import SIGNATURES as TIFF_SIGNATURES
from fluxfill_studio.core.files.tiff import tiff_decoded
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.depth import to_8_bits
from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Pixels, Plane

READABLE_FORMATS: Final = (
    "PNG",
    "JPEG",
    "WebP",
    "TIFF",
    "BMP",
    "GIF",
    "AVIF",
    "HEIC",
    "PSD",
)
_PILLOW_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
# Of one text or profile in a PNG file, unpacked. Pillow stops at one megabyte, and the profiles
# of scanners and presses are larger.
_MAX_PNG_TEXT: Final = 2**26


def decode(data: bytes, name: str, report: Progress = lambda _: None) -> Source:
    """Decode a picture file of one of READABLE_FORMATS, upright; of several pictures the first.

    Of a PSD file it is the merged picture. `name` stands in the texts of errors; what `report` is
    told grows and ends with 1. Raises ImageEmpty, NotAnImage, ImageTruncated, ImageKindUnknown or
    ImageTooLarge (more than MAX_PIXELS), before anything large is allocated in the last case.
    """
    stored = _decoded(data, name, report)
    # Only now is Pillow's copy of the pixels gone: turning needs room for another.
    samples = _upright(stored)
    source = Source(
        name=name,
        samples=samples,
        pixels=srgb_of(samples),
        exif=stored.exif,
        dpi=stored.dpi,
        reduced=stored.reduced,
        is_hdr=stored.is_hdr,
    )
    report(1.0)
    return source


def decode_thumbnail(data: bytes, name: str, side: int) -> Pixels:
    """A small copy of a picture file, no side longer than `side`; a JPEG is decoded reduced.

    Raises what `decode` raises.
    """
    stored = _decoded(data, name, draft=side)
    values = stored.samples.values
    height, width = values.shape[:2]
    size = fitting(Size(width, height), side)
    small = cv2.resize(values, (size.width, size.height), interpolation=cv2.INTER_AREA)
    # OpenCV leaves out the axis of a single channel.
    small = np.asarray(small, values.dtype).reshape(*size.shape, -1)
    samples = replace(stored.samples, values=small, alpha=None)
    return srgb_of(_upright(replace(stored, samples=samples)))


def decode_mask(data: bytes, name: str) -> Plane:
    """Decode a mask file to coverage: its luminance, multiplied by its alpha where it has one.

    A mask is no colour: its numbers are taken as they are, whatever profile goes with them.
    """
    samples = replace(_upright(_decoded(data, name)), icc_profile=None)
    if samples.model is ColourModel.GREY:
        plane = to_8_bits(samples.values[..., 0])
    else:
        plane = np.asarray(cv2.cvtColor(srgb_of(samples), cv2.COLOR_RGB2GRAY), np.uint8)
    if samples.alpha is not None:
        plane = np.asarray(cv2.multiply(plane, to_8_bits(samples.alpha), scale=1 / 255), np.uint8)
    return plane


@contextmanager
def opened(data: bytes, name: str, report: Progress = lambda _: None) -> Iterator[Image.Image]:
    """The picture in `data`, its header read; what decoders raise inside is translated here."""
    with (
        _translated(data, name),
        Image.open(_ReportingBytes(data, report), formats=_PILLOW_FORMATS) as image,
    ):
        check_size(Size(*image.size), name)
        yield image


@contextmanager
def _translated(data: bytes, name: str) -> Iterator[None]:
    """What decoders raise as ImageError."""
    if not data:
        raise ImageEmpty(name=name)
    # Pillow's own limit is one number for the whole process and far below 100 megapixels' needs;
    # ours is checked from the header, before the pixels are decoded.
    Image.MAX_IMAGE_PIXELS = None
    PngImagePlugin.MAX_TEXT_CHUNK = _MAX_PNG_TEXT
    # Pillow also warns of damage in parts of a file that are not needed.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    try:
        yield
    except UnidentifiedImageError as error:
        raise NotAnImage(name=name) from error
    except PILLOW_ERRORS as error:
        raise ImageTruncated(name=name) from error


class _ReportingBytes(io.BytesIO):
    """Bytes that tell how far they have been read: the only progress that decoders give."""

    def __init__(self, data: bytes, report: Progress) -> None:
        super().__init__(data)
        self._size = len(data)
        self._report = report
        self._furthest = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        # Decoders also go back and read again.
        if self.tell() > self._furthest:
            self._furthest = self.tell()
            self._report(self._furthest / self._size)
        return chunk


def _decoded(
    data: bytes, name: str, report: Progress = lambda _: None, draft: int | None = None
) -> Decoded:
    """The picture as it is stored; a JPEG reduced to no less than `draft` where that is given."""
    with _translated(data, name):
        if data.startswith(PSD_SIGNATURE):
            return psd_decoded(data, name, report)
        if is_heif(data):
            return heif_decoded(data, name)
        if data.startswith(TIFF_SIGNATURES):
            tiff = tiff_decoded(data, name, report)
            if tiff is not None:
                return tiff
    with opened(data, name, report) as image:
        direct = None
        if draft is not None and image.format in JPEG_FORMATS:
            image.draft(None, (draft, draft))
        else:
            direct = decoded_directly(data, image)
        values, alpha = direct or planes_of(image, name)
        stated = stated_in(data, image)
        dpi = _dpi_of(image)
        # What stands behind the pixels of a PNG is known only now.
        orientation, exif = exif_of(image)
        return Decoded(
            samples_of(values, alpha, image.info.get("icc_profile"), stated.colours),
            orientation,
            exif,
            dpi,
            reduced=direct is None and has_more_than_8_bits(data, image),
            is_hdr=stated.is_hdr,
        )


def _dpi_of(image: Image.Image) -> tuple[float, float] | None:
    # Where a JPEG has Exif data and no resolution, Pillow says 72.
    if image.format in JPEG_FORMATS and not (image.info.get("jfif_unit") or has_resolution(image)):
        return None
    x, y = image.info.get("dpi", (0, 0))
    return dpi_of(float(x), float(y))


def _upright(stored: Decoded) -> Samples:
    samples, orientation = stored.samples, stored.orientation
    alpha = None if samples.alpha is None else upright(samples.alpha, orientation)
    return replace(samples, values=upright(samples.values, orientation), alpha=alpha)
