"""What must hold of the files that a scenario names: each is opened before anything runs."""

from __future__ import annotations

from pathlib import Path as FilePath

from trialogue.errors import SetupError
from trialogue.scenario.looking import Look
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Code


def check_recordings(look: Look, folder: FilePath) -> None:
    """Note every recording that cannot be read; they are looked for in `folder`."""
    for name, seat in look.document.cast.items():
        clips = seat.via.clips if isinstance(seat.via, ClipsKeys) else ()
        for index, clip in enumerate(clips):
            if clip.play is not None and (wrong := _fault(folder / clip.play)):
                look.tell(("cast", name, "via", "clips", index, "play"), wrong, Code.CLIP)


def _fault(path: FilePath) -> str | None:
    from trialogue.speech.recordings import check_recording  # noqa: PLC0415 - only where there are recordings

    try:
        check_recording(path)
    except SetupError as error:
        return str(error)
    return None
