"""Regular files: opening a named pipe would wait for its writer, and a device may never end.

The files of a run are read and written by this module. A file that a user names may be a pipe on purpose
(`check /dev/stdin`): `open_input` opens it unless that would wait, and `read_bounded` reads it up to a limit.
What a user names as an output is checked by `check_output` first.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from io import BufferedReader, FileIO

__all__ = [
    "check_output",
    "check_regular",
    "open_descriptor",
    "open_input",
    "open_regular",
    "read_bounded",
    "read_regular",
    "replace_content",
    "unbuffered",
    "write_regular",
]

_MIB: Final = 1024 * 1024

_KINDS: Final = {
    stat.S_IFIFO: "it is a named pipe, not a file",
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFCHR: "it is a device, not a file",
    stat.S_IFBLK: "it is a device, not a file",
    stat.S_IFDIR: "it is a directory, not a file",
}

_WRITTEN: Final = frozenset({stat.S_IFREG, stat.S_IFCHR})
"""Kinds of objects that a user may have written, and whose opening does not wait."""

_DESCRIPTORS: Final = frozenset({Path("/dev"), Path("/dev/fd")})
"""Directories of a process's descriptors: `/dev/stdin`, `/dev/fd/3`."""

_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0)
"""Flag that opens a pipe without waiting for its other end; Windows has neither."""


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading; OSError where that fails, or it is no regular file."""
    return open(path, "rb", opener=open_descriptor)


def unbuffered(path: Path) -> FileIO:
    """Open a file for reading without a buffer; OSError like `open_regular`."""
    return open(path, "rb", buffering=0, opener=open_descriptor)


def read_regular(path: Path, mib: int | None = None) -> bytes:
    """Content of a file; OSError like `open_regular`, also for more than `mib` MiB."""
    with unbuffered(path) as file:
        if mib is not None and os.fstat(file.fileno()).st_size > mib * _MIB:
            raise OSError(errno.EFBIG, f"it is larger than {mib} MiB", os.fspath(path))
        return file.readall()


def open_input(path: Path) -> BufferedReader:
    """Open for reading what a user names; OSError where that fails, or would wait.

    What another program has opened (`/dev/stdin`, `<(cat)`) is read; a pipe with a name waits for its writer.
    """
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode):
        if not _is_opened(path):
            _check(mode, os.fspath(path))
        if (descriptor := _descriptor(path)) is not None:
            return os.fdopen(os.dup(descriptor), "rb")  # opened again, a pipe with a name would wait
    return path.open("rb")


def read_bounded(path: Path, mib: int) -> bytes:
    """Content of a file, a pipe or a device up to `mib` MiB; OSError for more, or like `open_input`."""
    with open_input(path) as file:
        content = file.read(mib * _MIB + 1)
    if len(content) > mib * _MIB:
        raise OSError(errno.EFBIG, f"it is larger than {mib} MiB", os.fspath(path))
    return content


def write_regular(path: Path, content: bytes) -> None:
    """Overwrite a file's content, or create it; OSError like `open_regular`."""
    with open(path, "wb", opener=open_descriptor) as file:
        file.write(content)


def check_regular(path: Path) -> None:
    """Raise OSError where an object at `path` is no regular file, or cannot be examined."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    _check(mode, os.fspath(path))


def check_output(path: Path) -> None:
    """Raise OSError where a file that a user names cannot be written, or opening it would wait.

    A terminal, `/dev/null` and what another program has opened (`/dev/stdout`, `>(cat)`) can be written; a
    pipe with a name waits for its reader.
    """
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        path.parent.stat()
        place = path.parent
    else:
        place = path
        if not (kind in _WRITTEN or (kind == stat.S_IFIFO and _is_opened(path))):
            _check(kind, os.fspath(path))
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))


def _is_opened(pipe: Path) -> bool:
    """Whether a pipe is a process's descriptor: it has no name (Linux), or is in `/dev` or `/dev/fd`."""
    place = pipe.resolve()
    return not place.exists() or not _DESCRIPTORS.isdisjoint({pipe.parent, place.parent})


def _descriptor(path: Path) -> int | None:
    """Descriptor of this process that a path names; None for other paths."""
    if path == Path("/dev/stdin"):
        return 0
    return int(path.name) if path.parent == Path("/dev/fd") and path.name.isdecimal() else None


def open_descriptor(path: str, flags: int) -> int:
    """Open a regular file like `os.open`, without waiting; a new one has mode 0600. OSError otherwise."""
    check_regular(Path(path))  # first, since opening alone has effects on some devices
    descriptor = os.open(path, flags | _AT_ONCE, 0o600)
    try:
        _check(os.fstat(descriptor).st_mode, path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def replace_content(path: Path, content: bytes) -> None:
    """Replace a file's content and keep its mode; OSError where that fails: the file is unchanged then."""
    kept = path.resolve()
    draft = kept.with_name(f".{kept.name}.new")
    try:
        with open(draft, "wb", opener=open_descriptor) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(stat.S_IMODE(kept.stat().st_mode))
        draft.replace(kept)
    except BaseException:  # noqa: ASYNC103 - an interrupt, too, leaves nothing behind
        draft.unlink(missing_ok=True)
        raise


def _check(mode: int, path: str) -> None:
    if not stat.S_ISREG(mode):
        kind = stat.S_IFMT(mode)
        number = errno.EISDIR if kind == stat.S_IFDIR else errno.EINVAL
        raise OSError(number, _KINDS.get(kind, "it is not a file"), path)
