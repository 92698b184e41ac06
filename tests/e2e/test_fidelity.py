"""Every pixel outside the mask stays as it was: whole runs over depths, models, profiles, formats.

The service here does to every pixel what the real one does: it scales, resamples and recolours the
whole picture. Runs go from a file through a real HTTP server to a file.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typing_extensions import override

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import JobState, Wish
from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.core.types import Plane
from fluxfill_studio.jobs.preparing import Order, plan_run
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.saving import save_picture
from tests.faulty_service import FaultyService
from tests.jobs.desk import Desk
from tests.pictures import photograph
from tests.profiles import adobe_rgb, cmyk, display_p3, grey_gamma_22, srgb
from tests.quick_account import Terms
from tests.simulated_service import Service

pytestmark = pytest.mark.anyio

SIZE = Size(240, 160)
SHIFTED = Service(gain=(1.05, 0.97, 0.95), offset=(-4, 6, 3), long_side=330)


def negative(image: bytes, mask: bytes | None, params: Mapping[str, Value]) -> bytes:
    """The service's answer: the picture anew, with its negative where the mask is white."""
    with Image.open(io.BytesIO(image)) as opened:
        assert opened.mode == "RGB"
        assert not {"icc_profile", "exif", "dpi"} & set(opened.info)
        sent = np.asarray(opened)
    assert mask is not None
    with Image.open(io.BytesIO(mask)) as opened:
        white = np.asarray(opened.convert("L"))
    assert white.shape == sent.shape[:2]
    assert set(np.unique(white)) <= {0, 255}
    filled = np.where(white[:, :, None] > 0, 255 - sent, sent)
    buffer = io.BytesIO()
    format_name = "PNG" if params["output_format"] == "png" else "JPEG"
    Image.fromarray(SHIFTED.returns(filled)).save(buffer, format_name, compress_level=1)
    return buffer.getvalue()


def hard() -> Plane:
    mask = np.zeros(SIZE.shape, np.uint8)
    cv2.circle(mask, (120, 80), 40, 255, cv2.FILLED)
    return mask


def soft() -> Plane:
    return np.asarray(cv2.GaussianBlur(hard(), (0, 0), 8), np.uint8)


def touching_the_border() -> Plane:
    mask = np.zeros(SIZE.shape, np.uint8)
    mask[:50, :70] = 255
    return mask


def hairline() -> Plane:
    mask = np.zeros(SIZE.shape, np.uint8)
    cv2.line(mask, (20, 20), (210, 130), 255, 1, cv2.LINE_AA)
    return mask


def two_areas() -> Plane:
    mask = np.zeros(SIZE.shape, np.uint8)
    mask[20:60, 20:60] = 255
    mask[90:150, 150:230] = 180
    return mask


MASKS: tuple[Callable[[], Plane], ...] = (hard, soft, touching_the_border, hairline, two_areas)


@dataclass(frozen=True)
class Case:
    """A kind of picture in a kind of file."""

    model: ColourModel
    depth: int
    profile: str
    ending: str
    alpha: bool = False

    @override
    def __str__(self) -> str:
        alpha = "+alpha" if self.alpha else ""
        return f"{self.model.name}{alpha}-{self.depth}-{self.profile}{self.ending}"

    def source(self) -> Source:
        channels = self.model.value + self.alpha
        planes = [photograph(SIZE.width, SIZE.height, seed=seed)[:, :, 0] for seed in range(5)]
        values: Values = np.dstack(planes[:channels])
        if self.depth == 16:
            noise = np.random.default_rng(1).integers(0, 256, values.shape, dtype=np.uint16)
            values = values.astype(np.uint16) * 256 + noise
        alpha = values[:, :, -1] if self.alpha else None
        icc = PROFILES[self.profile]
        samples = Samples(
            np.ascontiguousarray(values[:, :, : self.model.value]), alpha, icc and icc()
        )
        # Its pixels are for the screen only: a reader makes them of the file.
        return Source("case", samples, photograph(SIZE.width, SIZE.height), dpi=(240.0, 240.0))


PROFILES: Mapping[str, Callable[[], bytes] | None] = {
    "none": None,
    "srgb": lambda: srgb().data,
    "p3": lambda: display_p3().data,
    "adobe": lambda: adobe_rgb().data,
    "grey": lambda: grey_gamma_22().data,
    "cmyk": cmyk,
}
OF_MODEL = {
    ColourModel.GREY: ("none", "grey"),
    ColourModel.RGB: ("none", "srgb", "p3", "adobe"),
    ColourModel.CMYK: ("none", "cmyk"),
}
CASES = [
    Case(model, depth, profile, ending, alpha)
    for model, profiles in OF_MODEL.items()
    for depth in (8, 16)
    for profile in profiles
    for ending in (".png", ".tif")
    for alpha in (False, True)
    # PNG knows no inks; and transparent inks are no picture anybody has.
    if model is not ColourModel.CMYK or (ending == ".tif" and not alpha)
]


