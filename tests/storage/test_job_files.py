"""What jobs keep: the same pixels again, whole or not at all, and nothing lost that is needed."""

from __future__ import annotations

import gc
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from fluxfill_studio.core.errors import FluxfillError, JobFileLost, LedgerBusy, LedgerError
from fluxfill_studio.core.job import Job, JobState
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Inputs, Part
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger
from fluxfill_studio.storage.png import encode_png
from fluxfill_studio.storage.saving import save_picture
from tests.disks import disk_limit
from tests.pictures import photograph
from tests.storage.another_process import Another, another
from tests.storage.orders import PLAN, new_job, painted

PIXELS = photograph(60, 40)
PLAIN = Source.of("photo.png", PIXELS)
# As far as it is looked at: what colours it is for.
PRESS = bytes(16) + b"CMYK" + bytes(200)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def files(folder: Path) -> JobFiles:
    return JobFiles(folder)


@pytest.fixture
def ledger(folder: Path, schema: ParameterSchema) -> Iterator[Ledger]:
    with closing(Ledger.open(folder, schema)) as opened:
        yield opened


def kept_job(files: JobFiles, schema: ParameterSchema, source: Source, job_id: str = "1") -> Job:
    """A job whose inputs are kept."""
    name = files.keep(job_id, painted(source))
    return new_job(schema, job_id, source_name=source.name, source_file=name)


def unpainted(source: Source) -> Inputs:
    """The inputs of a job that nothing is painted for."""
    return Inputs(source, (Part(PLAN),))


def sources(folder: Path) -> list[Path]:
    return sorted((folder / "sources").iterdir())


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_same(kept: Inputs, given: Inputs) -> None:
    """To the pixel, with all that is saved with them."""
    one, other = kept.source, given.source
    assert one.name == other.name
    assert np.array_equal(one.pixels, other.pixels)
    kept_samples, samples = one.samples, other.samples
    assert kept_samples.values.dtype == samples.values.dtype
    assert np.array_equal(kept_samples.values, samples.values)
    assert (kept_samples.alpha is None) == (samples.alpha is None)
    if kept_samples.alpha is not None and samples.alpha is not None:
        assert kept_samples.alpha.dtype == samples.alpha.dtype
        assert np.array_equal(kept_samples.alpha, samples.alpha)
    assert kept_samples.icc_profile == samples.icc_profile
    assert one.dpi == pytest.approx(other.dpi, abs=0.02)
    for kept_part, part in zip(kept.parts, given.parts, strict=True):
        assert kept_part.plan == part.plan
        assert (kept_part.mask is None) == (part.mask is None)
        if kept_part.mask is not None and part.mask is not None:
            assert np.array_equal(kept_part.mask, part.mask)


# The same again.


def write_png(path: Path) -> None:
    save_picture(path, PLAIN, overwrite=False)


def write_transparent_png(path: Path) -> None:
    samples = Samples(PIXELS, photograph(60, 40, seed=2)[:, :, 0], SRGB)
    save_picture(path, replace(PLAIN, samples=samples), overwrite=False)


def write_turned_jpeg(path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Model] = "Phone"
    Image.fromarray(PIXELS).save(path, "JPEG", exif=exif.tobytes(), dpi=(300, 240))


def write_deep_tiff(path: Path) -> None:
    grey = (photograph(60, 40)[:, :, 0].astype(np.uint16) << 8) + 77
    Image.fromarray(grey).save(path, "TIFF")


def write_webp(path: Path) -> None:
    Image.fromarray(PIXELS).save(path, "WEBP", lossless=True)


def write_bmp(path: Path) -> None:
    Image.fromarray(PIXELS).save(path, "BMP")


@pytest.mark.parametrize(
    ("write", "ending"),
    [
        (write_png, ".png"),
        (write_transparent_png, ".png"),
        (write_turned_jpeg, ".jpg"),
        (write_deep_tiff, ".tif"),
        (write_webp, ".webp"),
        (write_bmp, ".bmp"),
    ],
)
def test_a_file_is_kept_as_it_is_and_comes_back_to_the_pixel(
    tmp_path: Path,
    folder: Path,
    schema: ParameterSchema,
    write: Callable[[Path], None],
    ending: str,
) -> None:
    path = tmp_path / "photo.png"
    write(path)
    # The bytes tell the format, not the name.
    path = path.rename(tmp_path / "photo.picture")
    source = read_source(path)
    given = painted(source)
    job = kept_job(JobFiles(folder), schema, source)
    (copy,) = sources(folder)
    assert copy.name == job.source_file
    assert copy.suffix == ending
    assert copy.read_bytes() == path.read_bytes()
    path.unlink()
    kept = JobFiles(folder).load(job)
    check_same(kept, given)
    assert kept.source.exif == source.exif
    assert kept.source.reduced == source.reduced


