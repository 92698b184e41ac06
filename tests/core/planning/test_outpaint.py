"""Presets: the service's names, and where each one lets the picture grow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.outpaint import Preset, approximate_frame
from fluxfill_studio.core.schema import ParameterSchema

sizes = st.builds(Size, st.integers(1, 20_000), st.integers(1, 20_000))


def test_the_presets_are_the_choices_of_the_schema(schema: ParameterSchema) -> None:
    choices = [choice.value for choice in schema["outpaint"].choices]
    assert choices == [preset.value for preset in Preset]


@given(st.sampled_from(Preset), sizes)
def test_the_source_lies_inside_its_frame(preset: Preset, size: Size) -> None:
    source = Rect.of(size)
    frame = approximate_frame(preset, size)
    assert frame.intersected(source) == source
    if preset is not Preset.SQUARE:
        assert frame.size.area > size.area


@given(st.sampled_from([(Preset.ZOOM_OUT_1_5, 1.5), (Preset.ZOOM_OUT_2, 2.0)]), sizes)
def test_zooming_out_keeps_the_proportion_and_the_middle(
    zoom: tuple[Preset, float], size: Size
) -> None:
    preset, factor = zoom
    frame = approximate_frame(preset, size)
    assert abs(frame.width - factor * size.width) <= 0.5
    assert abs(frame.height - factor * size.height) <= 0.5
    assert abs((frame.x + frame.right) - size.width) <= 1
    assert abs((frame.y + frame.bottom) - size.height) <= 1


@given(sizes)
def test_a_square_has_the_long_side_and_the_source_in_its_middle(size: Size) -> None:
    frame = approximate_frame(Preset.SQUARE, size)
    assert frame.size == Size(size.long_side, size.long_side)
    assert abs((frame.x + frame.right) - size.width) <= 1
    assert abs((frame.y + frame.bottom) - size.height) <= 1


@pytest.mark.parametrize(
    ("preset", "grows"),
    [
        (Preset.LEFT, ("x",)),
        (Preset.RIGHT, ("right",)),
        (Preset.TOP, ("y",)),
        (Preset.BOTTOM, ("bottom",)),
    ],
)
@given(size=sizes)
def test_a_side_preset_moves_that_side_alone(preset: Preset, grows: tuple[str], size: Size) -> None:
    source, frame = Rect.of(size), approximate_frame(preset, size)
    moved = {
        side
        for side in ("x", "y", "right", "bottom")
        if getattr(frame, side) != getattr(source, side)
    }
    assert moved == set(grows)
    assert frame.size.area <= 2 * size.area