@pytest.fixture
async def desk(tmp_path: Path, schema: ParameterSchema) -> AsyncIterator[Desk]:
    with FaultyService(schema, terms=Terms(painter=negative, polls=1)) as service:
        async with Desk(tmp_path / "data", schema, service.url) as desk:
            yield desk


async def begun(desk: Desk, source: Source, mask: Plane, output: Path, blend: Blend) -> str:
    """The id of a run whose picture is to be left in `output`."""
    request = FillRequest.build(desk.schema, {"prompt": "x", "output_format": "png"})
    wish = Wish(str(output), overwrite=False)
    order = Order(request, plan_run(source, mask), desk.engine, desk.base_url, wish, blend)
    return (await desk.queue.add(order)).id


async def filled(desk: Desk, source: Source, mask: Plane, output: Path, blend: Blend) -> Source:
    """The picture that a run leaves in `output`, as it is read from there."""
    job_id = await begun(desk, source, mask, output, blend)
    await desk.over()
    return left(desk, job_id, output)


def left(desk: Desk, job_id: str, output: Path) -> Source:
    """The picture that a run has left there."""
    assert desk.jobs[job_id].state is JobState.DONE, desk.jobs[job_id].error
    assert desk.outcomes[job_id].changed_outside == 0
    return read_source(output)


def check(before: Source, after: Source, mask: Plane) -> None:
    """Nothing differs outside of `mask` in any sample, and inside something does."""
    one, other = before.samples, after.samples
    assert (one.model, one.depth, one.size) == (other.model, other.depth, other.size)
    assert one.icc_profile == other.icc_profile
    differs = (one.values != other.values).any(axis=2)
    assert np.count_nonzero(differs & (mask == 0)) == 0
    assert np.count_nonzero(differs & (mask > 0)) > np.count_nonzero(mask > 0) // 2
    assert (one.alpha is None) == (other.alpha is None)
    if one.alpha is not None and other.alpha is not None:
        assert np.array_equal(one.alpha, other.alpha)
    assert before.dpi == pytest.approx(after.dpi, abs=0.02)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_saved_differs_inside_the_mask_only(
    desk: Desk, tmp_path: Path, case: Case
) -> None:
    path = tmp_path / f"before{case.ending}"
    save_picture(path, case.source(), overwrite=False)
    before = read_source(path)
    assert (before.samples.model, before.samples.depth) == (case.model, case.depth)
    runs = []
    for number, make in enumerate(MASKS):
        mask, output = make(), tmp_path / f"after-{number}{case.ending}"
        # Every mask with another way to match.
        blend = Blend(match=list(Match)[number % len(Match)])
        runs.append((await begun(desk, before, mask, output, blend), mask, output))
    await desk.over()
    for job_id, mask, output in runs:
        check(before, left(desk, job_id, output), mask)


def palette(path: Path) -> None:
    image = Image.fromarray(photograph(SIZE.width, SIZE.height)).quantize(64)
    image.save(path, icc_profile=display_p3().data)


def plain(path: Path) -> None:
    Image.fromarray(photograph(SIZE.width, SIZE.height)).save(path)


def inked(path: Path) -> None:
    Image.fromarray(photograph(SIZE.width, SIZE.height)).convert("CMYK").save(path)


@pytest.mark.parametrize(
    ("name", "write", "ending"),
    [
        ("palette.png", palette, ".png"),
        ("palette.gif", plain, ".png"),
        ("photo.jpg", plain, ".png"),
        ("photo.jpg", plain, ".webp"),
        ("photo.jpg", plain, ".avif"),
        ("inked.jpg", inked, ".tif"),
        ("photo.webp", plain, ".webp"),
        ("photo.bmp", plain, ".tif"),
        ("photo.avif", plain, ".png"),
    ],
)
async def test_any_file_can_become_one_that_keeps_all(
    desk: Desk, tmp_path: Path, name: str, write: Callable[[Path], None], ending: str
) -> None:
    path = tmp_path / name
    write(path)
    before = read_source(path)
    if not before.dpi:
        # What a file does not say is not compared.
        before = Source(before.name, before.samples, before.pixels, before.exif)
    mask = soft()
    after = await filled(desk, before, mask, tmp_path / f"after{ending}", Blend())
    check(before, after, mask)


async def test_what_is_transparent_is_sent_on_white_and_put_back(
    desk: Desk, tmp_path: Path
) -> None:
    pixels = photograph(SIZE.width, SIZE.height)
    alpha = np.full(SIZE.shape, 255, np.uint8)
    alpha[:, 120:] = 0
    source = Source("cut-out", Samples(pixels, alpha), pixels)
    after = await filled(desk, source, hard(), tmp_path / "after.png", Blend())
    check(Source("cut-out", source.samples, pixels), after, hard())