def of_samples(
    model: ColourModel, depth: int, *, alpha: bool = False, profile: bytes | None = None
) -> Source:
    """A picture without a file, its values over the whole range."""
    rng = np.random.default_rng(7)

    def values(*shape: int) -> Values:
        if depth == 8:
            return rng.integers(0, 256, shape, dtype=np.uint8)
        return rng.integers(0, 65536, shape, dtype=np.uint16)

    samples = Samples(values(40, 60, model.value), values(40, 60) if alpha else None, profile)
    return Source("photo.png", samples, srgb_of(samples))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("model", ColourModel)
def test_samples_without_a_file_are_kept_to_the_bit(
    folder: Path, schema: ParameterSchema, model: ColourModel, depth: int, alpha: bool
) -> None:
    source = of_samples(model, depth, alpha=alpha)
    job = kept_job(JobFiles(folder), schema, source)
    check_same(JobFiles(folder).load(job), painted(source))


@pytest.mark.parametrize(
    "source",
    [
        PLAIN,
        replace(of_samples(ColourModel.RGB, 16, profile=SRGB), dpi=(300, 240)),
        replace(of_samples(ColourModel.CMYK, 8, profile=PRESS), dpi=(300, 240)),
        Source.of("photo.png", PIXELS[::-1, ::2]),
    ],
    ids=["plain", "profile", "profile of CMYK", "a view"],
)
def test_what_belongs_to_a_picture_without_a_file_is_kept_too(
    folder: Path, schema: ParameterSchema, source: Source
) -> None:
    job = kept_job(JobFiles(folder), schema, source)
    (copy,) = sources(folder)
    assert copy.name == job.source_file
    check_same(JobFiles(folder).load(job), painted(source))


def test_what_is_known_of_a_picture_without_a_file_is_kept_too(
    tmp_path: Path, folder: Path, schema: ParameterSchema
) -> None:
    write_turned_jpeg(tmp_path / "photo.jpg")
    pixels = photograph(40, 60, seed=5)
    photo = read_source(tmp_path / "photo.jpg")
    fill = replace(photo, samples=Samples.of(pixels), pixels=pixels)
    kept = JobFiles(folder).load(kept_job(JobFiles(folder), schema, fill)).source
    assert np.array_equal(kept.pixels, fill.pixels)
    exif = Image.Exif()
    exif.load(kept.exif or b"")
    assert exif[Base.Model] == "Phone"


def test_pictures_that_differ_in_anything_are_kept_apart(files: JobFiles, folder: Path) -> None:
    alpha = np.full((40, 60), 255, np.uint8)
    wide = PIXELS.reshape(40, -1).view(np.uint16).reshape(40, 30, 3)
    different = [
        PLAIN,
        Source.of("photo.png", PIXELS.reshape(60, 40, 3)),
        replace(PLAIN, samples=Samples(wide)),
        replace(PLAIN, samples=Samples(PIXELS, alpha)),
        replace(PLAIN, samples=Samples(PIXELS, 255 - alpha)),
        replace(PLAIN, samples=Samples(PIXELS, None, SRGB)),
        replace(PLAIN, dpi=(300, 300)),
    ]
    names = [files.keep("1", unpainted(source)) for source in different]
    assert len(set(names)) == len(different) == len(sources(folder))


def changed_later(path: Path) -> None:
    Image.fromarray(255 - PIXELS).save(path, "PNG")


