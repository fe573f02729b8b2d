"""Checks of a scenario's recordings, each of which is read to its end before anything runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path as FilePath
from typing import cast

from trialogue.errors import SetupError
from trialogue.regular_files import open_regular
from trialogue.scenario.looking import Look
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Code, shown


def check_recordings(look: Look, folder: FilePath) -> None:
    """Note every recording that cannot be read; paths are relative to `folder`."""
    _check_models(look, folder)
    fault = cache(_fault)  # many clips may play one file
    for name, seat in look.document.cast.items():
        clips = seat.via.clips if isinstance(seat.via, ClipsKeys) else ()
        for index, clip in enumerate(clips):
            if clip.play is not None and (wrong := fault(folder / clip.play)):
                look.tell(("cast", name, "via", "clips", index, "play"), wrong, Code.CLIP)


def _check_models(look: Look, folder: FilePath) -> None:
    """Note a file of recorded model answers that is invalid or outside the folder."""
    named = look.document.run.models if look.document.run else None
    if named is None:
        return
    file, path = folder / named, ("run", "models")
    if not file.resolve().is_relative_to(folder.resolve()):
        look.tell(path, f"{shown(named)} is not a file inside the scenario's folder", Code.PATH)
        return
    from trialogue.model.json_text import read_json  # noqa: PLC0415 - few scenarios name a record

    try:
        with open_regular(file) as opened:
            head: object = read_json(opened.readline(4096))
    except OSError as error:
        look.tell(path, f"cannot read {file}: {error.strerror}", Code.FILE)
    except ValueError:
        look.tell(path, f"{file} is not a file of recorded model answers", Code.FILE)
    else:
        if not isinstance(head, dict) or cast("dict[str, object]", head).get("kind") != "models":
            look.tell(path, f"{file} is not a file of recorded model answers", Code.FILE)


def _fault(path: FilePath) -> str | None:
    from trialogue.speech.recordings import check_recording  # noqa: PLC0415 - only where there are recordings

    try:
        check_recording(path)
    except SetupError as error:
        return str(error)
    return None
