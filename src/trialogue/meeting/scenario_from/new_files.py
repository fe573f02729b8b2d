"""New files of a scenario: its text, and its clips."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from attrs import field

from trialogue.errors import JournalError, SetupError
from trialogue.importing import import_extra
from trialogue.regular_files import open_descriptor
from trialogue.values import define

__all__ = ["NewFiles", "new_files"]


@define
class NewFiles:
    """New files of one scenario, which never overwrite existing ones."""

    _made: list[Path] = field(factory=list[Path])

    def write(self, path: Path, content: bytes) -> None:
        """Write a file with mode 0600, and its folders.

        SetupError if it already exists, JournalError if that fails.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "xb", opener=open_descriptor) as file:
                self._made.append(path)
                file.write(content)
        except OSError as error:
            if isinstance(error, FileExistsError) and not path.parent.is_file():
                raise SetupError(f"{path} already exists: choose another folder with --out") from error
            raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error

    def write_sound(self, path: Path, samples: object, rate: int) -> None:
        """Write samples of one channel as a WAV file, linear16; errors as from `write`."""
        soundfile = cast("Any", import_extra("soundfile", "a recording", "local"))
        encoded = io.BytesIO()
        soundfile.write(encoded, samples, rate, format="WAV", subtype="PCM_16")
        self.write(path, encoded.getvalue())

    def remove(self) -> None:
        """Remove all new files."""
        for each in self._made:
            each.unlink(missing_ok=True)


@contextmanager
def new_files() -> Generator[NewFiles]:
    """Create files in the block; if it fails, none of them is left."""
    files = NewFiles()
    try:
        yield files
    except BaseException:
        files.remove()
        raise
