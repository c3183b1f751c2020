"""The file of an export: a gzipped tar that is written and read in one pass, in constant memory.

header.json               the format, the slug, when, the schema's revision, the tables with their columns
control.json              the rows of the control plane
rows/<table>/<n>.copy     rows as COPY writes them, a megabyte a member; `shared.` before those of the cell
manifest.json             rows and SHA-256 of each table: last, so that a file cut short has none
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from tenants.errors import TenancyRefused
from tenants.tables import CHUNK, RowHash

FORMAT = 1
_FAST = 3  # a level of gzip: half the time of the default for a tenth more bytes


class ArchiveDamaged(TenancyRefused):
    """The file is not an export, or not a whole one, or was altered."""


class ArchiveWriter:
    """Writes the members in the order above."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._hashes: dict[str, Any] = {}

    def json(self, name: str, content: Any) -> None:
        self._member(f"{name}.json", orjson.dumps(content, default=str))

    def rows(self, table: str, pieces: Iterable[bytes]) -> None:
        found = RowHash()
        for number, piece in enumerate(pieces):
            found.add(piece)
            self._member(f"rows/{table}/{number:06}.copy", piece)
        self._hashes[table] = found.as_json()

    def manifest(self) -> dict[str, Any]:
        """Close the list of hashes, and return it."""
        self.json("manifest", self._hashes)
        return self._hashes

    def _member(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """A new file for the operator's eyes alone, which has its name only once it is whole and on disk."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with (
                gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_FAST, filename="") as zipped,
                tarfile.open(fileobj=zipped, mode="w|") as tar,
            ):
                yield ArchiveWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


class ArchiveReader:
    """Gives the members in the order in which they were written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._next = tar.next()

    def json(self, name: str) -> Any:
        if self._next is None or self._next.name != f"{name}.json":
            raise ArchiveDamaged(f"the file has no {name} where it should be; was it cut short?")
        content = orjson.loads(self._content().read())
        self._next = self._tar.next()
        return content

    def rows(self, table: str) -> Iterator[bytes]:
        """The pieces of one table, none if it was empty."""
        while self._next is not None and self._next.name.startswith(f"rows/{table}/"):
            content = self._content()
            while piece := content.read(CHUNK):
                yield piece
            self._next = self._tar.next()

    def _content(self) -> IO[bytes]:
        assert self._next is not None
        content = self._tar.extractfile(self._next)
        if content is None:
            raise ArchiveDamaged("the file has something in it that no export has")
        return content


@contextmanager
def reading(path: Path) -> Iterator[ArchiveReader]:
    """An export's file. Raises ArchiveDamaged, here and while it is read, for what is not a whole one."""
    try:
        with tarfile.open(path, mode="r|gz") as tar:
            yield ArchiveReader(tar)
    except FileNotFoundError as error:
        raise TenancyRefused(f"there is no file {path}") from error
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, orjson.JSONDecodeError) as error:
        raise ArchiveDamaged(f"{path} is not a whole export: {error}") from error
