"""Another shape's files in a ZIP, tar.gz or 7z archive: nested, with a password, cut into volumes.

zipfile and tarfile come with Python; pyzipper adds AES, which zipfile cannot write; py7zr is the one 7z
writer in Python. All stream, so that memory does not grow with the archive. Spans are those of the shape
inside, with the path of their `member`; in an archive within an archive the path goes on:
`export-2.zip/patients.csv`. Of an archive in volumes, spans name the first (`export.zip.001`); `cat` puts
the volumes together.

Times are those of the day of the last visit. The salt of the encryption, random elsewhere, follows from the
password and the member, so that the same leak has the same bytes.
"""

import gzip
import os
import shutil
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from simbreach.core.errors import InputError, MissingExtraError
from simbreach.core.files import WORKING
from simbreach.shapes.contract import LeakFile, Out, ShapeOptions, Spans, Table, find_shape
from simbreach.shapes.records import last_day

NAME_FR = "Archive ZIP, tar.gz ou 7z d'une autre forme : imbriquée, avec mot de passe, en volumes"

_NAME: Final = "export"
_NOTE: Final = "LISEZMOI.txt"
_HOUR: Final = 20
_CHUNK: Final = 1 << 20
# LZMA2 with a dictionary of 4 MiB: 50 MB of memory.
_PRESET: Final = 3


class Options(ShapeOptions):
    """What is packed, and how."""

    content: str = Field("csv", description="The shape of the files inside.")
    content_options: dict[str, Any] = Field(
        default_factory=dict, description='Options of that shape; in a text as TOML: header = "none", …'
    )
    format: Literal["zip", "tar.gz", "7z"] = Field("zip", description="Format of the archive.")
    depth: int = Field(1, ge=1, le=4, description="How many archives lie in each other.")
    password: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="Password of the innermost archive (AES-256, only zip); a LISEZMOI.txt in the outermost "
        "tells it, as sellers do.",
    )
    split_mb: int | None = Field(None, ge=1, description="Size of the volumes that it is cut into, in MB.")

    @field_validator("content_options", mode="before")
    @classmethod
    def _read(cls, given: object) -> object:
        """Options given as text, as on a command line."""
        if not isinstance(given, str):
            return given
        try:
            return tomllib.loads(f"options = {{ {given.strip().removeprefix('{').removesuffix('}')} }}")[
                "options"
            ]
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"not TOML: {error}") from None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.password is not None and self.format != "zip":
            raise ValueError(f"password: only zip can have one here, not {self.format}")
        if self.content == "archive":
            raise ValueError("content: an archive in an archive is made by depth = 2")
        return self


@dataclass(frozen=True, slots=True)
class _Member:
    """A file that goes into an archive under a name."""

    name: str
    path: Path


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """One archive `export.<format>`, or its volumes `export.<format>.001` and so on."""
    inside = find_shape(options.content)
    try:
        inner_options = inside.Options.model_validate(options.content_options)
    except ValidationError as error:
        wrong = error.errors()[0]
        key = ".".join(("content_options", *map(str, wrong["loc"])))
        raise InputError(
            f"archive: {key}: {wrong['msg']} (see `simbreach shapes show {options.content}`)"
        ) from None
    names = _names(options)
    with out.file(names[0] + (".001" if options.split_mb else "")) as file, _workshop(file.path) as shop:
        inner = Out(shop / "members", _marker(file, names), run=out.run)
        inside.write(tables, inner, inner_options)
        for what, number in inner.counts.items():
            out.count(what, number)
        out.count("members", len(inner.files))
        whole = _nest(inner, shop, names, tables, options)
        _hand_over(whole, file, out, names[0], options.split_mb)


def _names(options: Options) -> list[str]:
    """Names of the archives, the outermost first."""
    ending = options.format
    return [f"{_NAME}.{ending}", *(f"{_NAME}-{level}.{ending}" for level in range(2, options.depth + 1))]


def _marker(file: LeakFile, names: Sequence[str]) -> Callable[[str, Spans], None]:
    """Spans of a file inside become spans of the archive's member."""

    def mark(name: str, spans: Spans) -> None:
        path = (*names[1:], name, *((spans.member,) if spans.member else ()))
        file.mark(replace(spans, member="/".join(path)))

    return mark


