"""What was given cannot be used; nothing has been sent."""

from __future__ import annotations

from fluxfill_studio.core.errors.base import FluxfillError
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class InputError(FluxfillError):
    """What was given cannot be used; nothing has been sent."""


class ParameterError(InputError):
    """A parameter value that the model's schema does not allow. Values: name, reason."""

    text = QT_TRANSLATE_NOOP("errors", "{name}: {reason}")


class TextMissing(ParameterError):
    """A text that a run needs is empty. Values: name, label, reason."""

    text = QT_TRANSLATE_NOOP("errors", "{label} is missing, and a run needs it.")


class EmptyMask(InputError):
    """An inpaint run was asked for with nothing painted."""

    text = QT_TRANSLATE_NOOP("errors", "The mask is empty: nothing would be filled.")
    advice = QT_TRANSLATE_NOOP("errors", "Paint over what should be replaced, then run again.")


class NothingToExtend(InputError):
    """An extension was asked for that adds no pixel on any side."""

    text = QT_TRANSLATE_NOOP("errors", "The picture would not grow on any side.")
    advice = QT_TRANSLATE_NOOP("errors", "Say how far it should grow, then run again.")


class FrameTooLarge(InputError):
    """An extended picture would be larger than can be opened. Values: width, height, limit."""

    text = QT_TRANSLATE_NOOP(
        "errors",
        "The picture would grow to {width} × {height} pixels; the limit is {limit} megapixels.",
    )
    advice = QT_TRANSLATE_NOOP("errors", "Let it grow by less.")


class NoSource(InputError):
    """A run was asked for without a picture."""

    text = QT_TRANSLATE_NOOP("errors", "There is no picture to fill yet.")
    advice = QT_TRANSLATE_NOOP("errors", "Open or drop one first.")


class ImageError(InputError):
    """A file or picture that cannot become a source. Values: name, and what the class names."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” could not be opened: {reason}")


class ImageMissing(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” was not found.")


class ImageUnreadable(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” could not be read: {reason}.")


class ImageEmpty(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” is empty.")


class NotAnImage(ImageError):
    text = QT_TRANSLATE_NOOP(
        "errors",
        "“{name}” is not a picture this program can read (PNG, JPEG, WebP, TIFF, BMP, GIF, "
        "AVIF, HEIC or PSD).",
    )


class ImageTruncated(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” is damaged or cut off and cannot be read whole.")


class ImageKindUnknown(ImageError):
    """The format is known and its colours are not: Lab, inks of their own, odd depths."""

    text = QT_TRANSLATE_NOOP(
        "errors", "“{name}” holds colours, or numbers, of a kind this program cannot read."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Save it as grey, RGB or CMYK of 8 or 16 bits, a PSD with maximum compatibility, "
        "and open that.",
    )


class ImageTooLarge(ImageError):
    """Values: name, megapixels, limit."""

    text = QT_TRANSLATE_NOOP(
        "errors",
        "“{name}” has {megapixels} megapixels, more than the limit of {limit}; "
        "it may be a decompression bomb.",
    )


class MaskSizeMismatch(ImageError):
    """Values: name, width, height, source_width, source_height."""

    text = QT_TRANSLATE_NOOP(
        "errors",
        "The mask “{name}” has {width} × {height} pixels, "
        "the picture {source_width} × {source_height}.",
    )
    advice = QT_TRANSLATE_NOOP("errors", "Give a mask of the picture's own size.")


class MoreRuns(InputError):
    """A run has come to consist of more of them than its price was told for. Values: runs, told."""

    text = QT_TRANSLATE_NOOP(
        "errors", "It takes {runs} runs by now; the price was told for {told}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Look at the price, then run again.")


class SpendingLimit(InputError):
    """The user's own limit would be passed. Values: limit, spent, price (credits)."""

    text = QT_TRANSLATE_NOOP(
        "errors",
        "The run costs {price} credits; {spent} of the limit of {limit} have been spent.",
    )
    advice = QT_TRANSLATE_NOOP("errors", "Raise the limit in the settings, or wait.")
