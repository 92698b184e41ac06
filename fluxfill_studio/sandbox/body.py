"""Reading the bodies of requests: bounded, in memory, and never long in one go.

A body over its bound is still read to the end, without being kept: a sender that is cut off in
the middle never hears why.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from fluxfill_studio.sandbox.refusal import Invalid

UPLOAD_LIMIT: Final = 25_000_000
"""Bytes of an image."""

_ENVELOPE = 100_000  # bytes of boundaries and headers around it
_JSON_LIMIT = 1_000_000  # bytes
_PIECE = 256 * 1024  # bytes that are parsed before others on the event loop get their turn


async def uploaded_file(request: Request) -> bytes:
    """The part `file` of a multipart body, which must be its only one.

    Raises Invalid where there is none, anything else, or too much.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise Invalid("No file uploaded: the body must be multipart/form-data")
    try:
        part = _FilePart(options[b"boundary"])
        async for piece in _pieces(request.stream(), UPLOAD_LIMIT + _ENVELOPE):
            part.parser.write(piece)
    except FormParserError as error:
        raise Invalid("The form is broken") from error
    if part.count != 1 or not part.is_file or not part.is_complete:
        raise Invalid("The form must have one part, a file with the name 'file'")
    if len(part.content) > UPLOAD_LIMIT:
        raise _too_large(UPLOAD_LIMIT)
    return bytes(part.content)


class _FilePart:
    """Listens to the parser of a form for the one part that is expected."""

    def __init__(self, boundary: bytes) -> None:
        self.count = 0
        self.is_file = False
        self.is_complete = False
        self.content = bytearray()
        self._field = bytearray()
        self._value = bytearray()
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._field.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._header,
                "on_part_data": lambda data, start, end: self.content.extend(data[start:end]),
                "on_end": self._end,
            },
        )

    def _begin(self) -> None:
        self.count += 1

    def _header(self) -> None:
        if self._field.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self.is_file = options.get(b"name") == b"file" and b"filename" in options
        self._field.clear()
        self._value.clear()

    def _end(self) -> None:
        self.is_complete = True


async def json_value(request: Request) -> object:
    """The JSON of a body. Raises Invalid where it is none, or too long."""
    text = bytearray()
    async for piece in _pieces(request.stream(), _JSON_LIMIT):
        text += piece
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not valid JSON") from error


async def _pieces(stream: AsyncIterable[bytes], limit: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in stream:
        received += len(chunk)
        if received > limit:
            continue
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]
            await asyncio.sleep(0)
    if received > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Invalid:
    return Invalid(f"The body is too large: at most {limit // 1_000_000} MB are taken")


def _no_json(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
