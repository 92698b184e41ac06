"""Jobs as rows of the ledger, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from fluxfill_studio.core import errors
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.errors import Charge, FluxfillError, ServiceError
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.job import Engine, Job, JobState, Upload, Wish
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema

Column = str | int | float | None


def row_of(job: Job) -> dict[str, Column]:
    """The columns that a job fills: those that are asked for, and the rest as one document.

    `trouble` and `remaining` are left out: they hold for the moment only. The column `seconds` is
    what others can learn from: how long the service works on one part.
    """
    document = {
        "request": dict(job.request.values),
        "plans": [_plan_data(plan) for plan in job.plans],
        "idempotency_key": job.idempotency_key,
        "source_name": job.source_name,
        "source_file": job.source_file,
        "wish": job.wish and asdict(job.wish),
        "image": job.image and _upload_data(job.image),
        "mask": job.mask and _upload_data(job.mask),
        "submitted_at": job.submitted_at and time_text(job.submitted_at),
        "server_id": job.server_id,
        "progress": job.progress,
        "result_url": job.result_url,
        "results": job.results,
        "seconds": job.seconds,
        "seconds_before": job.seconds_before,
        "charged_before": job.charged_before,
        "blend": _blend_data(job.blend),
        "saved": job.saved,
        "error": job.error and _error_data(job.error),
    }
    return {
        "id": job.id,
        "engine": job.engine.value,
        "base_url": job.base_url,
        "state": job.state.value,
        "created_at": time_text(job.created_at),
        "seconds": None if job.seconds is None else job.seconds / len(job.plans),
        "charged": job.charged,
        # In ASCII: paths may hold bytes that are no text, which SQLite would not take.
        "document": json.dumps(document),
    }


def job_of(row: sqlite3.Row, schema: ParameterSchema) -> Job:
    """The job that `row_of` wrote down. Its request is not checked against `schema` again.

    What was written down before a picture could be made in parts is one of a single part, with
    its plan and the name of its result in the document itself.
    """
    data: dict[str, Any] = json.loads(row["document"])
    return Job(
        id=row["id"],
        request=FillRequest(schema, MappingProxyType(data["request"])),
        plans=tuple(map(_plan_of, data.get("plans", [data]))),
        engine=Engine(row["engine"]),
        base_url=row["base_url"],
        idempotency_key=data["idempotency_key"],
        created_at=datetime.fromisoformat(row["created_at"]),
        source_name=data["source_name"],
        source_file=data["source_file"],
        wish=data["wish"] and Wish(**data["wish"]),
        state=JobState(row["state"]),
        image=data["image"] and _upload_of(data["image"]),
        mask=data["mask"] and _upload_of(data["mask"]),
        submitted_at=data["submitted_at"] and datetime.fromisoformat(data["submitted_at"]),
        server_id=data["server_id"],
        progress=data["progress"],
        result_url=data["result_url"],
        results=tuple(_results_in(data)),
        seconds_before=data.get("seconds_before", 0.0),
        charged_before=data.get("charged_before", 0),
        blend=_blend_of(data["blend"]) if "blend" in data else Blend(),
        seconds=data.get("seconds", row["seconds"]),
        charged=row["charged"],
        saved=data["saved"],
        error=data["error"] and _error_of(data["error"]),
    )


def time_text(time: datetime) -> str:
    """ISO 8601 in UTC and always to the microsecond, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _rect_data(rect: Rect) -> list[int]:
    return [rect.x, rect.y, rect.width, rect.height]


def _plan_data(plan: Plan) -> dict[str, Any]:
    return {
        "crop": _rect_data(plan.crop),
        "sent": [plan.sent.width, plan.sent.height],
        "frame": plan.frame and _rect_data(plan.frame),
    }


def _plan_of(data: Mapping[str, Any]) -> Plan:
    frame = data.get("frame")
    return Plan(Rect(*data["crop"]), Size(*data["sent"]), frame and Rect(*frame))


def _results_in(data: Mapping[str, Any]) -> list[str]:
    if "results" in data:
        return list(data["results"])
    return [] if data["result_file"] is None else [data["result_file"]]


def _blend_data(blend: Blend) -> dict[str, Any]:
    return {**asdict(blend), "match": blend.match.value}


def _blend_of(data: Mapping[str, Any]) -> Blend:
    return Blend(**{**data, "match": Match(data["match"])})


def _upload_data(upload: Upload) -> dict[str, str]:
    return {"url": upload.url, "expires_at": time_text(upload.expires_at)}


def _upload_of(data: Mapping[str, str]) -> Upload:
    return Upload(data["url"], datetime.fromisoformat(data["expires_at"]))


def _error_data(error: FluxfillError) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": error.message,
        "charge": error.charge and error.charge.name,
        # A path, say, reads the same as a text.
        "values": {
            name: value if isinstance(value, str | int | float | None) else str(value)
            for name, value in error.values.items()
        },
    }
    if isinstance(error, ServiceError):
        data["status"] = error.status
        data["request_id"] = error.request_id
        data["retry_after"] = error.retry_after
    return data


def _error_of(data: Mapping[str, Any]) -> FluxfillError:
    """The error that was written down, or its message where this version has no such error."""
    charge = data["charge"] and Charge[data["charge"]]
    kind = getattr(errors, data["kind"], None)
    if not (isinstance(kind, type) and issubclass(kind, FluxfillError)):
        return FluxfillError(charge=charge, reason=data["message"])
    of_a_service = ("status", "request_id", "retry_after") if issubclass(kind, ServiceError) else ()
    try:
        return kind(charge=charge, **{name: data[name] for name in of_a_service}, **data["values"])
    except KeyError:
        # The sentence of that error has other fields in this version.
        return FluxfillError(charge=charge, reason=data["message"])
