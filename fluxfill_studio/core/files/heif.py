"""HEIC files, by libheif; more than 8 bits are kept."""

from __future__ import annotations

from typing import Final

import numpy as np

from fluxfill_studio.core.errors import ImageKindUnknown
from fluxfill_studio.core.files.decoded import Decoded, check_size, samples_of
from fluxfill_studio.core.files.exif import exif_in
from fluxfill_studio.core.files.stated import stated_in_nclx
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.depth import unmultiply, widen
from fluxfill_studio.core.picture.samples import Values

# The brands of ISO/IEC 23008-12, annex B, that stand for still pictures coded by HEVC, and the
# general one, which other codings have as well.
_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def is_heif(data: bytes) -> bool:
    """Whether a file begins as a HEIC file does (ISO/IEC 14496-12, 4.3)."""
    if data[4:8] != b"ftyp" or data[8:12] not in _BRANDS:
        return False
    return b"avif" not in data[8 : int.from_bytes(data[:4])]


def heif_decoded(data: bytes, name: str) -> Decoded:
    """The primary picture, upright already: libheif turns it as the file says.

    Raises ImageTooLarge, ImageKindUnknown where libheif is not there, and for damage ValueError,
    RuntimeError, OSError, EOFError or SyntaxError.
    """
    try:
        # Takes a while, and most people never open one.
        import pillow_heif
    except ImportError as error:
        raise ImageKindUnknown(name=name) from error  # Built without it, for its licence.

    picture = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    check_size(Size(*picture.size), name)
    numbers: Values = np.asarray(picture)
    height, width = numbers.shape[:2]
    numbers = numbers.reshape(height, width, -1)
    has_alpha = picture.mode.split(";")[0].lower().endswith("a")
    colours = numbers.shape[2] - has_alpha
    # The array is the decoder's own, which cannot be written to.
    values = numbers[..., :colours].copy()
    alpha = numbers[..., colours].copy() if has_alpha else None
    if values.dtype == np.uint16:
        for plane in (values, alpha):
            if plane is not None:
                widen(plane, int(picture.info["bit_depth"]))
    if alpha is not None and picture.premultiplied_alpha:
        unmultiply(values, alpha)
    _, exif = exif_in(picture.info.get("exif") or b"")
    stated = stated_in_nclx(picture.info.get("nclx_profile"))
    samples = samples_of(values, alpha, picture.info.get("icc_profile"), stated.colours)
    return Decoded(samples, exif=exif, is_hdr=stated.is_hdr)
