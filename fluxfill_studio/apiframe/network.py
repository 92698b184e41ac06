"""The way to a service: one HTTP exchange, read to its end, or a typed error.

httpx is met here and nowhere else. Nothing is repeated, and no redirect is followed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

from fluxfill_studio import __version__
from fluxfill_studio.apiframe.answer import Answer
from fluxfill_studio.core.errors import (
    AnswerTooLarge,
    BadAnswer,
    CertificateRejected,
    Charge,
    GarbledAnswer,
    NoConnection,
    ParameterError,
    ProxyRefused,
    ServiceError,
    Unreachable,
)
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

# What is wrong with a setting is told under its name.
PROXY = QT_TRANSLATE_NOOP("errors", "Proxy")
_CERTIFICATES = QT_TRANSLATE_NOOP("errors", "Certificates")


@dataclass(frozen=True)
class Limits:
    """How long the client waits, in seconds, and how much it reads, in bytes.

    `write` is for each block of 64 KiB. Reading begins when the last block has gone to the
    system, whose buffers may hold some megabytes: hence the patience with `upload_read`. These
    are for as long as nothing moves; `exchange` is for a request and its answer together.
    """

    connect: float = 10
    write: float = 30
    read: float = 30
    upload_read: float = 120
    submit_read: float = 60
    exchange: float = 600
    answer_bytes: int = 4_000_000
    download_bytes: int = 200_000_000
    redirects: int = 5


@dataclass(frozen=True)
class Call:
    """What is sent, how long its answer may take, and what its faults say about money.

    `refused` holds where the service has taken nothing (no connection, or a 4xx but 409, which
    speaks of an earlier request that it did take), `lost` where that is not known. The `key` goes
    out with this call.
    """

    method: str
    read: float
    refused: Charge = Charge.NONE
    lost: Charge = Charge.NONE
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    files: Mapping[str, tuple[str, BinaryIO]] | None = None
    key: str | None = field(default=None, repr=False)


class Network:
    """Connections over the system's network, opened when they are first needed.

    Proxies and certificates are those of the system, as `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`,
    `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` give them, or its settings; Mozilla's
    certificates are trusted besides unless one of the last two is set. `proxy` is an http or https
    address that all requests go through instead; `certificates` a PEM file of authorities that are
    trusted as well. `transport` replaces all of this, for a service inside this process.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | None = None,
        certificates: Path | None = None,
    ) -> None:
        self._limits = limits
        self._transport = transport
        self._proxy = proxy
        self._certificates = certificates
        self._opening = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close the connections; exchanges under way end as Unreachable."""
        async with self._opening:
            if self._http is not None:
                await self._http.aclose()

    async def exchange(self, url: str, call: Call, limit: int) -> Answer:
        """Send one request and read its answer, of at most `limit` bytes.

        Raises ServiceError, and ParameterError where proxy or certificates cannot be used.
        """
        http = await self._opened()
        key = {} if call.key is None else {"X-API-Key": call.key}
        request = http.stream(
            call.method,
            url,
            headers={**call.headers, **key},
            content=call.content,
            files=call.files,
            timeout=httpx.Timeout(
                connect=self._limits.connect,
                write=self._limits.write,
                read=call.read,
                pool=self._limits.connect,
            ),
        )
        try:
            async with asyncio.timeout(self._limits.exchange), request as response:
                status = response.status_code
                refused = 400 <= status < 500 and status != 409
                charge = call.refused if refused else call.lost
                body = await _read(response.aiter_bytes(), limit, charge)
        except (httpx.RequestError, httpx.InvalidURL, OSError) as error:
            host = urlsplit(url).netloc.rpartition("@")[2]
            # Some texts quote the other end's bytes, which may echo the key.
            tells_key = call.key is not None and call.key in str(error)
            raise _translated(error, host, call) from (None if tells_key else error)
        return Answer(status, dict(response.headers), body, charge)

    async def _opened(self) -> httpx.AsyncClient:
        # Reading the certificates takes longer than a frame of the window.
        async with self._opening:
            if self._http is None:
                self._http = await asyncio.to_thread(self._open)
            return self._http

    def _open(self) -> httpx.AsyncClient:
        verify: ssl.SSLContext | bool = True
        if self._transport is None:
            verify = _trust(self._certificates)
        try:
            return httpx.AsyncClient(
                transport=self._transport,
                verify=verify,
                proxy=self._proxy,
                follow_redirects=False,
                headers={"User-Agent": f"fluxfill-studio/{__version__}"},
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:  # ImportError for SOCKS
            raise ParameterError(name=PROXY, reason=_NOT_A_PROXY) from error


_NOT_A_PROXY = QT_TRANSLATE_NOOP("errors", "must be an http or https address")
_NO_CERTIFICATES = QT_TRANSLATE_NOOP("errors", "there are no certificates in “{name}” ({reason})")
_NO_ADDRESS = QT_TRANSLATE_NOOP("errors", "its address cannot be used")
_UNREADABLE = QT_TRANSLATE_NOOP("errors", "the answer is packed in a way that cannot be read")
_NO_NETWORK = QT_TRANSLATE_NOOP("errors", "no connection came about")
_REFUSED = QT_TRANSLATE_NOOP("errors", "it refuses connections")
_NO_SUCH_HOST = QT_TRANSLATE_NOOP("errors", "there is no such host")
_NO_TLS = QT_TRANSLATE_NOOP("errors", "no secure connection came about")
_NO_PROXY = QT_TRANSLATE_NOOP("errors", "the proxy does not connect")
_TOO_SLOW = QT_TRANSLATE_NOOP("errors", "it did not answer in time")
_BROKEN = QT_TRANSLATE_NOOP("errors", "the connection broke off")


def _trust(certificates: Path | None) -> ssl.SSLContext:
    try:
        trust = httpx.create_ssl_context()
        trust.load_default_certs()
        if certificates is not None:
            trust.load_verify_locations(certificates)
    except OSError as error:
        name = certificates or "SSL_CERT_FILE"
        reason = _NO_CERTIFICATES.format(name=name, reason=error.strerror or error)
        raise ParameterError(name=_CERTIFICATES, reason=reason) from error
    return trust


async def _read(blocks: AsyncIterable[bytes], limit: int, charge: Charge) -> bytes:
    read, length = [], 0
    async for block in blocks:
        length += len(block)
        if length > limit:
            raise AnswerTooLarge(limit=limit, charge=charge)
        read.append(block)
    return b"".join(read)


def _translated(error: Exception, host: str, call: Call) -> ServiceError:
    """The error of ours for one of httpx's, by what it says about how far the request came."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return NoConnection(host=host, reason=_TOO_SLOW, charge=call.refused)
        case httpx.ConnectError():
            return _no_connection(error, host, call.refused)
        case httpx.ProxyError():
            return _no_way_through(error, host, call.refused)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return BadAnswer(reason=_NO_ADDRESS, charge=call.refused)
        case httpx.TimeoutException() | TimeoutError():
            return Unreachable(host=host, reason=_TOO_SLOW, charge=call.lost)
        case httpx.DecodingError():
            return GarbledAnswer(reason=_UNREADABLE, charge=call.lost)
        case _:  # NetworkError, ProtocolError, SSLError: reset, cut short, or no HTTP at all
            return Unreachable(host=host, reason=_BROKEN, charge=call.lost)


def _no_connection(error: BaseException, host: str, charge: Charge) -> ServiceError:
    """Why there was no connection, from the first cause that tells."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                reason = cause.verify_message
                return CertificateRejected(host=host, reason=reason, charge=charge)
            case ssl.SSLError():  # something answers, and may always answer so
                return Unreachable(host=host, reason=_NO_TLS, charge=charge)
            case socket.gaierror():
                return NoConnection(host=host, reason=_NO_SUCH_HOST, charge=charge)
            case ConnectionRefusedError():
                return NoConnection(host=host, reason=_REFUSED, charge=charge)
    return NoConnection(host=host, reason=_NO_NETWORK, charge=charge)


def _no_way_through(error: httpx.ProxyError, host: str, charge: Charge) -> ServiceError:
    """Whether a proxy cannot reach the host (5xx), or will not let the program do so."""
    status = str(error)[:3]  # httpcore gives the status line of the proxy's answer as the text
    if status.startswith("5"):
        return NoConnection(host=host, reason=_NO_PROXY, charge=charge)
    return ProxyRefused(reason=f"HTTP {status}", charge=charge)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):  # one for each address of the host
            for part in error.exceptions:
                yield from _causes(part)
        error = error.__cause__ or error.__context__
