"""Files that a tenant keeps, such as documents once drawn: one small interface, the local disk behind it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from saas.config import current_settings

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class Storage(Protocol):
    """Bytes under a tenant's slug and a name such as `documents/0193….es.pdf`."""

    def read(self, tenant: str, name: str) -> bytes | None: ...

    def write(self, tenant: str, name: str, content: bytes) -> None: ...

    def delete(self, tenant: str, name: str) -> None: ...


class LocalStorage:
    """Files below a folder, one folder a tenant. A reader sees a whole file or none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, tenant: str, name: str) -> bytes | None:
        try:
            return self._path(tenant, name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, tenant: str, name: str, content: bytes) -> None:
        path = self._path(tenant, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)

    def delete(self, tenant: str, name: str) -> None:
        self._path(tenant, name).unlink(missing_ok=True)

    def _path(self, tenant: str, name: str) -> Path:
        """Where the file lies. Raises ValueError for a name that could lead out of the tenant's folder."""
        if not _SLUG.fullmatch(tenant) or not _NAME.fullmatch(name):
            raise ValueError("not the name of a stored file")
        return self._folder / tenant / name


def read_or_make(storage: Storage, tenant: str, name: str, make: Callable[[], bytes]) -> bytes:
    """The stored file, made and kept if it is not there. For what can be made anew at any time."""
    content = storage.read(tenant, name)
    if content is None:
        content = make()
        storage.write(tenant, name, content)
    return content


def current_storage() -> Storage:
    """The store of this installation: the local disk under DATA_DIR."""
    return LocalStorage(current_settings().data_dir / "files")
