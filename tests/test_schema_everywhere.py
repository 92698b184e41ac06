"""A change to the schema file changes the panel, the validation and the command line alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fluxfill_studio.cli.arguments import build_parser, request_from
from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.secrets import Secrets
from fluxfill_studio.ui.panels.compass import Compass
from fluxfill_studio.ui.panels.parameter_panel import ParameterPanel
from fluxfill_studio.ui.panels.prompt_editor import PromptEditor
from fluxfill_studio.ui.panels.rows import ListRow, Row, SegmentsRow, SliderRow, SwitchRow
from fluxfill_studio.ui.panels.sent_card import SentCard

PROMPT = "a lighthouse"


@pytest.fixture(scope="module")
def changed(resources_folder: Path) -> ParameterSchema:
    """The schema from an edited copy of the file."""
    file = resources_folder / "schema" / "flux-fill-pro.json"
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    entries = {entry["name"]: entry for entry in data["parameters"]}
    data["credits_per_run"] = 11
    entries["guidance"].update(minimum=1, maximum=9, step=0.25, default=4)
    entries["steps"].update(label="Passes")
    entries["output_format"]["choices"].append({"value": "webp", "label": "WebP"})
    entries["output_format"]["default"] = "webp"
    entries["outpaint"]["choices"].append({"value": "Everywhere", "label": "Everywhere"})
    entries["prompt"].update(max_length=300, examples=["A lighthouse."])
    entries["prompt_upsampling"]["default"] = True
    choices = [{"value": f"style-{n}", "label": f"Style {n}"} for n in range(6)]
    data["parameters"] += [
        {
            "name": "strength",
            "kind": "integer",
            "label": "Strength",
            "help": "How much is changed.",
            "default": 4,
            "minimum": 0,
            "maximum": 10,
            "step": 2,
        },
        {
            "name": "style",
            "kind": "choice",
            "label": "Style",
            "help": "What it looks like.",
            "default": "style-0",
            "choices": choices,
        },
    ]
    return ParameterSchema.from_data(data)


@pytest.fixture
def parameters(changed: ParameterSchema) -> Parameters:
    return Parameters(changed)


@pytest.fixture
def panel(parameters: Parameters, tmp_path: Path, qtbot: QtBot) -> ParameterPanel:
    """The panel of the changed schema, shown."""
    settings = Settings(tmp_path / "settings.ini")
    account = Account(parameters.schema, settings, Secrets(tmp_path / "api-key", "afk_test"))
    action = QAction("Generate")
    tasks = TaskOwner()
    document = Document(tasks)
    framing = Framing(document, parameters)
    sending = Sending(document, parameters, framing, tasks)
    card = SentCard(sending, CanvasModel(), settings)
    result = ParameterPanel(parameters, framing, sending, account, card, action)
    qtbot.addWidget(result)
    result.resize(328, 900)
    with qtbot.waitActive(result):
        result.show()
        result.activateWindow()
    return result


def row_of(panel: ParameterPanel, name: str) -> Row:
    return next(row for row in panel.rows if row.parameter.name == name)


def slider_of(panel: ParameterPanel, name: str) -> SliderRow:
    row = row_of(panel, name)
    assert isinstance(row, SliderRow)
    return row


def by_command_line(schema: ParameterSchema, *settings: str) -> FillRequest:
    """The request that `fill` makes with these `--set` options."""
    argv = ["fill", "in.png", "--mask", "mask.png", "--prompt", PROMPT, "-o", "out.png"]
    for setting in settings:
        argv += ["--set", setting]
    return request_from(build_parser(schema).parse_args(argv), schema)


def test_the_panel_follows(panel: ParameterPanel, parameters: Parameters) -> None:
    guidance = slider_of(panel, "guidance")
    assert guidance.box.text() == "4.00"
    assert (guidance.slider.minimum(), guidance.slider.maximum()) == (0, 32)
    guidance.slider.setFocus()
    QTest.keyClick(guidance.slider, Qt.Key.Key_Right)
    assert parameters["guidance"] == 4.25
    QTest.keyClick(guidance.slider, Qt.Key.Key_End)
    assert parameters["guidance"] == 9
    assert row_of(panel, "steps").name.text() == "Passes"

    strength = slider_of(panel, "strength")
    assert strength.name.text() == "Strength"
    assert strength.slider.toolTip() == "How much is changed."
    strength.slider.setFocus()
    QTest.keyClick(strength.slider, Qt.Key.Key_Right)
    assert parameters["strength"] == 6


def test_the_choices_of_the_panel_follow(panel: ParameterPanel, parameters: Parameters) -> None:
    formats = row_of(panel, "output_format")
    assert isinstance(formats, SegmentsRow)
    assert [button.text() for button in formats.choice.buttons.values()] == ["JPG", "PNG", "WebP"]
    assert formats.choice.buttons["webp"].isChecked()
    style = row_of(panel, "style")
    assert isinstance(style, ListRow)
    assert style.list.count() == 6
    upsampling = row_of(panel, "prompt_upsampling")
    assert isinstance(upsampling, SwitchRow)
    assert upsampling.switch.isChecked()

    parameters.set("mode", "outpaint")
    compass = row_of(panel, "outpaint")
    assert isinstance(compass, Compass)
    QApplication.processEvents()
    QTest.mouseClick(compass.buttons["Everywhere"], Qt.MouseButton.LeftButton)
    assert parameters["outpaint"] == "Everywhere"


def test_the_prompt_and_the_price_follow(panel: ParameterPanel) -> None:
    prompt = row_of(panel, "prompt")
    assert isinstance(prompt, PromptEditor)
    assert prompt.counter.text() == "0/300"
    assert [action.text() for action in prompt.examples.menu().actions()] == ["A lighthouse."]
    assert panel.run_button.accessibleName() == "Generate, 11 credits"


@pytest.mark.parametrize(
    ("name", "value", "before"),
    [
        ("guidance", 8.75, False),
        ("guidance", 1, False),
        ("guidance", 9.25, False),
        ("output_format", "webp", False),
        ("strength", 10, False),
        ("strength", 11, False),
        ("style", "style-5", False),
        ("style", "style-6", False),
        ("guidance", 2.5, True),
        ("output_format", "png", True),
    ],
)
def test_the_validation_follows(
    schema: ParameterSchema, changed: ParameterSchema, name: str, value: Value, before: bool
) -> None:
    now = value not in (9.25, 11, "style-6")
    for allowed, edition in ((before, schema), (now, changed)):
        values = {"prompt": PROMPT, name: value}
        if allowed:
            assert FillRequest.build(edition, values).values.get(name, value) == value
        else:
            with pytest.raises(ParameterError):
                FillRequest.build(edition, values)


def test_what_stands_at_the_new_default_is_not_sent(changed: ParameterSchema) -> None:
    sent = FillRequest.build(changed, {"prompt": PROMPT, "guidance": 4, "strength": 4}).values
    assert set(sent) == {"mode", "prompt", "output_format"}
    assert sent["output_format"] == "webp"


@pytest.mark.parametrize(
    "setting",
    [
        "guidance=0.75",
        "guidance=9.25",
        "guidance=4.3",
        "strength=11",
        "strength=5",
        "style=style-6",
        "output_format=gif",
    ],
)
def test_the_command_line_refuses_what_the_file_does_not_allow(
    changed: ParameterSchema, setting: str
) -> None:
    with pytest.raises(ParameterError):
        by_command_line(changed, setting)


def test_the_help_of_the_command_line_follows(
    changed: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        build_parser(changed).parse_args(["fill", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "number from 1 to 9 in steps of 0.25 [4]" in text
    assert "jpg or png or webp [webp]" in text
    assert "strength whole number from 0 to 10" in text
    assert "How much is changed." in text
    with pytest.raises(SystemExit):
        build_parser(changed).parse_args(["outpaint", "--help"])
    assert "Everywhere" in capsys.readouterr().out


def test_panel_and_command_line_make_the_same_request(
    panel: ParameterPanel, parameters: Parameters
) -> None:
    prompt = row_of(panel, "prompt")
    assert isinstance(prompt, PromptEditor)
    prompt.field.setFocus()
    QTest.keyClicks(prompt.field, PROMPT)
    for name, text in (("guidance", "8.75"), ("strength", "6")):
        box = slider_of(panel, name).box
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(box, text)
    formats = row_of(panel, "output_format")
    assert isinstance(formats, SegmentsRow)
    QTest.mouseClick(formats.choice.buttons["png"], Qt.MouseButton.LeftButton)

    by_panel = FillRequest.build(parameters.schema, parameters.values)
    settings = ("guidance=8.75", "strength=6", "output_format=png")
    assert by_panel == by_command_line(parameters.schema, *settings)
