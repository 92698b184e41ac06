"""The sandbox accepts what the published JSON Schema accepts, and nothing else."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.refusal import Invalid
from fluxfill_studio.sandbox.validation import edit_parameters
from tests.sandbox.conftest import PICTURE, Api, inpaint, inpaint_of, outpaint
from tests.sandbox.contract import conforming, validator

PUBLISHED = validator("EditRequestStrict", "EditRequestSeeds")
IMAGE = "https://a.invalid/image.png"
MASK = "http://127.0.0.1:8080/files/mask.png?a=1#b"
PRESETS = ["Zoom out 1.5x", "Zoom out 2x", "Make square", "Left outpaint", "Top outpaint"]

texts = st.text(max_size=20) | st.text(min_size=1998, max_size=2002, alphabet="aé漢")
numbers = st.integers(-1, 60) | st.floats(0, 60, width=16) | st.sampled_from([1e400, 2**70, 3.0])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
addresses = st.sampled_from(
    [IMAGE, MASK, "", "image.png", "http://", "ftp://a.invalid/b", "http:/a"]
)
fields = {
    "image": addresses,
    "mask": addresses,
    "mode": st.sampled_from(["inpaint", "outpaint", "Inpaint", ""]),
    "outpaint": st.sampled_from([*PRESETS, "Zoom out 3x"]),
    "prompt": texts,
    "prompt_upsampling": st.booleans(),
    "steps": numbers,
    "guidance": numbers,
    "safety_tolerance": numbers,
    "output_format": st.sampled_from(["jpg", "png", "webp"]),
    "seed": numbers,
    "negative_prompt": texts,
}
top_level = {
    "prompt": texts,
    "model": st.sampled_from(["flux-fill-pro", "flux-fill"]),
    "webhookUrl": addresses,
    "webhook_url": addresses,
    "webhookEvents": st.lists(st.sampled_from(["progress", "completed", "failed", "all"])),
    "extra": anything,
}


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """Valid bodies of both forms, changed in a few places or none."""
    body: dict[str, Any] = deepcopy(
        draw(st.sampled_from([inpaint(IMAGE, MASK), outpaint(IMAGE, "Make square")]))
    )
    if draw(st.booleans()):
        body["prompt"] = "a stone"
    for place, choices in ((body, top_level), (body["fluxFillParams"], fields)):
        for name in draw(st.lists(st.sampled_from(sorted(choices)), max_size=2, unique=True)):
            match draw(st.sampled_from(["likely", "likely", "odd", "none"])):
                case "likely":
                    place[name] = draw(choices[name])
                case "odd":
                    place[name] = draw(anything)
                case "none":
                    place.pop(name, None)
    return draw(st.sampled_from([body] * 9 + [body["fluxFillParams"]]))


def accepted(body: Any, schema: ParameterSchema) -> bool:
    try:
        edit_parameters(body, schema)
    except Invalid as refusal:
        conforming("Error", refusal.body)
        return False
    return True


@given(body=bodies() | anything)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_published_schema_and_ours_agree(schema: ParameterSchema, body: Any) -> None:
    assert accepted(body, schema) == PUBLISHED.is_valid(body)


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"steps": 51}, {"fluxFillParams.steps"}),
        ({"steps": True, "guidance": "3"}, {"fluxFillParams.steps", "fluxFillParams.guidance"}),
        ({"image": "image.png"}, {"fluxFillParams.image"}),
        ({"mask": "http://[bad"}, {"fluxFillParams.mask"}),
        ({"negative_prompt": "people"}, {"fluxFillParams.negative_prompt"}),
        ({"mode": "outpaint"}, {"fluxFillParams.outpaint"}),
        ({"prompt": "x" * 2001}, {"fluxFillParams.prompt"}),
    ],
)
def test_a_refusal_names_every_field(
    schema: ParameterSchema, changes: dict[str, Any], details: set[str]
) -> None:
    body = inpaint(IMAGE, MASK)
    body["fluxFillParams"] |= changes
    with pytest.raises(Invalid) as refusal:
        edit_parameters(body, schema)
    given_details = conforming("Error", refusal.value.body)["details"]
    assert set(given_details) == details


@pytest.mark.anyio
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b'{"model": NaN}', b"[" * 100_000, b'"' + b"x" * 1_000_001 + b'"'],
    ids=["nothing", "cut off", "no UTF-8", "no number", "deep", "long"],
)
async def test_a_body_that_is_no_json_is_refused(api: Api, content: bytes) -> None:
    answer = await api.http.post("/v2/images/edit", content=content)
    assert answer.status_code == 400
    conforming("Error", answer.json())


@pytest.mark.anyio
async def test_both_forms_are_taken_and_webhooks_never_called(api: Api) -> None:
    strict = await inpaint_of(api)
    strict |= {"webhookUrl": "https://hook.invalid/", "webhookEvents": ["completed"]}
    seeds = await inpaint_of(api)
    seeds |= {"prompt": "a stone", "webhook_url": "https://hook.invalid/"}
    for body in (strict, seeds):
        PUBLISHED.validate(body)
        job = await api.ended(await api.started(body))
        assert (job["status"], job["webhookStatus"]) == ("COMPLETED", None)


@pytest.mark.anyio
async def test_half_a_surrogate_pair_in_a_prompt_comes_back_as_it_went(api: Api) -> None:
    body = outpaint(await api.upload(PICTURE), "Make square", prompt="\ud83d half")
    content = json.dumps(body).encode("ascii")
    answer = await api.http.post("/v2/images/edit", content=content)
    job = await api.ended(answer.json()["jobId"])
    assert job["input"]["prompt"] == "\ud83d half"
