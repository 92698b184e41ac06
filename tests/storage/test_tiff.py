"""TIFF files as Pillow and OpenCV read them, and as the specification says they are to be read."""

from __future__ import annotations

import errno
import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.storage import tiff
from fluxfill_studio.storage.tiff import write_tiff

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
BITS, PHOTOMETRIC, OFFSETS, CHANNELS, ROWS, LENGTHS, EXTRA = 258, 262, 273, 277, 278, 279, 338


def noise(
    model: ColourModel, depth: int, *, alpha: bool = False, shape: tuple[int, int] = (23, 37)
) -> Samples:
    """Values over the whole range, which no compression or prediction finds easy."""
    rng = np.random.default_rng(7)

    def values(*shape: int) -> Values:
        if depth == 8:
            return rng.integers(0, 256, shape, dtype=np.uint8)
        return rng.integers(0, 65536, shape, dtype=np.uint16)

    return Samples(values(*shape, model.value), values(*shape) if alpha else None)


def whole(samples: Samples) -> Values:
    """All channels, the alpha last."""
    if samples.alpha is None:
        return samples.values
    return np.dstack([samples.values, samples.alpha])


def written(samples: Samples, exif: bytes | None = None) -> bytes:
    file = io.BytesIO()
    write_tiff(file, samples, exif)
    return file.getvalue()


def by_opencv(data: bytes) -> Values:
    """Channels as OpenCV orders them."""
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))


def directory_of(data: bytes) -> ImageFileDirectory_v2:
    directory = ImageFileDirectory_v2(data[:8])
    file = io.BytesIO(data)
    file.seek(directory.next)
    directory.load(file)
    return directory


def by_the_book(data: bytes) -> Values:
    """All channels of a TIFF as ours are: strips of zlib streams of differences along the row."""
    tags = directory_of(data)
    order = "<" if data[:2] == b"II" else ">"
    dtype = np.dtype(f"{order}u{tags[BITS][0] // 8}")
    width, height, channels = tags[256], tags[257], tags[CHANNELS]
    assert (tags[259], tags[284], tags[317]) == (8, 1, 2)
    assert tags[BITS] == (tags[BITS][0],) * channels
    bands = []
    for offset, length in zip(tags[OFFSETS], tags[LENGTHS], strict=True):
        assert offset % 2 == 0
        band = np.frombuffer(zlib.decompress(data[offset : offset + length]), dtype)
        bands.append(band.reshape(-1, width, channels))
        assert len(bands[-1]) == min(tags[ROWS], height - sum(len(band) for band in bands[:-1]))
    differences = np.concatenate(bands)
    assert differences.shape[0] == height
    return np.cumsum(differences, axis=1, dtype=dtype.newbyteorder("="))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("model", ColourModel)
def test_every_kind_of_samples_is_written_as_the_specification_says(
    model: ColourModel, depth: int, alpha: bool
) -> None:
    samples = noise(model, depth, alpha=alpha)
    data = written(samples)
    tags = directory_of(data)
    photometrics = {ColourModel.GREY: 1, ColourModel.RGB: 2, ColourModel.CMYK: 5}
    assert tags[PHOTOMETRIC] == photometrics[model]
    assert tags[BITS][0] == depth
    assert tags.get(EXTRA) == ((2,) if alpha else None)
    assert np.array_equal(by_the_book(data), whole(samples))


