"""Prompts that name what should not be there are told from those that say what should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.prompt import reads_like_a_negative
from fluxfill_studio.core.schema import ParameterSchema


@pytest.mark.parametrize(
    "prompt",
    [
        "an empty street, no people",
        "No cars",
        "a beach without umbrellas",
        "do not add text",
        "don't change the sky",
        "don’t change the sky",
        "dont change the sky",
        "a table that isn't wet",
        "nobody in the picture",
        "a wall, nothing on it",
        "avoid shadows",
        "not blurry",
        "a sign reading 'OPEN', without a frame",
        "the model's hat, but no scarf on the model's neck",
    ],
)
def test_a_negative_is_noticed(prompt: str) -> None:
    assert reads_like_a_negative(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "a tall glass of iced matcha latte with a paper straw",
        "a knot in a nautical rope",
        "a notebook beside a bottle of No. 5 perfume",
        "bus no 7 at the stop",
        "a never-ending field of tulips",
        "a sign reading 'NO PARKING'",
        'a neon sign that says "do not disturb"',
        "a poster with the words “Not today”",
        "a crossing light that shows 'DON'T WALK'",
        "the widow's cant of the roof",
        "nonesuch and nought",
    ],
)
def test_a_description_is_left_alone(prompt: str) -> None:
    assert not reads_like_a_negative(prompt)


def test_no_example_of_the_schema_reads_like_a_negative(schema: ParameterSchema) -> None:
    examples = [example for p in schema.parameters for example in p.examples]
    assert examples
    assert not any(reads_like_a_negative(example) for example in examples)


@given(st.text(st.characters(exclude_characters="\"'“”‘’")))
def test_a_negative_is_noticed_wherever_it_stands(text: str) -> None:
    assert reads_like_a_negative(f"{text} without cars")
    assert reads_like_a_negative(f"without cars {text}")
