"""FillRequest: everything a run is told, complete and validated before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from fluxfill_studio.core.schema import Control, Kind, Parameter, ParameterSchema, Value


class Mode(Enum):
    """What a run does: fill the painted mask, or extend the picture by a preset."""

    INPAINT = "inpaint"
    OUTPAINT = "outpaint"


@dataclass(frozen=True)
class FillRequest:
    """The parameters of one run, without the addresses of its uploads.

    `values` holds exactly what goes out for the mode, by the schema's names: what the user left
    at the service's own default is absent. Made by `build` only, so it is always valid.
    """

    schema: ParameterSchema
    values: Mapping[str, Value]

    @classmethod
    def build(cls, schema: ParameterSchema, values: Mapping[str, Value]) -> FillRequest:
        """Validate `values` (anything left out stands at its default).

        Raises ParameterError for an unknown name, a missing value or one that is not allowed.
        """
        addresses = {p.name: "https://upload.invalid/" for p in schema.parameters if _is_url(p)}
        checked = schema.check({**schema.defaults, **values, **addresses})
        sent = {
            p.name: checked[p.name]
            for p in schema.parameters
            if p.name in checked
            and not _is_url(p)
            and p.mode in (None, checked["mode"])
            and (p.always_sent or checked[p.name] != p.default)
        }
        return cls(schema, MappingProxyType(sent))

    @property
    def mode(self) -> Mode:
        return Mode(self.values["mode"])

    @property
    def prompt(self) -> str:
        return str(self.values["prompt"])

    @property
    def seed(self) -> int | None:
        """The fixed seed, or None where the service chooses."""
        seed = self.values.get("seed")
        return None if seed is None else int(seed)

    def params(self, image_url: str, mask_url: str | None) -> dict[str, Value]:
        """The parameter object of the request body. `mask_url` is given for inpaint only.

        Raises ParameterError where an address is missing or is none.
        """
        params: dict[str, Value] = {"image": image_url, **self.values}
        if mask_url is not None:
            params["mask"] = mask_url
        return self.schema.check(params)


def variants_of(request: FillRequest, count: int) -> list[FillRequest]:
    """`count` requests with seeds that follow a fixed one; else the service draws them."""
    if request.seed is None:
        return [request] * count
    seed = request.schema.with_control(Control.SEED).name
    return [
        FillRequest.build(request.schema, {**request.values, seed: request.seed + number})
        for number in range(count)
    ]


def _is_url(parameter: Parameter) -> bool:
    return parameter.kind is Kind.URL
