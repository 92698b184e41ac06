"""A run from encoded picture to encoded result: sizes, formats, what stays."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.sandbox.render import CannotRender, Order, render
from tests.pictures import photograph
from tests.sandbox.conftest import MASK, PICTURE, decoded, disk, encoded
from tests.sandbox.test_engine import ignore


def test_a_small_picture_keeps_its_size_and_every_pixel_outside_the_mask() -> None:
    result = decoded(render(Order(PICTURE, MASK, "png", 0), ignore))
    kept = disk(96, 64, 14) == 0
    assert np.array_equal(result[kept], photograph(96, 64)[kept])
    assert not np.array_equal(result, photograph(96, 64))


def test_the_long_side_of_a_result_is_at_most_1440() -> None:
    image = np.asarray(cv2.GaussianBlur(photograph(1080, 1920), (0, 0), 2), np.uint8)
    mask = np.zeros((1920, 1080), np.uint8)
    mask[960, 540] = 255
    result = decoded(render(Order(encoded(image), encoded(mask), "png", 0), ignore))
    assert result.shape == (1440, 810, 3)
    expected = np.asarray(Image.fromarray(image).resize((810, 1440), Image.Resampling.BOX))
    kept = np.ones((1440, 810), np.bool_)
    kept[718:723, 403:408] = False
    difference = result[kept].astype(float) - expected[kept]
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 40  # dB


def test_a_pixel_of_the_mask_survives_the_scaling() -> None:
    image = np.full((1600, 2880, 3), 200, np.uint8)
    image[801, 1401] = 0
    mask = np.zeros((1600, 2880), np.uint8)
    mask[801, 1401] = 255
    result = decoded(render(Order(encoded(image), encoded(mask), "png", 0), ignore))
    assert result.shape == (800, 1440, 3)
    assert result.min() > 195


@pytest.mark.parametrize(("size", "preset_size"), [((1, 1), (2, 1)), ((1, 5000), (1, 1440))])
def test_extreme_pictures_are_filled_too(
    size: tuple[int, int], preset_size: tuple[int, int]
) -> None:
    image = encoded(photograph(*size))
    white = encoded(np.full(size[::-1], 255, np.uint8))
    filled = decoded(render(Order(image, white, "png", 0), ignore))
    assert max(filled.shape) == min(1440, max(size)) or size == (1, 1)
    grown = decoded(render(Order(image, Preset.RIGHT, "png", 0), ignore))
    assert grown.shape[1::-1] == preset_size


@pytest.mark.parametrize("preset", Preset)
def test_an_outpaint_keeps_the_picture_in_its_place(preset: Preset) -> None:
    image = photograph(90, 60)
    result = decoded(render(Order(encoded(image), preset, "png", 0), ignore))
    height, width = result.shape[:2]
    places = [
        (y, x)
        for y in range(height - 59)
        for x in range(width - 89)
        if np.array_equal(result[y : y + 60, x : x + 90], image)
    ]
    middle = ((height - 60) // 2, (width - 90) // 2)
    expected = {
        Preset.LEFT: (0, width - 90),
        Preset.RIGHT: (0, 0),
        Preset.TOP: (height - 60, 0),
        Preset.BOTTOM: (0, 0),
    }
    assert places == [expected.get(preset, middle)]
    assert result.size > image.size


def test_a_jpeg_has_all_its_colour() -> None:
    content = render(Order(PICTURE, MASK, "jpg", 0), ignore)
    image = Image.open(io.BytesIO(content))
    assert image.format == "JPEG"
    assert {layer[1:3] for layer in image.layer} == {(1, 1)}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (Order(PICTURE[:900], MASK, "png", 0), "“image”"),
        (Order(PICTURE, MASK[:60], "png", 0), "“mask”"),
        (Order(PICTURE, encoded(disk(64, 96, 9)), "png", 0), "must have the same size"),
    ],
    ids=["image", "mask", "sizes"],
)
def test_what_cannot_be_rendered_says_why(order: Order, text: str) -> None:
    with pytest.raises(CannotRender, match=text):
        render(order, ignore)
