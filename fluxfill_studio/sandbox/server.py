"""The sandbox as an ASGI application: HTTP in front of `service`.

Used in this process behind `httpx.ASGITransport`, which opens no port, and under a server on the
loopback address (`serve`). It opens no connection itself: images must be its own uploads, and
webhooks are not called.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox import validation
from fluxfill_studio.sandbox.body import json_value, uploaded_file
from fluxfill_studio.sandbox.refusal import NotFound, Refusal, Unauthorized
from fluxfill_studio.sandbox.service import SandboxSettings, Service
from fluxfill_studio.sandbox.store import Clock, MakeUrl, written

_Endpoint = Callable[[Request], Awaitable[Response]]

DEFAULT_SETTINGS = SandboxSettings()


def utc_now() -> datetime:
    """The system's time."""
    return datetime.now(UTC)


class Sandbox:
    """The contract for one account, all of it in memory. `app` is the application."""

    def __init__(
        self,
        schema: ParameterSchema,
        *,
        settings: SandboxSettings = DEFAULT_SETTINGS,
        clock: Clock = utc_now,
    ) -> None:
        self._schema = schema
        self._clock = clock
        self._service = Service(schema, settings, clock)
        application = Starlette(
            routes=[
                Route("/v2/me", self._guarded(self._me)),
                Route("/v2/uploads", self._guarded(self._upload), methods=["POST"]),
                Route("/v2/images/edit", self._guarded(self._edit), methods=["POST"]),
                Route("/v2/jobs", self._guarded(self._jobs)),
                Route("/v2/jobs/{id}", self._guarded(self._job)),
                Route("/files/{name}", self._file, name="file"),
            ],
            exception_handlers={
                Refusal: _refused,
                HTTPException: _no_route,
                ClientDisconnect: _nobody_there,
            },
        )
        application.router.redirect_slashes = False
        self.app: ASGIApp = _WithRequestId(application)

    async def aclose(self) -> None:
        """Stop the work on all jobs and end the worker thread; takes about a second at most."""
        await self._service.aclose()

    def _guarded(self, endpoint: _Endpoint) -> _Endpoint:
        """The endpoint, for those who have a key."""

        async def guarded(request: Request) -> Response:
            if not self._service.accepts(request.headers.get("x-api-key")):
                raise Unauthorized
            return await endpoint(request)

        return guarded

    async def _me(self, request: Request) -> Response:
        key = request.headers["x-api-key"]
        settings = self._service.settings
        team = {
            "id": "local",
            "name": "This computer",
            "plan": "Local draft",
            "credits": self._service.credits,
            "maxConcurrentJobs": settings.max_concurrent_jobs,
            "customerId": None,
        }
        return _Json(
            {
                "user": {"id": "local", "email": "local@sandbox.invalid", "role": "owner"},
                "team": team,
                "apiKey": {"id": "local", "name": "Local draft", "prefix": key[:4]},
            }
        )

    async def _upload(self, request: Request) -> Response:
        content = await uploaded_file(request)
        file = self._service.upload(content, _make_url(request))
        body = {
            "id": file.id,
            "url": file.url,
            "kind": "image",
            "contentType": file.media_type,
            "byteSize": len(file.content),
            "expiresAt": written(file.expires_at),
        }
        return _Json(body, 201)

    async def _edit(self, request: Request) -> Response:
        key = validation.idempotency_key(request.headers.get("idempotency-key"))
        body = await json_value(request)
        params = validation.edit_parameters(body, self._schema)
        job = self._service.submit(params, body, key, _make_url(request))
        return _Json({"jobId": job.id, "status": job.status.value}, 202)

    async def _job(self, request: Request) -> Response:
        job = self._service.job(validation.job_id(request.path_params["id"]))
        return _Json(job.as_json(self._clock()))

    async def _jobs(self, request: Request) -> Response:
        jobs, has_more = self._service.jobs.page(validation.job_query(request.query_params))
        body = {
            "jobs": [job.as_json(self._clock()) for job in jobs],
            "nextCursor": jobs[-1].id if has_more else None,
            "hasMore": has_more,
        }
        return _Json(body)

    async def _file(self, request: Request) -> Response:
        file = self._service.files.get(request.path_params["name"])
        if file is None:
            raise NotFound("File")
        return Response(file.content, media_type=file.media_type)


class _Json(JSONResponse):
    """ASCII only: a prompt may hold half of a surrogate pair, which UTF-8 cannot carry."""

    @override
    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False).encode("ascii")


class _WithRequestId:
    """Puts an `x-request-id` into every answer."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = f"req_{uuid4().hex}"
            await send(message)

        await self._application(scope, receive, send_with_id)


async def _refused(_: Request, refusal: Exception) -> Response:
    refusal = cast(Refusal, refusal)
    return _Json(refusal.body, refusal.status, refusal.headers)


async def _no_route(request: Request, _: Exception) -> Response:
    return _Json({"message": f"Route {request.method}:{request.url.path} not found"}, 404)


async def _nobody_there(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


def _make_url(request: Request) -> MakeUrl:
    """Addresses at the host that the request was sent to: right behind any transport."""
    return lambda name: str(request.url_for("file", name=name))
