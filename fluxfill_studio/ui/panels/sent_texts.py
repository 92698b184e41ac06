"""What is told about that which will be sent: its sizes, what of it is filled, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from fluxfill_studio.jobs.sent_preview import SentPreview

_N = QT_TRANSLATE_NOOP
_DOT: Final = "●"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class SentTexts:
    """One line each; empty where there is nothing to say."""

    size: str
    bytes: str
    covered: str = ""
    promise: str = ""


def sent_texts(preview: SentPreview) -> SentTexts:
    size, sent_bytes = _size_text(preview), _bytes_text(preview)
    if preview.covered is None:
        return SentTexts(size, sent_bytes)
    if preview.plans[0].frame is not None:
        covered = _tr(_N("SentCard", "{share} of it is new"))
        promise = _tr(_N("SentCard", "nothing of the picture will change"))
    else:
        covered = _tr(_N("SentCard", "mask covers {share}"))
        promise = _tr(_N("SentCard", "nothing outside the mask will change"))
    covered = covered.format(share=_percent(preview.covered))
    return SentTexts(size, sent_bytes, covered, f"{_DOT} {promise}")


def _size_text(preview: SentPreview) -> str:
    plan = preview.plans[0]
    if plan.crop == Rect.of(preview.image.source.size):
        template = _tr(_N("SentCard", "whole image {size}"))
    elif plan.crop == plan.frame:
        template = _tr(_N("SentCard", "canvas {size}"))
    else:
        template = _tr(_N("SentCard", "crop {size}"))
    text = template.format(size=_size(plan.crop.size))
    if plan.scale < 1:
        text += f" → {_size(plan.sent)}"
    text += f" ({_percent(plan.scale)})"
    if len(preview.plans) > 1:
        template = _tr(_N("SentCard", "{count} runs; the first: {first}"))
        text = template.format(count=len(preview.plans), first=text)
    return text


def _bytes_text(preview: SentPreview) -> str:
    about = f"≈{_NO_BREAK}" if preview.is_estimate else ""
    image = _tr(_N("SentCard", "image {size}"))
    parts = [image.format(size=about + _bytes(preview.image_bytes))]
    if preview.mask_bytes is not None:
        mask = _tr(_N("SentCard", "mask {size}"))
        parts.append(mask.format(size=about + _bytes(preview.mask_bytes)))
    # Where it needs two lines it breaks between the two.
    return " · ".join(part.replace(" ", _NO_BREAK) for part in parts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("SentCard", text)


def _size(size: Size) -> str:
    return f"{size.width:,}{_NO_BREAK}×{_NO_BREAK}{size.height:,}"


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.1f}{_NO_BREAK}%" if percent < 10 else f"{percent:.0f}{_NO_BREAK}%"


def _bytes(count: int) -> str:
    """In decimal units, as the service's limit is."""
    if count >= 1e6:
        return f"{count / 1e6:.1f}{_NO_BREAK}MB"
    return f"{max(1, round(count / 1e3))}{_NO_BREAK}KB"
