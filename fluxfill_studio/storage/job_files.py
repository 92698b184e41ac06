"""What jobs keep beside the ledger: the pictures they started from, masks, results, thumbnails."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from fluxfill_studio.core.errors import ImageError, JobFileLost
from fluxfill_studio.core.files.codec import decode, decode_mask
from fluxfill_studio.core.job import Job
from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.picture.source import Origin, Source
from fluxfill_studio.core.planning.plan import Inputs, Part
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.storage.atomic import PARTIAL_PREFIX, make_folder, write_whole
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.ledger import Ledger
from fluxfill_studio.storage.ledger_errors import ledger_errors
from fluxfill_studio.storage.png import png_parts
from fluxfill_studio.storage.tiff import write_tiff

_MASK: Final = "mask.png"
_THUMBNAIL: Final = "thumbnail.png"
_DAMAGED: Final = QT_TRANSLATE_NOOP("errors", "it is damaged")
# What files begin with.
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"BM", "bmp"),
)
_COPIED_AT_ONCE: Final = 2**20

T = TypeVar("T")


class JobFiles:
    """The files of jobs in `folder`, the ledger's own.

    Everything is on the disk when its method returns, and whole. All methods may block, and may be
    called from any thread; they raise LedgerError where the disk refuses. What belongs to one job
    is written by its owner alone; pictures that jobs started from are named by what they hold, so
    that processes which keep the same one at the same time do not get in each other's way.

    Whoever calls `keep` has the ledger open, so that no other process sweeps meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self._sources = folder / "sources"
        self._jobs = folder / "jobs"
        # Held while a picture is being kept or loaded, and while sweeping.
        self._lock = threading.Lock()
        # Jobs that start from the same picture share it.
        self._names: WeakKeyDictionary[Source, str] = WeakKeyDictionary()
        self._loaded: WeakValueDictionary[tuple[str, str], Source] = WeakValueDictionary()
        # By this process, perhaps for jobs that are not in the ledger yet.
        self._kept_sources: set[str] = set()
        self._written_jobs: set[str] = set()

    def keep(self, job_id: str, inputs: Inputs) -> str:
        """Keep what a job works on; returns the name for `Job.source_file`."""
        for number, part in enumerate(inputs.parts):
            if part.mask is not None:
                self._write_png(job_id, _numbered(_MASK, number), part.mask)
        with self._lock, ledger_errors():
            name = self._names.get(inputs.source)
            if name is None or not (self._sources / name).exists():
                name = self._kept(inputs.source)
                self._remember(inputs.source, name)
            self._kept_sources.add(name)
            return name

    def load(self, job: Job) -> Inputs:
        """What `keep` was given for the job, to the pixel. Raises JobFileLost."""
        with self._lock:
            source = self._loaded.get((job.source_file, job.source_name))
            if source is None:
                data = _read(self._sources / job.source_file, job.source_name)
                source = _decoded(decode, data, job.source_name)
                self._remember(source, job.source_file)
        parts = (self._part(job, number) for number in range(len(job.plans)))
        return Inputs(source, tuple(parts))

    def write_result(self, job: Job, data: bytes) -> str:
        """Keep what came back for the part under way; returns the name for `Job.results`."""
        name = _numbered(f"result.{_ending(data)}", job.part)
        self._write(job.id, name, lambda file: file.write(data))
        return name

    def read_results(self, job: Job) -> list[bytes]:
        """What `write_result` was given for every part that is done. Raises JobFileLost."""
        return [_read(self._path(job.id, name), name) for name in job.results]

    def result_path(self, job: Job) -> Path | None:
        """Where what came back last is kept, while it is."""
        path = self._path(job.id, job.results[-1]) if job.results else None
        return path if path is not None and path.exists() else None

    def write_thumbnail(self, job_id: str, pixels: Pixels) -> None:
        """Keep a small picture of the result."""
        self._write_png(job_id, _THUMBNAIL, pixels)

    def thumbnail(self, job_id: str) -> Pixels | None:
        """What `write_thumbnail` was given, or None where it cannot be had."""
        try:
            return read_source(self._path(job_id, _THUMBNAIL)).pixels
        except ImageError:
            # Nothing depends on it, and it can be made again.
            return None

    def remove(self, job_id: str) -> None:
        """Remove the files of a job that is off the ledger, except the picture it started from.

        Other jobs may have started from it too: `sweep` removes it.
        """
        with ledger_errors():
            _remove_folder(self._jobs / job_id)

    def sweep(self, ledger: Ledger) -> None:
        """Remove what no job in the ledger needs, if no other process is there; else nothing.

        A job that is settled needs nothing. What this process has written stays: the job it was
        written for may not be added yet.
        """
        with ledger.sweeping() as jobs, self._lock:
            if jobs is None:
                return
            unsettled = [job for job in jobs if not job.is_settled]
            sources = {job.source_file for job in unsettled} | self._kept_sources
            for file in _entries(self._sources):
                if file.name not in sources and file.is_file():
                    file.unlink()
            ids = {job.id for job in unsettled}
            for folder in _entries(self._jobs):
                if folder.name in self._written_jobs or not folder.is_dir():
                    continue
                if folder.name not in ids:
                    _remove_folder(folder)
                else:
                    for partial in folder.glob(f"{PARTIAL_PREFIX}*"):
                        partial.unlink()

    def _part(self, job: Job, number: int) -> Part:
        plan = job.plans[number]
        if job.request.mode is Mode.OUTPAINT or plan.frame is not None:
            return Part(plan)
        name = _numbered(_MASK, number)
        return Part(plan, _decoded(decode_mask, _read(self._path(job.id, name), name), name))

    def _remember(self, source: Source, name: str) -> None:
        self._names[source] = name
        self._loaded[name, source.name] = source

    def _kept(self, source: Source) -> str:
        make_folder(self._sources)
        name = None if source.origin is None else self._copied(source.origin)
        return name or self._encoded(source)

    def _copied(self, origin: Origin) -> str | None:
        """Keep a copy of the file that a picture was read from; None where it has changed."""
        try:
            with Path(origin.path).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                name = f"{digest}.{_ending(file.read(_COPIED_AT_ONCE))}"
                _check_unchanged(file, origin)

                def copy(copied: IO[bytes]) -> None:
                    file.seek(0)
                    shutil.copyfileobj(file, copied, _COPIED_AT_ONCE)
                    _check_unchanged(file, origin)

                self._write_source(name, copy)
        except OSError:
            # Moved, changed, or on a disk that was taken out. Should it be our own disk that
            # refuses, it refuses the pixels too.
            return None
        return name

    def _encoded(self, source: Source) -> str:
        """Keep a picture that is no file's, without loss."""
        samples, exif, dpi = source.samples, source.exif, source.dpi
        values, alpha = samples.values, samples.alpha
        about = (values.dtype.str, values.shape, alpha is None, samples.icc_profile, exif, dpi)
        digest = hashlib.sha256(repr(about).encode())
        for plane in (values, alpha):
            if plane is not None:
                digest.update(np.ascontiguousarray(plane).data)
        name = digest.hexdigest()
        if samples.model is ColourModel.CMYK:
            name += ".tif"
            self._write_source(name, lambda file: write_tiff(file, samples, exif, dpi))
        else:
            name += ".png"
            self._write_source(name, lambda file: file.writelines(png_parts(samples, exif, dpi)))
        return name

    def _write_source(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        """Write a picture that jobs start from, unless it is there already."""
        path = self._sources / name
        if not path.exists():
            # Another process may be doing the same and be done before.
            with suppress(FileExistsError):
                write_whole(path, write, overwrite=False)

    def _write_png(self, job_id: str, name: str, pixels: Pixels | Plane) -> None:
        parts = png_parts(Samples(np.atleast_3d(pixels)))
        self._write(job_id, name, lambda file: file.writelines(parts))

    def _write(self, job_id: str, name: str, write: Callable[[IO[bytes]], object]) -> None:
        self._written_jobs.add(job_id)
        with ledger_errors():
            make_folder(self._jobs / job_id)
            write_whole(self._path(job_id, name), write, overwrite=True)

    def _path(self, job_id: str, name: str) -> Path:
        return self._jobs / job_id / name


class _Changed(OSError):
    """A file is not what a picture was read from any more."""


def _check_unchanged(file: IO[bytes], origin: Origin) -> None:
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) != (origin.size, origin.modified_ns):
        raise _Changed


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise JobFileLost(name=name, reason=error.strerror or str(error)) from error


def _decoded(decoder: Callable[[bytes, str], T], data: bytes, name: str) -> T:
    try:
        return decoder(data, name)
    except ImageError as error:
        raise JobFileLost(name=name, reason=_DAMAGED) from error


def _ending(data: bytes) -> str:
    """What the name of a picture file ends with that begins with `data`; "bin" for other files."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return next((ending for begin, ending in _SIGNATURES if data.startswith(begin)), "bin")


def _numbered(name: str, part: int) -> str:
    """The name of a file that every part of a job has: "mask.png", "mask-2.png" ..."""
    stem, ending = name.split(".")
    return name if part == 0 else f"{stem}-{part + 1}.{ending}"


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _remove_folder(folder: Path) -> None:
    # Not there, or another process is at it too.
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
