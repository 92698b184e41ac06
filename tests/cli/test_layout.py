"""What of a picture is sent, how far it grows and how it is blended, in words and numbers."""

from __future__ import annotations

from argparse import Namespace

import pytest

from fluxfill_studio.cli.arguments import build_parser, parse, request_from
from fluxfill_studio.cli.layout import (
    ANCHORS,
    EXTENTS,
    MATCHES,
    blend_of,
    context_of,
    extension_of,
    grows_exactly,
)
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.extension import Anchor, Extension
from fluxfill_studio.core.planning.plan import AUTOMATIC, WHOLE, Context, Extent
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import ParameterSchema

FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o", "out.png"]
OUTPAINT = ["outpaint", "photo.png", "--prompt", "calm water", "-o", "out.png"]
SIZE = Size(600, 400)


def parsed(schema: ParameterSchema, *arguments: str) -> Namespace:
    return parse(build_parser(schema), arguments)


def test_the_words_are_those_of_the_core(schema: ParameterSchema) -> None:
    assert list(MATCHES) == [match.value for match in Match]
    assert list(ANCHORS) == [anchor.value for anchor in Anchor]
    assert list(EXTENTS.values()) == [extent.name for extent in Extent]
    assert blend_of(parsed(schema, *FILL)) == Blend()


@pytest.mark.parametrize(
    ("arguments", "blend"),
    [
        (["--feather", "12", "--grow", "3", "--match", "mean"], Blend(12, 3, Match.MEAN)),
        (["--feather", "auto", "--match", "none"], Blend(None, 0, Match.NONE)),
        (["--feather", "0"], Blend(feather=0)),
    ],
)
def test_a_fill_is_blended_as_it_is_said(
    schema: ParameterSchema, arguments: list[str], blend: Blend
) -> None:
    assert blend_of(parsed(schema, *FILL, *arguments)) == blend


@pytest.mark.parametrize(
    ("text", "context"),
    [("auto", AUTOMATIC), ("whole", WHOLE), ("10,20,300,200", Rect(10, 20, 300, 200))],
)
def test_what_is_sent_is_said_by_a_word_or_a_rectangle(
    schema: ParameterSchema, text: str, context: Context
) -> None:
    assert context_of(parsed(schema, *FILL, "--context", text)) == context


@pytest.mark.parametrize(
    ("arguments", "extension"),
    [
        (["--left", "301", "--bottom", "77"], Extension(left=301, bottom=77)),
        (["--right", "25%", "--top", "12.5%"], Extension(right=150, top=50)),
        (["--aspect", "16:9"], Extension(left=55, right=56)),
        (["--aspect", "1:1", "--anchor", "bottom"], Extension(top=200)),
        (["--aspect", "2:1", "--anchor", "left"], Extension(right=200)),
    ],
)
def test_a_picture_grows_by_just_so_much(
    schema: ParameterSchema, arguments: list[str], extension: Extension
) -> None:
    args = parsed(schema, *OUTPAINT, *arguments)
    assert grows_exactly(args)
    assert extension_of(args, SIZE) == extension
    request = request_from(args, schema)
    assert request.mode is Mode.INPAINT
    assert "outpaint" not in request.values


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--preset", "Make square", "--left", "10"],
        ["--left", "10", "--aspect", "16:9"],
        ["--left", "10", "--anchor", "top"],
    ],
)
def test_a_picture_grows_in_one_way(schema: ParameterSchema, arguments: list[str]) -> None:
    with pytest.raises(ParameterError):
        request_from(parsed(schema, *OUTPAINT, *arguments), schema)


@pytest.mark.parametrize(
    "arguments",
    [
        [*FILL, "--context", "1,2,3"],
        [*FILL, "--context", "1,2,0,4"],
        [*FILL, "--feather", "-1"],
        [*FILL, "--feather", "few"],
        [*FILL, "--grow", "1.5"],
        [*FILL, "--match", "perfectly"],
        [*OUTPAINT, "--left", "-5"],
        [*OUTPAINT, "--left", "1.5"],
        [*OUTPAINT, "--aspect", "wide"],
        [*OUTPAINT, "--aspect", "0:9"],
        [*OUTPAINT, "--aspect", "16:9", "--anchor", "middle"],
    ],
)
def test_what_makes_no_sense_is_refused(schema: ParameterSchema, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parsed(schema, *arguments)
    assert exit_.value.code == 2
