"""Inclusion of script files in the place of their paths, and checks of the paths of recordings."""

from __future__ import annotations

import stat
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Final

from attrs import field

from trialogue.regular_files import open_input
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import Code, Path, Problems, shown
from trialogue.scenario.tree import MAX_BYTES, Entries, Hole, Items, Node, Scalar, compose
from trialogue.values import define

_TEXTS: Final = (".yaml", ".yml", ".json")
"""Endings of scenarios and scripts."""

_SOUNDS: Final = (".wav", ".flac")
"""Endings of recordings."""


def read_text(file: FilePath, problems: Problems, at: Scalar | Hole, path: Path) -> str | None:
    """Text of a file, up to the size limit; None if it cannot be read, which adds a problem."""
    try:
        with open_input(file) as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or "no such file"
        looked_for = _looked_for(file, of_text=True) if isinstance(error, FileNotFoundError) else file
        problems.add(at.at, path, f"cannot be read: {why}: looked for {looked_for}", Code.FILE)
        return None
    return decode(content, problems, at, path)


def _looked_for(file: FilePath, *, of_text: bool) -> str:
    """Place where a missing file was looked for, with a hint at a similar name there of a file of its kind.

    Its kind is a text or a sound: no scenario is meant by a recording.
    """
    try:
        there = sorted(file.parent.iterdir())
    except OSError:  # no folder, or one that may not be listed
        is_of_checkout = file.parent == FilePath("scenarios") and file.suffix in {".yaml", ".yml"}
        return f"{file}, of a checkout; trialogue new {file.name} writes one" if is_of_checkout else str(file)
    endings = {*(_TEXTS if of_text else _SOUNDS), file.suffix}
    kin = (each for each in there if each.suffix.lower() in endings)
    near = [each.name for each in kin if did_you_mean(file.stem, [each.stem])]
    return f"{file}{did_you_mean(file.name, near)}"


def decode(content: bytes, problems: Problems, at: Scalar | Hole, path: Path) -> str | None:
    """Text of UTF-8 bytes, without a byte order mark."""
    if len(content) > MAX_BYTES:
        problems.add(at.at, path, "is larger than 1 MiB", Code.SIZE)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(at.at, path, f"is not UTF-8 at byte {error.start}", Code.ENCODING)
        return None


@define
class Includer:
    """Reads script files, each only once, and checks the paths of recordings."""

    folder: FilePath | None
    """Folder of the files; None where none may be named."""

    problems: Problems
    """Problems, in which faults are noted."""

    _read: dict[str, Items] = field(factory=dict[str, Items], init=False)

    def change(self, path: Path, scalar: Scalar) -> Node:
        """Script in the place of its path, a hole for a file that cannot be used, any other value itself."""
        if path[:1] == ("cast",) and path[2:4] == ("via", "clips") and path[5:] == ("play",):
            return self._recording(path, scalar)
        seat = path[2:] if path[:1] == ("cast",) or path[:2] == ("defaults", "agent") else ()
        think = seat[:1] == ("think",) or seat[:3] == ("on_failure", "replace", "think")
        if not isinstance(scalar.value, str) or path[-1:] != ("script",) or not think:
            return scalar
        script = self._read.get(scalar.value) or self._script(path, scalar, scalar.value)
        if isinstance(script, Items):
            self._read[scalar.value] = script
        return script

    def _recording(self, path: Path, scalar: Scalar) -> Node:
        """Path of a recording, unchanged; adds a problem if the scenario's folder has no such file."""
        if not isinstance(scalar.value, str):
            return scalar
        file = self._file(path, scalar, scalar.value)
        if file is not None and not file.is_file():
            why = f"cannot be read: no such file: looked for {_looked_for(file, of_text=False)}"
            self.problems.add(scalar.at, path, why, Code.FILE)
            return Hole(scalar.at)
        return scalar if file is not None else Hole(scalar.at)

    def _script(self, path: Path, scalar: Scalar, name: str) -> Items | Hole:
        hole = Hole(scalar.at)
        file = self._file(path, scalar, name)
        text = None if file is None else read_text(file, self.problems, scalar, path)
        if file is None or text is None:
            return hole
        root = compose(text, str(file), self.problems, path)
        match root:
            case Entries(_, (pair,)) if pair.key == "script" and isinstance(pair.value, Items):
                return pair.value
            case Hole():
                return hole
            case _:
                wrong = "a script file must be a map with the single key script, which holds a list"
                self.problems.add(root.at, path, wrong, Code.TYPE)
                return hole

    def _file(self, path: Path, scalar: Scalar, name: str) -> FilePath | None:
        """File for a path, if it is inside the scenario's folder."""
        if self.folder is None:
            self.problems.add(
                scalar.at, path, "a scenario that was not read from a file cannot name other files", Code.PATH
            )
            return None
        parts = PurePosixPath(name).parts
        file = self.folder / name
        if not parts or not name.isprintable() or "\\" in name or ".." in parts or not self._inside(file):
            text = f"{shown(name)} is not a file inside the scenario's folder"
            self.problems.add(scalar.at, path, text, Code.PATH)
            return None
        return file

    def _inside(self, file: FilePath) -> bool:
        """Whether a path is a regular file inside the folder, with links followed."""
        assert self.folder is not None  # noqa: S101 # asked only with a folder
        try:
            inside = file.resolve().is_relative_to(self.folder.resolve())
            return inside and stat.S_ISREG(file.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return True  # reported when it is opened
        except (OSError, RuntimeError):  # a loop of links; before 3.13 from `resolve`
            return False