def changed_at_the_same_size(path: Path) -> None:
    data, status = path.read_bytes(), path.stat()
    path.write_bytes(data[:-1] + b"!")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "change", [changed_later, changed_at_the_same_size, Path.unlink, replaced_by_a_folder]
)
def test_a_file_that_has_changed_meanwhile_is_not_what_was_read(
    tmp_path: Path, folder: Path, schema: ParameterSchema, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "photo.png"
    write_png(path)
    source = read_source(path)
    change(path)
    job = kept_job(JobFiles(folder), schema, source)
    check_same(JobFiles(folder).load(job), painted(source))
    assert len(sources(folder)) == 1


def test_a_file_that_has_become_another_picture_that_is_kept_is_not_taken_for_it(
    tmp_path: Path, files: JobFiles, schema: ParameterSchema
) -> None:
    path, other = tmp_path / "photo.png", tmp_path / "other.png"
    write_png(path)
    other.write_bytes(encode_png(photograph(60, 40, seed=9)))
    kept = kept_job(files, schema, read_source(other))
    source = read_source(path)
    path.write_bytes(other.read_bytes())
    job = kept_job(files, schema, source, "2")
    assert job.source_file != kept.source_file
    check_same(files.load(job), painted(source))


def test_a_file_that_changes_while_it_is_copied_is_not_what_was_read(
    tmp_path: Path, folder: Path, schema: ParameterSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.png"
    write_png(path)
    source = read_source(path)

    def change(*_: object) -> None:
        path.write_bytes(b"something else")

    monkeypatch.setattr("fluxfill_studio.storage.job_files.shutil.copyfileobj", change)
    job = kept_job(JobFiles(folder), schema, source)
    assert len(sources(folder)) == 1
    check_same(JobFiles(folder).load(job), painted(source))


def test_an_outpaint_has_no_mask(files: JobFiles, folder: Path, schema: ParameterSchema) -> None:
    request = FillRequest.build(schema, {"prompt": "a wide sea", "mode": "outpaint"})
    name = files.keep("1", unpainted(PLAIN))
    job = new_job(schema, "1", request=request, plans=(PLAN,), source_file=name)
    kept = JobFiles(folder).load(job)
    assert [(part.plan, part.mask) for part in kept.parts] == [(PLAN, None)]
    assert np.array_equal(kept.source.pixels, PIXELS)


def test_jobs_that_start_from_the_same_picture_share_it(
    tmp_path: Path, folder: Path, schema: ParameterSchema
) -> None:
    path = tmp_path / "photo.png"
    write_png(path)
    files, source = JobFiles(folder), read_source(path)
    jobs = [kept_job(files, schema, source, job_id) for job_id in "123"]
    path.unlink()
    jobs.append(kept_job(files, schema, source, "4"))
    assert len({job.source_file for job in jobs}) == 1
    assert all(files.load(job).source is source for job in jobs)
    assert [path.name for path in sources(folder)] == [jobs[0].source_file]
    # In the next process too, where a new run from it needs no second copy.
    later = JobFiles(folder)
    loaded = [later.load(job).source for job in jobs]
    assert len({id(source) for source in loaded}) == 1
    assert later.keep("5", painted(loaded[0])) == jobs[0].source_file
    del source, loaded
    gc.collect()
    assert np.array_equal(later.load(jobs[0]).source.pixels, PIXELS)


def test_a_copy_that_was_removed_by_somebody_is_made_again(
    files: JobFiles, folder: Path, schema: ParameterSchema
) -> None:
    kept_job(files, schema, PLAIN)
    sources(folder)[0].unlink()
    job = kept_job(files, schema, PLAIN, "2")
    check_same(JobFiles(folder).load(job), painted(PLAIN))


def test_threads_that_keep_the_same_picture_make_one_copy(
    files: JobFiles, folder: Path, schema: ParameterSchema
) -> None:
    jobs: list[Job] = []
    barrier = threading.Barrier(4)

    def keep(job_id: str) -> None:
        barrier.wait(timeout=10)
        jobs.append(kept_job(files, schema, PLAIN, job_id))

    threads = [threading.Thread(target=keep, args=(job_id,)) for job_id in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [path.name for path in sources(folder)] == [job.source_file for job in jobs[:1]]
    assert len({job.source_file for job in jobs}) == 1


def test_processes_that_keep_the_same_picture_do_not_hinder_each_other(
    tmp_path: Path, folder: Path, schema: ParameterSchema
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1500, 2000, 3), dtype=np.uint8)
    path = tmp_path / "photo.png"
    path.write_bytes(encode_png(pixels))
    processes = [Another(folder) for _ in range(2)]
    try:
        assert [process.answer() for process in processes] == ["ready"] * 2
        for job_id in "12":
            for number, process in enumerate(processes):
                process.tell(f"keep {path} {number}{job_id}")
        names = {process.answer() for process in processes for _ in "12"}
    finally:
        for process in processes:
            process.kill()
    (copy,) = sources(folder)
    assert names == {copy.name}
    assert copy.read_bytes() == path.read_bytes()
    job = new_job(schema, "11", source_name="photo.png", source_file=copy.name)
    assert np.array_equal(JobFiles(folder).load(job).source.pixels, pixels)


# Results and thumbnails.


def encoded(kind: str) -> bytes:
    data = io.BytesIO()
    Image.fromarray(PIXELS).save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (encoded("PNG"), "result.png"),
        (encoded("JPEG"), "result.jpg"),
        (encoded("WEBP"), "result.webp"),
        (b"RIFF....WAVEfmt ", "result.bin"),
        (b"something else", "result.bin"),
        (b"", "result.bin"),
    ],
)
def test_a_result_is_kept_as_it_came(
    files: JobFiles, schema: ParameterSchema, data: bytes, name: str
) -> None:
    without = new_job(schema, "1")
    assert files.write_result(without, data) == name
    job = replace(without, results=(name,))
    assert files.read_results(job) == [data]
    assert files.write_result(without, data + b"more") == name
    assert files.read_results(job) == [data + b"more"]
    path = files.result_path(job)
    assert path is not None
    assert path.read_bytes() == data + b"more"
    assert files.result_path(without) is None
    files.remove("1")
    assert files.result_path(job) is None
    assert files.read_results(without) == []