@pytest.mark.parametrize(
    ("samples", "mode"),
    [
        (noise(ColourModel.GREY, 8), "L"),
        (noise(ColourModel.GREY, 8, alpha=True), "LA"),
        (noise(ColourModel.GREY, 16), "I;16"),
        (noise(ColourModel.RGB, 8), "RGB"),
        (noise(ColourModel.RGB, 8, alpha=True), "RGBA"),
        (noise(ColourModel.CMYK, 8), "CMYK"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pillow_reads_the_same(samples: Samples, mode: str) -> None:
    with Image.open(io.BytesIO(written(samples))) as image:
        assert image.mode == mode
        assert np.array_equal(np.atleast_3d(np.asarray(image)), whole(samples))


@pytest.mark.parametrize("depth", [8, 16])
def test_opencv_reads_the_same(depth: int) -> None:
    for model, order in ((ColourModel.GREY, [0]), (ColourModel.RGB, [2, 1, 0])):
        samples = noise(model, depth)
        read = np.atleast_3d(by_opencv(written(samples)))
        assert read.dtype == samples.values.dtype
        assert np.array_equal(read[:, :, order], samples.values)


def test_opencv_reads_the_same_with_alpha_of_16_bits() -> None:
    # Of 8 bits, it multiplies the alpha in.
    samples = noise(ColourModel.RGB, 16, alpha=True)
    read = by_opencv(written(samples))
    assert np.array_equal(read[:, :, [2, 1, 0, 3]], whole(samples))


@pytest.mark.parametrize("shape", [(1, 1), (40_000, 1), (1, 40_000), (900, 1999)])
def test_what_is_compressed_in_strips_is_one_picture(shape: tuple[int, int]) -> None:
    samples = noise(ColourModel.RGB, 8, shape=shape)
    data = written(samples)
    assert np.array_equal(by_the_book(data), samples.values)
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(np.asarray(image), samples.values)


def test_a_view_is_written_like_any_picture() -> None:
    values = noise(ColourModel.RGB, 16).values[::-1, ::2]
    assert np.array_equal(by_the_book(written(Samples(values))), values)


def exif_with_a_makers_own_places() -> bytes:
    """A note that names a place in the Exif data by its offset, as many makers write it."""
    exif = Image.Exif()
    exif[Base.Model], exif[Base.Copyright] = "Phone", "Somebody"
    exif[Base.ExifOffset] = {Base.MakerNote: b"here: 1234", Base.DateTimeOriginal: "2026:01:02"}
    exif[Base.GPSInfo] = {1: "N", 2: (52.0, 31.0, 12.0)}
    data = exif.tobytes()
    place = data.index(b"here: ")
    return data.replace(b"1234", struct.pack(">L", place - len(b"Exif\0\0")))


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_exif_data_goes_along_byte_for_byte(prefix: bytes) -> None:
    given = exif_with_a_makers_own_places().removeprefix(b"Exif\0\0")
    data = written(noise(ColourModel.RGB, 16), prefix + given)
    # All but where the first directory is.
    assert data[:4] == given[:4]
    assert data[8 : len(given)] == given[8:]
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        exif = image.getexif()
        assert (exif[Base.Model], exif[Base.Copyright]) == ("Phone", "Somebody")
        shot = exif.get_ifd(Base.ExifOffset)
        assert shot[Base.DateTimeOriginal] == "2026:01:02"
        assert exif.get_ifd(Base.GPSInfo) == {1: "N", 2: (52.0, 31.0, 12.0)}
    (place,) = struct.unpack(">L", shot[Base.MakerNote][-4:])
    assert data[place:].startswith(b"here: ")


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_picture_is_in_the_byte_order_of_its_exif_data(order: str) -> None:
    begin = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHL4s", Base.Model, 2, 4, b"Cam\0")
    exif = begin + struct.pack(f"{order}LH", 8, 1) + entry + bytes(4)
    for depth in (8, 16):
        samples = noise(ColourModel.CMYK, depth, alpha=True)
        data = written(samples, exif)
        assert data[:4] == begin
        assert directory_of(data)[Base.Model] == "Cam"
        assert np.array_equal(by_the_book(data), whole(samples))
        read = noise(ColourModel.RGB, depth)
        assert np.array_equal(by_opencv(written(read, exif))[:, :, ::-1], read.values)


def test_what_describes_the_picture_is_not_taken_from_exif_data() -> None:
    exif = Image.Exif()
    exif[Base.ImageWidth], exif[Base.Model] = 4000, "Phone"
    data = written(noise(ColourModel.GREY, 8), exif.tobytes())
    tags = directory_of(data)
    assert (tags[Base.ImageWidth], tags[Base.Model]) == (37, "Phone")
    # Every tag once, in ascending order.
    (place,) = struct.unpack_from(">L", data, 4)
    (count,) = struct.unpack_from(">H", data, place)
    listed = [struct.unpack_from(">H", data, place + 2 + 12 * i)[0] for i in range(count)]
    assert listed == sorted(set(tags))


def test_exif_data_that_is_none_is_refused() -> None:
    for exif in (b"", b"Exif\0\0", b"Exif\0\0" + b"x" * 100):
        with pytest.raises(ValueError, match="Exif"):
            written(noise(ColourModel.GREY, 8), exif)


@pytest.mark.parametrize("dpi", [(300, 240), (72.5, 1e4 / 3), (65535, 2)])
def test_profile_and_resolution_go_along(dpi: tuple[float, float]) -> None:
    samples = noise(ColourModel.RGB, 8)
    file = io.BytesIO()
    write_tiff(file, Samples(samples.values, None, SRGB), dpi=dpi)
    with Image.open(file) as image:
        assert image.info["icc_profile"] == SRGB
        assert tuple(map(float, image.info["dpi"])) == pytest.approx(dpi, rel=1e-6)


def test_what_passes_4_gb_is_refused_before_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples = noise(ColourModel.RGB, 16, shape=(1000, 1000))
    size = len(written(samples))
    for largest in (size // 2, size - 10, size):
        monkeypatch.setattr(tiff, "_LARGEST", largest)
        file = io.BytesIO()
        if largest == size:
            write_tiff(file, samples)
            continue
        with pytest.raises(OSError, match="too large") as caught:
            write_tiff(file, samples)
        assert caught.value.errno == errno.EFBIG
        assert len(file.getvalue()) <= largest
