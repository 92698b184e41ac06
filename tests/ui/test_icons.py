"""The icons: one hand in all drawings, tinted as asked, sharp at every scale."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from fluxfill_studio.ui.icons import IconSet

FOLDER = Path(__file__).parents[2] / "resources" / "icons"
NAMES = sorted(file.stem for file in FOLDER.glob("*.svg") if file.stem != "app")
INK = QColor("#6ea8fe")

REQUIRED = {
    *("brush", "eraser", "lasso", "polygon", "rectangle", "ellipse", "bucket", "smart-select"),
    *("hand", "zoom", "undo", "redo", "invert", "clear", "fit", "actual-size", "zoom-in"),
    *("zoom-out", "open", "paste", "save", "run", "stop", "retry", "remove", "seed-dice"),
    *("reset", "settings", "chevron-down", "chevron-right", "check", "close", "warning", "info"),
    *("error", "compare-side", "use-as-source", "arrow-left", "arrow-right", "arrow-up"),
    *("arrow-down", "square", "zoom-out-frame", "frame", "plus", "minus", "overlay", "mask-view"),
    *("image-view", "sun", "moon", "system-theme", "drop", "copy", "star", "key", "cloud"),
    *("laptop", "more", "add", "subtract", "intersect", "symmetry", "pressure", "grow", "shrink"),
    *("feather", "fill-holes", "from-alpha", "last-mask", "import", "export", "keyboard"),
}

each_icon = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def icons(qapp: QApplication) -> IconSet:
    """The program's icons."""
    return IconSet(FOLDER)


def inked(image: QImage) -> set[tuple[int, int]]:
    """Pixels that are not fully transparent, as (x, y)."""
    return {
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha()
    }


def test_all_icons_are_there() -> None:
    assert set(NAMES) == REQUIRED


@each_icon
def test_one_hand_drew_them(name: str) -> None:
    root = ET.parse(FOLDER / f"{name}.svg").getroot()
    grid = 64 if name == "drop" else 24
    assert root.attrib == {
        "width": str(grid),
        "height": str(grid),
        "viewBox": f"0 0 {grid} {grid}",
        "fill": "none",
        "stroke": "currentColor",
        "stroke-width": "1.6",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    for element in root.iter():
        if element is not root:
            styled = {"fill", "stroke", "stroke-width", "style", "class", "transform", "opacity"}
            assert not styled & element.attrib.keys()


@each_icon
def test_nothing_is_cut_off_at_the_edge(icons: IconSet, name: str) -> None:
    image = icons.pixmap(name, 96, INK).toImage()
    ink = inked(image)
    assert ink
    assert all(0 < x < 95 and 0 < y < 95 for x, y in ink)


@each_icon
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_sharp_at_every_scale(icons: IconSet, name: str, scale: float) -> None:
    icon = icons.icon(name, INK)
    for size in (16, 20, 24):
        direct = icons.pixmap(name, size, INK, scale)
        assert direct.size() == QSize(size, size) * scale
        assert direct.devicePixelRatio() == scale
        # What a widget gets from the QIcon is drawn at that very size, not scaled to it.
        shown = icon.pixmap(QSize(size, size), scale)
        assert shown.devicePixelRatio() == scale
        assert shown.toImage() == direct.toImage()


def test_the_colour_is_the_one_asked_for(icons: IconSet) -> None:
    bar = icons.pixmap("minus", 96, INK).toImage()
    assert bar.pixelColor(48, 48) == INK
    faint = QColor(INK)
    faint.setAlpha(128)
    # Where the strokes of the cross meet, a translucent ink is no denser than elsewhere.
    cross = icons.pixmap("plus", 96, faint).toImage()
    assert cross.pixelColor(48, 48).alpha() == cross.pixelColor(30, 48).alpha() == 128


def test_states_have_their_colours(icons: IconSet) -> None:
    lit, off = QColor("#ffffff"), QColor("#65686f")
    icon = icons.icon("minus", INK, active=lit, disabled=off)

    def color(mode: QIcon.Mode, state: QIcon.State = QIcon.State.Off) -> QColor:
        return icon.pixmap(QSize(24, 24), 1.0, mode, state).toImage().pixelColor(12, 12)

    normal = icons.pixmap("minus", 24, INK).toImage().pixelColor(12, 12)
    assert color(QIcon.Mode.Normal) == normal
    assert color(QIcon.Mode.Normal, QIcon.State.On).rgb() == color(QIcon.Mode.Active).rgb()
    for mode in (QIcon.Mode.Active, QIcon.Mode.Selected):
        assert color(mode).lightness() > normal.lightness()
    assert color(QIcon.Mode.Disabled).lightness() < normal.lightness()
    default = icons.icon("minus", INK).pixmap(QSize(24, 24), 1.0, QIcon.Mode.Disabled).toImage()
    assert 0 < default.pixelColor(12, 12).alpha() < normal.alpha()


def test_the_same_picture_is_drawn_once(icons: IconSet) -> None:
    first = icons.pixmap("brush", 20, INK, 1.5)
    assert icons.pixmap("brush", 20, INK, 1.5).cacheKey() == first.cacheKey()
    assert icons.pixmap("brush", 20, QColor("red"), 1.5).cacheKey() != first.cacheKey()


def test_an_unknown_name_is_refused_at_once(icons: IconSet) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icons.icon("no-such-icon", INK)
    with pytest.raises(KeyError, match="no-such-icon"):
        icons.pixmap("no-such-icon", 16, INK)


def test_the_program_icon_has_every_form() -> None:
    with Image.open(FOLDER / "app.png") as png:
        assert png.size == (512, 512)
        assert png.mode == "RGBA"
    with Image.open(FOLDER / "app.ico") as ico:
        assert {(16, 16), (32, 32), (48, 48), (256, 256)} <= set(ico.info["sizes"])
    with Image.open(FOLDER / "app.icns") as icns:
        assert (512, 512, 2) in icns.info["sizes"]
