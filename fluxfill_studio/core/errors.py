"""The exception tree, and what each error says to the user.

::

    FluxfillError
    ├── InputError                what was given cannot be used; nothing has been sent
    │   ├── ParameterError (TextMissing)   a value outside the model's schema
    │   ├── EmptyMask · NoSource
    │   └── ImageError            a file or picture that cannot become a source
    │       ├── ImageMissing · ImageUnreadable · ImageEmpty · NotAnImage
    │       └── ImageTruncated · ImageTooLarge · MaskSizeMismatch
    ├── SaveError                 the disk or the format refused
    │   └── WouldOverwrite · UnknownEnding · FolderMissing · FolderInTheWay
    └── ServiceError              the service, or the way to it
        ├── Unreachable           no answer: refused, reset, unresolvable, too slow
        ├── KeyMissing · KeyRejected · NotEnoughCredits
        ├── RequestRejected       400, 404, 409: the service does not accept the request
        ├── TooManyRequests       429
        ├── ServiceFault          5xx
        ├── BadAnswer             an answer that breaks the contract
        └── JobFailed (JobFlagged) · JobCancelled · JobTookTooLong

Every class carries two English templates, `text` (what happened) and `advice` (what can be
done), marked for translation; the values for their fields are given to the constructor. Whether
the fault cost anything is a fact of the instance, `charge`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import ClassVar

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class Charge(Enum):
    """Whether a failed step cost credits. The values are texts for the user."""

    NONE = QT_TRANSLATE_NOOP("errors", "Nothing was charged.")
    PENDING = QT_TRANSLATE_NOOP(
        "errors", "The run may go on at the service and is charged once if it succeeds."
    )
    CHARGED = QT_TRANSLATE_NOOP("errors", "The run was charged; its result can be fetched again.")


class FluxfillError(Exception):
    """Root of the tree: an error with a sentence for the user.

    `values` fill the fields of `text` and `advice`. `charge` is None where money cannot be
    involved at all (opening or saving a file).
    """

    text: ClassVar[str] = QT_TRANSLATE_NOOP("errors", "Something went wrong: {reason}")
    advice: ClassVar[str] = ""

    def __init__(self, *, charge: Charge | None = None, **values: object) -> None:
        self.values = values
        self.charge = charge
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The untranslated sentence, with its values."""
        return self.text.format(**self.values)

    @property
    def full_message(self) -> str:
        """What happened, whether it cost anything and what can be done, untranslated."""
        parts = [self.message]
        if self.charge is not None:
            parts.append(self.charge.value)
        if self.advice:
            parts.append(self.advice.format(**self.values))
        return as_sentences(parts)


def as_sentences(parts: Iterable[str]) -> str:
    """Joined with a space, each ended by a full stop where it has no end: services leave it out."""
    return " ".join(part if part.endswith(_ENDS) else f"{part}." for part in parts)


_ENDS = (".", "!", "?", "…", "。")


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


class NoSource(InputError):
    """A run was asked for without a picture."""

    text = QT_TRANSLATE_NOOP("errors", "There is no picture to fill yet.")
    advice = QT_TRANSLATE_NOOP("errors", "Open or drop one first.")


class ImageError(InputError):
    """A file or picture that cannot become a source. Values: name, and what the class names."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” could not be opened: {reason}")


class ImageMissing(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” is not there any more.")


class ImageUnreadable(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” could not be read: {reason}.")


class ImageEmpty(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” is empty.")


class NotAnImage(ImageError):
    text = QT_TRANSLATE_NOOP(
        "errors",
        "“{name}” is not a picture this program can read (PNG, JPEG, WebP, TIFF or BMP).",
    )


class ImageTruncated(ImageError):
    text = QT_TRANSLATE_NOOP("errors", "“{name}” is damaged or cut off and cannot be read whole.")


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


class SaveError(FluxfillError):
    """A file could not be written. Values: name, reason."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” could not be saved: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "The result is still here; save it somewhere else.")


class WouldOverwrite(SaveError):
    """The file exists and overwriting was not allowed. Values: name."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” exists already and was left as it is.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose another name, or allow overwriting.")


class UnknownEnding(SaveError):
    """The name's ending names no format that can be written. Values: name, endings."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” cannot be saved: its ending names no format.")
    advice = QT_TRANSLATE_NOOP("errors", "Use one of {endings}.")


class FolderMissing(SaveError):
    """Values: name, folder."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” cannot be saved: there is no folder {folder}.")


class FolderInTheWay(SaveError):
    """Values: name."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” cannot be saved: it is a folder.")


class ServiceError(FluxfillError):
    """The service or the way to it failed.

    Values: reason (the service's own words, cut). `request_id` is the `x-request-id` of the
    answer, where there was one, and `status` its HTTP status.
    """

    text = QT_TRANSLATE_NOOP("errors", "The service reported a problem: {reason}")

    def __init__(
        self,
        *,
        charge: Charge | None = Charge.NONE,
        status: int | None = None,
        request_id: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(charge=charge, **values)
        self.status = status
        self.request_id = request_id


class Unreachable(ServiceError):
    """No usable answer came: refused, reset, unresolvable, too slow. Values: host, reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service at {host} could not be reached ({reason}).")
    advice = QT_TRANSLATE_NOOP("errors", "Check the connection and try again.")


class KeyMissing(ServiceError):
    text = QT_TRANSLATE_NOOP("errors", "There is no API key for the service.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Set APIFRAME_API_KEY, or use the local draft, which needs none."
    )


class KeyRejected(ServiceError):
    """401 or 403. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service did not accept the API key: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Check the key and what it may do.")


class NotEnoughCredits(ServiceError):
    """402. Values: required, available (credits)."""

    text = QT_TRANSLATE_NOOP(
        "errors", "The run needs {required} credits, and {available} are there."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Add credits and run again; mask and prompt are kept.")


class RequestRejected(ServiceError):
    """400, 404 or 409: the service does not accept the request. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service did not accept the request: {reason}")


class TooManyRequests(ServiceError):
    """429. Values: reason. `retry_after` is how long to wait, in seconds, where it was said."""

    text = QT_TRANSLATE_NOOP("errors", "The service is asked too often at the moment: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Wait a little and run again.")

    def __init__(
        self,
        *,
        retry_after: float | None,
        charge: Charge | None = Charge.NONE,
        status: int | None = None,
        request_id: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(charge=charge, status=status, request_id=request_id, **values)
        self.retry_after = retry_after


class ServiceFault(ServiceError):
    """5xx. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service has a fault at the moment: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Try again in a while.")


class BadAnswer(ServiceError):
    """An answer that breaks the contract. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service sent an answer that makes no sense: {reason}")


class JobFailed(ServiceError):
    """The job ended as FAILED; failed jobs are not charged. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The run failed at the service: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Mask, prompt and parameters are kept; run again.")


class JobFlagged(JobFailed):
    """The job was stopped by the service's moderation. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The run was stopped by the safety filter: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Change the prompt or the picture, then run again.")


class JobCancelled(ServiceError):
    text = QT_TRANSLATE_NOOP("errors", "The run was cancelled at the service.")


class JobTookTooLong(ServiceError):
    """The job did not end within the time limit. Values: minutes."""

    text = QT_TRANSLATE_NOOP("errors", "The run did not end within {minutes} minutes.")
    advice = QT_TRANSLATE_NOOP("errors", "It can be picked up again.")