def test_a_thumbnail_is_there_or_not(files: JobFiles, folder: Path) -> None:
    assert files.thumbnail("1") is None
    files.write_thumbnail("1", PIXELS)
    kept = files.thumbnail("1")
    assert kept is not None
    assert np.array_equal(kept, PIXELS)
    (folder / "jobs" / "1" / "thumbnail.png").write_bytes(encode_png(PIXELS)[:-200])
    assert files.thumbnail("1") is None


# Disks that refuse.


def test_a_full_disk_loses_nothing_and_leaves_nothing(
    tmp_path: Path, files: JobFiles, folder: Path, schema: ParameterSchema
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    path = tmp_path / "noise.png"
    path.write_bytes(encode_png(noise))
    job = kept_job(files, schema, PLAIN)
    files.write_result(job, b"what came first")
    before = everything(folder)
    with disk_limit(20_000):
        for source in (Source.of("noise", noise), read_source(path)):
            with pytest.raises(LedgerError, match="too large") as caught:
                files.keep("1", unpainted(source))
            assert isinstance(caught.value.__cause__, OSError)
        with pytest.raises(LedgerError):
            files.keep("1", Inputs(PLAIN, (Part(PLAN, noise[:, :, 0]),)))
        with pytest.raises(LedgerError):
            files.write_result(job, bytes(30_000))
        with pytest.raises(LedgerError):
            files.write_thumbnail("1", noise)
    assert everything(folder) == before
    check_same(JobFiles(folder).load(job), painted(PLAIN))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, schema: ParameterSchema) -> None:
    (tmp_path / "data").write_text("in the way")
    files = JobFiles(tmp_path / "data")
    for use in (
        lambda: files.keep("1", unpainted(PLAIN)),
        lambda: files.write_result(new_job(schema, "1"), b"data"),
        lambda: files.write_thumbnail("1", PIXELS),
    ):
        with pytest.raises(LedgerError) as caught:
            use()
        assert isinstance(caught.value.__cause__, OSError)


def test_files_that_are_lost_or_damaged_are_named(
    files: JobFiles, folder: Path, schema: ParameterSchema
) -> None:
    job = kept_job(files, schema, PLAIN)
    job = replace(job, results=(files.write_result(job, b"data"),))
    copy, mask, result = (
        folder / "sources" / job.source_file,
        folder / "jobs" / "1" / "mask.png",
        folder / "jobs" / "1" / "result.bin",
    )

    def told(name: str) -> FluxfillError:
        with pytest.raises(JobFileLost, match=name) as caught:
            JobFiles(folder).load(job)
        return caught.value

    whole = mask.read_bytes()
    for damage in (b"", whole[:-200], b"no picture"):
        mask.write_bytes(damage)
        assert "damaged" in told("mask.png").message
    mask.unlink()
    told("mask.png")
    copy.write_bytes(copy.read_bytes()[:-200])
    assert "damaged" in told("photo.png").message
    copy.unlink()
    told("photo.png")
    result.unlink()
    with pytest.raises(JobFileLost, match=r"result\.bin"):
        files.read_results(job)


# What goes, and what stays.


