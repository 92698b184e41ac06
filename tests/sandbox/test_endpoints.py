"""Every endpoint of the sandbox, against the published schema."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.body import UPLOAD_LIMIT
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.pictures import photograph
from tests.sandbox.conftest import (
    MASK,
    PICTURE,
    Api,
    decoded,
    encoded,
    inpaint,
    inpaint_of,
    sandbox_api,
)
from tests.sandbox.contract import conforming

pytestmark = pytest.mark.anyio


async def test_me_is_an_account_of_local_drafts(api: Api) -> None:
    answer = await api.http.get("/v2/me")
    account = conforming("Me", answer.json())
    assert account["team"]["plan"] == "Local draft"
    assert account["team"]["credits"] == 1000
    assert account["apiKey"]["prefix"] == "afk_"


@pytest.mark.parametrize("key", [None, "", "test", "sk_afk_1"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/me"),
        ("POST", "/v2/uploads"),
        ("POST", "/v2/images/edit"),
        ("GET", "/v2/jobs"),
        ("GET", f"/v2/jobs/{uuid4()}"),
    ],
)
async def test_calls_need_a_key(api: Api, method: str, path: str, key: str | None) -> None:
    api.http.headers.pop("X-API-Key")
    headers = {} if key is None else {"X-API-Key": key}
    answer = await api.http.request(method, path, headers=headers)
    assert answer.status_code == 401
    conforming("Error", answer.json())


async def test_a_set_key_is_the_only_one(schema: ParameterSchema) -> None:
    async with sandbox_api(schema, SandboxSettings(api_key="afk_mine")) as api:
        right = await api.http.get("/v2/me", headers={"X-API-Key": "afk_mine"})
        wrong = await api.http.get("/v2/me", headers={"X-API-Key": "afk_other"})
    assert (right.status_code, wrong.status_code) == (200, 401)


async def test_every_answer_has_a_request_id_of_its_own(api: Api) -> None:
    image = await api.upload(PICTURE)
    answers = [
        await api.http.get("/v2/me"),
        await api.http.get("/v2/me", headers={"X-API-Key": "no"}),
        await api.http.get("/v2/nothing"),
        await api.http.get(image),
        await api.submit({}),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 404, 200, 400]
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v2/nothing"), ("GET", "/"), ("DELETE", "/v2/me"), ("GET", "/v2/me/")],
)
async def test_unknown_routes_answer_with_a_message(api: Api, method: str, path: str) -> None:
    answer = await api.http.request(method, path)
    assert answer.status_code == 404
    assert answer.json() == {"message": f"Route {method}:{path} not found"}


@pytest.mark.parametrize(
    ("format_", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
    ],
)
async def test_uploads_go_by_their_bytes(api: Api, format_: str, media_type: str) -> None:
    content = encoded(photograph(20, 10), format_)
    file = ("picture.txt", io.BytesIO(content), "text/plain")
    answer = await api.http.post("/v2/uploads", files={"file": file})
    assert answer.status_code == 201
    upload = conforming("Upload", answer.json())
    assert upload["kind"] == "image"
    assert upload["contentType"] == media_type
    assert upload["byteSize"] == len(content)
    assert datetime.fromisoformat(upload["expiresAt"]) == api.clock.now + timedelta(hours=1)

    without_key = httpx.ASGITransport(app=api.sandbox.app)
    async with httpx.AsyncClient(transport=without_key) as browser:
        fetched = await browser.get(upload["url"])
    assert fetched.content == content
    assert fetched.headers["content-type"] == media_type


@pytest.mark.parametrize(
    "files",
    [
        {"picture": ("a.png", PICTURE)},
        {"file": ("a.png", b"")},
        {"file": ("a.png", b"plain text")},
        {"file": ("a.bmp", encoded(photograph(8, 8), "BMP"))},
        {"file": (None, PICTURE)},
        [("file", ("a.png", PICTURE)), ("file", ("b.png", PICTURE))],
    ],
    ids=["another name", "empty", "text", "BMP", "no file", "two files"],
)
async def test_uploads_that_are_no_picture_are_refused(api: Api, files: object) -> None:
    answer = await api.http.post("/v2/uploads", files=files)  # type: ignore[arg-type]
    assert answer.status_code == 400
    conforming("Error", answer.json())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "image/png"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)
async def test_a_body_that_is_no_form_is_refused(api: Api, headers: dict[str, str]) -> None:
    answer = await api.http.post("/v2/uploads", content=PICTURE, headers=headers)
    assert answer.status_code == 400
    conforming("Error", answer.json())


@pytest.mark.parametrize(("over", "status"), [(0, 201), (1, 400), (2_000_000, 400)])
async def test_an_upload_has_at_most_25_mb(api: Api, over: int, status: int) -> None:
    content = PICTURE.ljust(UPLOAD_LIMIT + over, b"\0")
    answer = await api.http.post("/v2/uploads", files={"file": ("a.png", io.BytesIO(content))})
    assert answer.status_code == status
    conforming("Error" if status == 400 else "Upload", answer.json())


async def test_an_upload_expires(api: Api) -> None:
    image, mask = await api.upload(PICTURE), await api.upload(MASK)
    api.clock.turn(minutes=59)
    assert (await api.http.get(image)).status_code == 200
    api.clock.turn(minutes=1)
    gone = await api.http.get(image)
    assert gone.status_code == 404
    conforming("Error", gone.json())

    job = await api.ended(await api.started(inpaint(image, mask)))
    assert job["status"] == "FAILED"
    assert "image could not be fetched" in job["error"]


async def test_a_job_from_submission_to_result(api: Api) -> None:
    id_ = await api.started(await inpaint_of(api, seed=7, steps=20.0, output_format="png"))
    waiting = await api.job(id_)
    assert waiting["status"] in ("QUEUED", "PROCESSING")
    assert waiting["completedAt"] is None
    api.clock.turn(seconds=3)
    job = await api.ended(id_)
    assert job["status"] == "COMPLETED"
    assert job["model"] == "flux-fill-pro"
    assert (job["progress"], job["creditCost"], job["error"]) == (100, 9, None)
    assert (job["input"]["seed"], job["input"]["steps"]) == (7, 20)
    started, ended = (datetime.fromisoformat(job[key]) for key in ("createdAt", "completedAt"))
    assert ended - started == timedelta(seconds=3)

    (url,) = job["result"]["images"]
    result = await api.http.get(url)
    assert result.headers["content-type"] == "image/png"
    assert decoded(result.content).shape == (64, 96, 3)


async def test_a_result_expires_and_the_job_says_so(api: Api) -> None:
    id_ = await api.started(await inpaint_of(api))
    (url,) = (await api.ended(id_))["result"]["images"]
    api.clock.turn(hours=23, minutes=59)
    assert (await api.http.get(url)).headers["content-type"] == "image/jpeg"
    assert (await api.job(id_))["expired"] is False
    api.clock.turn(minutes=1)
    assert (await api.http.get(url)).status_code == 404
    job = await api.job(id_)
    assert (job["status"], job["expired"], job["result"]) == ("COMPLETED", True, None)


@pytest.mark.parametrize(
    ("id_", "status"),
    [("none", 400), ("{00000000-0000-0000-0000-000000000000}", 400), (str(uuid4()), 404)],
)
async def test_jobs_that_are_not_there(api: Api, id_: str, status: int) -> None:
    answer = await api.http.get(f"/v2/jobs/{id_}")
    assert answer.status_code == status
    conforming("Error", answer.json())


async def test_jobs_are_listed_newest_first_page_by_page(api: Api) -> None:
    body = await inpaint_of(api)
    ids = [await api.started(body) for _ in range(3)]
    for id_ in ids:
        await api.ended(id_)
    failed = await api.started(inpaint("https://elsewhere.invalid/a.png", "https://b.invalid/"))
    await api.ended(failed)
    newest_first = [failed, *reversed(ids)]

    async def listed(**query: object) -> list[str]:
        answer = await api.http.get("/v2/jobs", params=query)  # type: ignore[arg-type]
        return [job["id"] for job in conforming("JobList", answer.json())["jobs"]]

    assert await listed() == newest_first
    assert await listed(status="COMPLETED") == newest_first[1:]
    assert await listed(status="CANCELLED") == []
    assert await listed(model="flux-fill-pro", scope="team") == newest_first
    assert await listed(model="another") == []
    assert await listed(search=ids[1]) == [ids[1]]
    assert await listed(cursor=str(uuid4())) == []

    first = (await api.http.get("/v2/jobs", params={"limit": 3})).json()
    assert ([job["id"] for job in first["jobs"]], first["hasMore"]) == (newest_first[:3], True)
    rest = {"limit": 3, "cursor": first["nextCursor"]}
    last = conforming("JobList", (await api.http.get("/v2/jobs", params=rest)).json())
    assert [job["id"] for job in last["jobs"]] == newest_first[3:]
    assert (last["nextCursor"], last["hasMore"]) == (None, False)


@pytest.mark.parametrize(
    "query",
    ["status=DONE", "limit=0", "limit=101", "limit=x", "limit=-1", "search=x", "cursor=x"],
)
async def test_a_list_query_is_checked(api: Api, query: str) -> None:
    answer = await api.http.get(f"/v2/jobs?{query}")
    assert answer.status_code == 400
    conforming("Error", answer.json())
