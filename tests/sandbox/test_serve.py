"""The sandbox behind real sockets."""

from __future__ import annotations

import asyncio
import io
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.body import UPLOAD_LIMIT
from fluxfill_studio.sandbox.serve import HOST, serve
from fluxfill_studio.sandbox.server import Sandbox
from tests.sandbox.conftest import KEY, MASK, PICTURE, decoded, inpaint
from tests.sandbox.contract import conforming

SERVE = """
import asyncio, sys
from fluxfill_studio.sandbox.serve import serve
from fluxfill_studio.sandbox.server import Sandbox
from fluxfill_studio.storage.paths import load_schema, resources

async def main():
    sandbox = Sandbox(load_schema(resources()))
    try:
        await serve(sandbox, 0, lambda port: print(port, flush=True))
    finally:
        await sandbox.aclose()
        print("closed", flush=True)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.anyio
async def test_a_whole_run_over_a_socket(schema: ParameterSchema) -> None:
    sandbox = Sandbox(schema)
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(sandbox, 0, ready.set_result))
    base_url = f"http://{HOST}:{await ready}"
    async with httpx.AsyncClient(base_url=base_url, headers=KEY, trust_env=False) as http:
        too_large = io.BytesIO(PICTURE.ljust(UPLOAD_LIMIT + 5_000_000, b"\0"))
        refused = await http.post("/v2/uploads", files={"file": ("a", too_large)})
        assert refused.status_code == 400
        conforming("Error", refused.json())

        urls = []
        for content in (PICTURE, MASK):
            answer = await http.post("/v2/uploads", files={"file": ("a", content)})
            urls.append(conforming("Upload", answer.json())["url"])
        assert urls[0].startswith(f"{base_url}/files/")
        body = inpaint(*urls, output_format="png")
        answer = await http.post("/v2/images/edit", json=body)
        id_ = conforming("JobAccepted", answer.json())["jobId"]
        async with asyncio.timeout(30):
            while True:
                job = conforming("Job", (await http.get(f"/v2/jobs/{id_}")).json())
                if job["status"] == "COMPLETED":
                    break
                await asyncio.sleep(0.01)
        result = await http.get(job["result"]["images"][0])
        assert result.headers["x-request-id"].startswith("req_")
        assert decoded(result.content).shape == (64, 96, 3)

        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"{base_url}/v2/me", headers=KEY)
    await sandbox.aclose()


@pytest.mark.anyio
async def test_a_taken_port_is_an_error(schema: ParameterSchema) -> None:
    sandbox = Sandbox(schema)
    with socket.create_server((HOST, 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(sandbox, taken.getsockname()[1], lambda _: None)
    await sandbox.aclose()


@pytest.mark.skipif(sys.platform == "win32", reason="no process there can be sent a Ctrl+C alone")
def test_ctrl_c_ends_it_cleanly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        answer = httpx.get(f"http://{HOST}:{port}/v2/me", headers=KEY, trust_env=False)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert answer.status_code == 200
    assert (output, errors, process.returncode) == ("closed\n", "", 130)