def test_removing_a_job_leaves_the_others_files(
    files: JobFiles, folder: Path, schema: ParameterSchema
) -> None:
    first, second = (kept_job(files, schema, PLAIN, job_id) for job_id in "12")
    files.write_result(first, b"data")
    files.remove("1")
    files.remove("1")
    files.remove("never there")
    assert [path.name for path in (folder / "jobs").iterdir()] == ["2"]
    check_same(JobFiles(folder).load(second), painted(PLAIN))
    assert first.source_file == second.source_file


def test_a_sweep_removes_what_no_job_needs(
    folder: Path, ledger: Ledger, schema: ParameterSchema
) -> None:
    before = JobFiles(folder)
    other = Source.of("other.png", photograph(60, 40, seed=9))
    needed = kept_job(before, schema, PLAIN, "needed")
    removed = kept_job(before, schema, other, "removed")
    settled = kept_job(before, schema, replace(other, name="another.png"), "settled")
    settled = replace(settled, state=JobState.DONE, saved="out.png")
    for job in (needed, removed, settled):
        ledger.add(job)
        before.write_result(job, b"data")
    ledger.remove("removed")
    partial = ".fluxfill-left-by-a-kill"
    for place in (folder / "sources", folder / "jobs" / "needed"):
        (place / partial).write_bytes(b"half")
    JobFiles(folder).sweep(ledger)
    assert [path.name for path in sources(folder)] == [needed.source_file]
    assert [path.name for path in (folder / "jobs").iterdir()] == ["needed"]
    check_same(JobFiles(folder).load(needed), painted(PLAIN))
    assert before.read_results(replace(needed, results=("result.bin",))) == [b"data"]
    assert not list(folder.rglob(partial))


def test_a_sweep_of_nothing_does_nothing(folder: Path, ledger: Ledger) -> None:
    (folder / "sources" / "of the system").mkdir(parents=True)
    (folder / "jobs").mkdir()
    (folder / "jobs" / ".DS_Store").write_bytes(b"of the system")
    before = everything(folder)
    JobFiles(folder).sweep(ledger)
    assert everything(folder) == before
    assert (folder / "sources" / "of the system").is_dir()


def test_a_sweep_spares_what_is_kept_for_a_job_that_is_not_added_yet(
    folder: Path, files: JobFiles, ledger: Ledger, schema: ParameterSchema
) -> None:
    earlier = JobFiles(folder)
    forgotten = kept_job(earlier, schema, PLAIN, "forgotten")
    loaded = files.load(forgotten)
    # Another run from the copy that nothing but this process knows to be needed.
    job = replace(kept_job(files, schema, loaded.source, "coming"), source_name="photo.png")
    files.sweep(ledger)
    ledger.add(job)
    check_same(JobFiles(folder).load(job), painted(PLAIN))
    assert [path.name for path in (folder / "jobs").iterdir()] == ["coming"]


def test_a_sweep_waits_until_no_other_process_is_there(
    tmp_path: Path, folder: Path, ledger: Ledger, schema: ParameterSchema
) -> None:
    path = tmp_path / "photo.png"
    write_png(path)
    with another(folder) as process:
        name = process.ask(f"keep {path} 1")
        before = everything(folder)
        JobFiles(folder).sweep(ledger)
        assert everything(folder) == before
        job = new_job(schema, "1", source_name="photo.png", source_file=name)
        check_same(JobFiles(folder).load(job), painted(read_source(path)))
        process.kill()
    JobFiles(folder).sweep(ledger)
    assert sources(folder) == list((folder / "jobs").iterdir()) == []


def test_nobody_enters_while_files_are_swept(
    folder: Path, ledger: Ledger, schema: ParameterSchema
) -> None:
    with ledger.sweeping() as jobs:
        assert jobs == []
        with pytest.raises(LedgerBusy):
            Ledger.open(folder, schema, patience=0.05)
    Ledger.open(folder, schema).close()


def test_what_belongs_to_a_damaged_ledger_is_not_swept(
    folder: Path, schema: ParameterSchema
) -> None:
    with closing(Ledger.open(folder, schema)) as ledger:
        job = kept_job(JobFiles(folder), schema, PLAIN)
        ledger.add(job)
    (folder / "ledger.sqlite3").write_bytes(b"no database" * 100)
    for _ in range(2):
        with closing(Ledger.open(folder, schema)) as ledger:
            JobFiles(folder).sweep(ledger)
        check_same(JobFiles(folder).load(job), painted(PLAIN))
