"""The exception tree, and what each error says to the user.

::

    FluxfillError
    ├── InputError                what was given cannot be used; nothing has been sent
    │   ├── ParameterError (TextMissing)   a value outside the model's schema
    │   ├── EmptyMask · NoSource · NothingToExtend · FrameTooLarge
    │   ├── ImageError            a file or picture that cannot become a source
    │   │   ├── ImageMissing · ImageUnreadable · ImageEmpty · NotAnImage
    │   │   └── ImageTruncated · ImageKindUnknown · ImageTooLarge · MaskSizeMismatch
    │   ├── SpendingLimit         the user's own limit would be passed
    │   └── MoreRuns              what is painted costs more than was told
    ├── SaveError                 the disk or the format refused
    │   └── WouldOverwrite · UnknownEnding · FolderMissing · FolderInTheWay · PictureTooLarge
    ├── LedgerError               the list of jobs, or what is kept with it, refused
    │   ├── LedgerBusy · LedgerTooNew · LedgerDamaged
    │   └── JobTaken · JobGone · JobFileLost
    ├── KeyStoreError             the system's key store, or the file in its place, refused
    │   └── KeyUnreadable (KeyExposed) · KeyStillKept
    └── ServiceError              the service, or the way to it
        ├── Unreachable           no whole answer: reset, cut short, too slow
        │   └── NoConnection      nothing could be sent at all: refused, unresolvable, no network
        ├── CertificateRejected · ProxyRefused
        ├── KeyMissing · KeyRejected · NotEnoughCredits
        ├── RequestRejected       400, 404, 409: the service does not accept the request
        ├── TooManyRequests       429
        ├── ServiceFault          5xx, 408
        ├── BadAnswer             an answer that breaks the contract
        │   └── GarbledAnswer · AnswerTooLarge · Redirected
        ├── ResultGone · SubmissionUncertain · ServiceChanged
        └── JobFailed (JobFlagged) · JobCancelled · JobTookTooLong

Every class carries two English templates, `text` (what happened) and `advice` (what can be
done), marked for translation; the values for their fields are given to the constructor. Whether
the fault cost anything is a fact of the instance, `charge`.
"""

from __future__ import annotations

from fluxfill_studio.core.errors.base import (
    Charge,
    FluxfillError,
    as_sentences,
)
from fluxfill_studio.core.errors.disk import (
    FolderInTheWay,
    FolderMissing,
    JobFileLost,
    JobGone,
    JobTaken,
    KeyExposed,
    KeyStillKept,
    KeyStoreError,
    KeyUnreadable,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerTooNew,
    PictureTooLarge,
    SaveError,
    UnknownEnding,
    WouldOverwrite,
)
from fluxfill_studio.core.errors.given import (
    EmptyMask,
    FrameTooLarge,
    ImageEmpty,
    ImageError,
    ImageKindUnknown,
    ImageMissing,
    ImageTooLarge,
    ImageTruncated,
    ImageUnreadable,
    InputError,
    MaskSizeMismatch,
    MoreRuns,
    NoSource,
    NotAnImage,
    NothingToExtend,
    ParameterError,
    SpendingLimit,
    TextMissing,
)
from fluxfill_studio.core.errors.service import (
    AnswerTooLarge,
    BadAnswer,
    CertificateRejected,
    GarbledAnswer,
    JobCancelled,
    JobFailed,
    JobFlagged,
    JobTookTooLong,
    KeyMissing,
    KeyRejected,
    NoConnection,
    NotEnoughCredits,
    ProxyRefused,
    Redirected,
    RequestRejected,
    ResultGone,
    ServiceChanged,
    ServiceError,
    ServiceFault,
    SubmissionUncertain,
    TooManyRequests,
    Unreachable,
)

__all__ = [
    "AnswerTooLarge",
    "BadAnswer",
    "CertificateRejected",
    "Charge",
    "EmptyMask",
    "FluxfillError",
    "FolderInTheWay",
    "FolderMissing",
    "FrameTooLarge",
    "GarbledAnswer",
    "ImageEmpty",
    "ImageError",
    "ImageKindUnknown",
    "ImageMissing",
    "ImageTooLarge",
    "ImageTruncated",
    "ImageUnreadable",
    "InputError",
    "JobCancelled",
    "JobFailed",
    "JobFileLost",
    "JobFlagged",
    "JobGone",
    "JobTaken",
    "JobTookTooLong",
    "KeyExposed",
    "KeyMissing",
    "KeyRejected",
    "KeyStillKept",
    "KeyStoreError",
    "KeyUnreadable",
    "LedgerBusy",
    "LedgerDamaged",
    "LedgerError",
    "LedgerTooNew",
    "MaskSizeMismatch",
    "MoreRuns",
    "NoConnection",
    "NoSource",
    "NotAnImage",
    "NotEnoughCredits",
    "NothingToExtend",
    "ParameterError",
    "PictureTooLarge",
    "ProxyRefused",
    "Redirected",
    "RequestRejected",
    "ResultGone",
    "SaveError",
    "ServiceChanged",
    "ServiceError",
    "ServiceFault",
    "SpendingLimit",
    "SubmissionUncertain",
    "TextMissing",
    "TooManyRequests",
    "UnknownEnding",
    "Unreachable",
    "WouldOverwrite",
    "as_sentences",
]