@contextmanager
def _workshop(beside: Path) -> Iterator[Path]:
    """A folder for members beside the archive, which is gone afterwards."""
    folder = beside.with_name(beside.name.removesuffix(WORKING) + ".members" + WORKING)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nest(inner: Out, shop: Path, names: Sequence[str], tables: Sequence[Table], options: Options) -> Path:
    """Pack the members, then archive after archive; members are deleted once packed."""
    day = last_day(tables[0])
    folder = shop / "members"
    members = [_Member(name, folder / name) for name in sorted(inner.files)]
    for level, name in reversed(list(enumerate(names))):
        innermost, outermost = level == len(names) - 1, level == 0
        note = _note(shop, tables, day, options) if outermost and (options.password or not innermost) else ()
        packed = shop / name
        _PACKERS[options.format](packed, [*note, *members], day, options.password if innermost else None)
        for member in members:
            member.path.unlink()
        members = [_Member(name, packed)]
    return members[0].path


def _note(shop: Path, tables: Sequence[Table], day: date, options: Options) -> tuple[_Member, ...]:
    """What the seller says: how much there is, and the password."""
    lines = [f"Base {tables[0].name} - {tables[0].rows} lignes - export du {day:%d/%m/%Y}"]
    if options.password:
        lines.append(f"Mot de passe : {options.password}")
    path = shop / _NOTE
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252", "replace"))
    return (_Member(_NOTE, path),)


def _hand_over(whole: Path, file: LeakFile, out: Out, name: str, split_mb: int | None) -> None:
    """The finished archive under its name, or cut into volumes."""
    if not split_mb:
        whole.replace(file.path)
        return
    with whole.open("rb") as source:
        _copy(source, file, split_mb)
        number = 1
        while source.tell() < whole.stat().st_size:
            number += 1
            with out.file(f"{name}.{number:03d}") as volume:
                _copy(source, volume, split_mb)
    out.count("volumes", number)


def _copy(source: Any, target: LeakFile, most_mb: int) -> None:
    for _ in range(most_mb):
        target.write(source.read(1_000_000))


def _pack_zip(path: Path, members: Sequence[_Member], day: date, password: str | None) -> None:
    moment = (max(1980, day.year), day.month, day.day, _HOUR, 0, 0)
    with _open_zip(path, password) as archive:
        for member in members:
            if password is None:
                entry = zipfile.ZipInfo(member.name, moment)
            else:
                entry = archive.entry(member.name, moment, clear=member.name == _NOTE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            big = member.path.stat().st_size > zipfile.ZIP64_LIMIT // 2
            with member.path.open("rb") as source, archive.open(entry, "w", force_zip64=big) as target:
                shutil.copyfileobj(source, target, _CHUNK)


def _open_zip(path: Path, password: str | None) -> Any:
    """A new ZIP archive, for encrypted members where there is a password."""
    if password is None:
        return zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    from simbreach.shapes.sealed import open_sealed

    return open_sealed(path, password)


def _pack_tar(path: Path, members: Sequence[_Member], day: date, password: str | None) -> None:
    seconds = _seconds(day)
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, seconds) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for member in members:
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mtime, entry.mode = member.path.stat().st_size, seconds, 0o644
            with member.path.open("rb") as source:
                archive.addfile(entry, source)


def _pack_seven(path: Path, members: Sequence[_Member], day: date, password: str | None) -> None:
    try:
        import py7zr
    except ImportError:
        raise MissingExtraError("7z archives need an extra: pip install 'simbreach[shapes]'") from None
    filters = [{"id": py7zr.FILTER_LZMA2, "preset": _PRESET}]
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        for member in members:
            # py7zr takes times and rights from the file.
            os.utime(member.path, (_seconds(day), _seconds(day)))
            member.path.chmod(0o644)
            archive.write(member.path, member.name)


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, _HOUR, tzinfo=UTC).timestamp())


_PACKERS: Final[Mapping[str, Callable[[Path, Sequence[_Member], date, str | None], None]]] = {
    "zip": _pack_zip,
    "tar.gz": _pack_tar,
    "7z": _pack_seven,
}
