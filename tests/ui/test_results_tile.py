"""The tile: which face a run has, and what of it is painted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from fluxfill_studio.core.errors import JobFailed
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.results_tile import Face, Kind, face_of, paint_face
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


def test_a_finished_run_is_its_thumbnail_with_number_and_seed(schema: ParameterSchema) -> None:
    face = face_of(finished(schema, 1, seed=4182), None)
    assert (face.kind, face.title) == (Kind.PICTURE, "#1 · seed 4182")
    assert face.image is not None
    assert (face.image.width(), face.image.height()) == (150, 100)


def test_a_run_tells_its_state_progress_and_seconds(schema: ParameterSchema) -> None:
    face = face_of(run(schema, 2, JobState.WAITING, progress=0.62), 9)
    assert (face.kind, face.progress, face.detail) == (Kind.RUNNING, 0.62, "processing · 9 s")
    begun = face_of(run(schema, 2, JobState.UPLOADING), 0)
    assert (begun.kind, begun.progress, begun.detail) == (Kind.RUNNING, None, "uploading · 0 s")


def test_between_the_end_and_the_thumbnail_it_is_not_counted_on(schema: ParameterSchema) -> None:
    face = face_of(run(schema, 2, JobState.DONE, progress=1.0), None)
    assert (face.kind, face.detail) == (Kind.RUNNING, "done")


@pytest.mark.parametrize(
    ("state", "kind"), [(JobState.FAILED, Kind.FAILED), (JobState.STOPPED, Kind.STOPPED)]
)
def test_a_run_without_a_result_says_so(
    schema: ParameterSchema, state: JobState, kind: Kind
) -> None:
    face = face_of(run(schema, 5, state, seed=7, error=JobFailed(reason="no")), None)
    assert (face.kind, face.title, face.detail) == (kind, "#5 · seed 7", state.value)


def test_every_state_has_a_face_with_words(schema: ParameterSchema) -> None:
    for state in JobState:
        assert face_of(run(schema, 1, state), 3).detail


def test_the_ring_grows_with_the_progress(schema: ParameterSchema, look: Look) -> None:
    face = face_of(run(schema, 1, progress=0.0), 1)
    accent = [
        count(painted(replace(face, progress=progress), look), look.theme.accent)
        for progress in (None, 0.25, 0.5, 0.75)
    ]
    assert accent[0] == 0
    assert accent == sorted(set(accent))
    assert accent[3] == pytest.approx(3 * accent[1], rel=0.2)


def test_the_percentage_stands_in_the_ring(schema: ParameterSchema, look: Look) -> None:
    face = face_of(run(schema, 1), 1)
    middle = (BOX.toRect().center().x() - 12, 24, 24, 12)
    plain = painted(face, look).copy(*middle)
    told = painted(replace(face, progress=0.62), look).copy(*middle)
    assert count(plain, look.theme.field) == 24 * 12
    assert count(told, look.theme.field) < 24 * 12 - 50


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


def test_a_failure_is_painted_in_the_colour_of_errors(schema: ParameterSchema, look: Look) -> None:
    failed = face_of(run(schema, 1, JobState.FAILED), None)
    stopped = face_of(run(schema, 1, JobState.STOPPED), None)
    assert count(painted(failed, look), look.theme.error) > 20
    assert count(painted(stopped, look), look.theme.error) == 0
    assert count(painted(stopped, look), look.theme.muted) > 20
