"""The face of a tile: what it says of a run in every state, and what of it is painted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from fluxfill_studio.core.errors import JobFailed, NoConnection, NotEnoughCredits, ServiceFault
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.results_face import Face, Kind, Moment, face_of, paint_face
from tests.pictures import photograph
from tests.ui.runs import finished, run

BOX = QRectF(0, 0, 114, 82)


def painted(face: Face, look: Look) -> QImage:
    image = QImage(BOX.size().toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor(look.theme.panel))
    painter = QPainter(image)
    paint_face(painter, BOX, face, look)
    painter.end()
    return image


def count(image: QImage, colour: str) -> int:
    """How many pixels have exactly this colour."""
    wanted = QColor(colour)
    width, height = image.width(), image.height()
    return sum(image.pixelColor(x, y) == wanted for x in range(width) for y in range(height))


def near(image: QImage, colour: str) -> int:
    """How many pixels are nearly of this colour: thin lines and letters have soft edges."""
    wanted = QColor(colour)

    def is_near(pixel: QColor) -> bool:
        red, green, blue = (
            abs(pixel.red() - wanted.red()),
            abs(pixel.green() - wanted.green()),
            abs(pixel.blue() - wanted.blue()),
        )
        return max(red, green, blue) < 40

    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return sum(is_near(image.pixelColor(x, y)) for x, y in places)


def test_a_finished_run_is_its_thumbnail_with_number_and_seed(schema: ParameterSchema) -> None:
    face = face_of(finished(schema, 1, seed=4182), Moment())
    assert (face.kind, face.title) == (Kind.PICTURE, "#1 · seed 4182")
    assert face.image is not None
    assert (face.image.width(), face.image.height()) == (150, 100)


def test_a_run_tells_its_state_progress_and_time(schema: ParameterSchema) -> None:
    face = face_of(run(schema, 2, JobState.WAITING, progress=0.62), Moment(9, 5.2))
    assert (face.kind, face.progress) == (Kind.RUNNING, 0.62)
    assert (face.detail, face.more) == ("processing", "9 s · 6 s left")
    begun = face_of(run(schema, 2, JobState.UPLOADING), Moment(0))
    assert (begun.detail, begun.more, begun.progress) == ("uploading", "0 s", None)
    late = face_of(run(schema, 2, JobState.WAITING), Moment(75, -1.0))
    assert (late.detail, late.more, late.share) == ("processing", "1:15", None)


def test_without_progress_the_share_of_the_expected_time_is_shown(schema: ParameterSchema) -> None:
    assert face_of(run(schema, 2), Moment(4, 12.0)).share == 0.25
    assert face_of(run(schema, 2, progress=0.1), Moment(4, 12.0)).share is None


@pytest.mark.parametrize(
    ("place", "text"), [(None, "it begins"), (1, "next in line"), (3, "place 3 in line")]
)
def test_a_queued_run_tells_its_place(
    schema: ParameterSchema, place: int | None, text: str
) -> None:
    face = face_of(run(schema, 2, JobState.QUEUED), Moment(place=place))
    assert (face.kind, face.detail, face.more) == (Kind.QUEUED, "queued", text)


def test_a_run_in_trouble_tells_what_and_that_it_goes_on(schema: ParameterSchema) -> None:
    entry = run(schema, 2, JobState.UPLOADING)
    gone = NoConnection(host="h", reason="r")
    face = face_of(replace(entry, job=replace(entry.job, trouble=gone)), Moment(35))
    assert face.in_trouble
    assert (face.detail, face.more) == ("No connection", "waiting · 35 s")
    fault = ServiceFault(reason="r")
    face = face_of(replace(entry, job=replace(entry.job, trouble=fault)), Moment(35))
    assert (face.detail, face.more) == ("Fault at the service", "trying again · 35 s")


def test_a_result_without_a_picture_yet_says_that_it_is_done(schema: ParameterSchema) -> None:
    face = face_of(run(schema, 2, JobState.DONE, progress=1.0), Moment())
    assert (face.kind, face.detail) == (Kind.DONE, "done")


def test_a_run_without_a_result_says_why(schema: ParameterSchema) -> None:
    poor = NotEnoughCredits(required=9, available=4)
    face = face_of(run(schema, 5, JobState.FAILED, seed=7, error=poor), Moment())
    assert (face.kind, face.title) == (Kind.FAILED, "#5 · seed 7")
    assert face.detail == "Needs 9 credits, 4 are there"
    stopped = face_of(run(schema, 5, JobState.STOPPED), Moment())
    assert (stopped.kind, stopped.detail) == (Kind.STOPPED, "stopped")


def test_every_state_has_a_face_with_words(schema: ParameterSchema) -> None:
    for state in JobState:
        assert face_of(run(schema, 1, state), Moment(3)).detail


def test_what_is_the_same_is_equal(schema: ParameterSchema) -> None:
    for entry in (run(schema, 1, progress=0.5), finished(schema, 2)):
        assert face_of(entry, Moment(3)) == face_of(entry, Moment(3))
    assert face_of(finished(schema, 2), Moment()) != face_of(finished(schema, 3), Moment())


def test_the_ring_grows_with_the_progress(schema: ParameterSchema, look: Look) -> None:
    face = face_of(run(schema, 1, progress=0.0), Moment(1))
    accent = [
        count(painted(replace(face, progress=progress), look), look.theme.accent)
        for progress in (None, 0.25, 0.5, 0.75)
    ]
    assert accent[0] == 0
    assert accent == sorted(set(accent))
    assert accent[3] == pytest.approx(3 * accent[1], rel=0.2)


def test_the_percentage_stands_in_the_ring(schema: ParameterSchema, look: Look) -> None:
    face = face_of(run(schema, 1), Moment(1))
    middle = (BOX.toRect().center().x() - 12, 20, 24, 12)
    plain = painted(face, look).copy(*middle)
    told = painted(replace(face, progress=0.62), look).copy(*middle)
    assert count(plain, look.theme.field) == 24 * 12
    assert count(told, look.theme.field) < 24 * 12 - 50


def test_the_expected_time_fills_the_ring_without_the_accent(
    schema: ParameterSchema, look: Look
) -> None:
    plain = painted(face_of(run(schema, 1), Moment(8)), look)
    timed = painted(face_of(run(schema, 1), Moment(8, 8.0)), look)
    assert count(timed, look.theme.accent) == 0
    assert count(timed, look.theme.muted) > count(plain, look.theme.muted) + 50


def test_trouble_is_painted_in_the_colour_of_warnings(schema: ParameterSchema, look: Look) -> None:
    calm = face_of(run(schema, 1), Moment(8))
    assert near(painted(calm, look), look.theme.warning) == 0
    assert near(painted(replace(calm, in_trouble=True), look), look.theme.warning) > 5


def test_the_caption_lies_on_the_picture_and_fits_it(look: Look) -> None:
    picture = to_image(photograph(300, 200))
    plain = painted(Face(Kind.PICTURE, "", image=picture), look)
    captioned = painted(Face(Kind.PICTURE, "#2 · seed 2147483647000", image=picture), look)
    differs = [
        (x, y)
        for x in range(plain.width())
        for y in range(plain.height())
        if plain.pixelColor(x, y) != captioned.pixelColor(x, y)
    ]
    assert min(y for _, y in differs) > BOX.height() / 2
    assert max(x for x, _ in differs) < BOX.width() - 4


def test_a_failure_has_the_sign_of_errors(schema: ParameterSchema, look: Look) -> None:
    error = JobFailed(reason="no")
    failed = face_of(run(schema, 1, JobState.FAILED, error=error), Moment())
    stopped = face_of(run(schema, 1, JobState.STOPPED), Moment())
    assert near(painted(failed, look), look.theme.error) > 0
    assert near(painted(stopped, look), look.theme.error) == 0
