"""Checks of people's seats."""

from __future__ import annotations

from trialogue.scenario.ears import unheard_keys
from trialogue.scenario.looking import Look
from trialogue.scenario.meant_shapes import clips_form
from trialogue.scenario.pattern_checks import Use, check_event
from trialogue.scenario.people import ClipKeys, ClipsKeys
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.schema import AgentKeys
from trialogue.scenario.seating import agent_keys, clip_fault
from trialogue.scenario.vocabulary import PERSONS
from trialogue.services import SERVICES


def check_people(look: Look) -> None:
    """Note every fault of people's seats and their clips."""
    defaults = look.document.defaults
    if defaults is not None and defaults.agent is not None and defaults.agent.via in PERSONS:
        text = f"an agent needs a service: {' or '.join(SERVICES)}"
        look.tell(("defaults", "agent", "via"), text, Code.PERSON_VIA)
    for name, seat in look.document.cast.items():
        if seat.is_person:
            _check_seat(look, name, seat)


def _check_seat(look: Look, name: str, seat: AgentKeys) -> None:
    if isinstance(seat.via, str) and seat.via in SERVICES:
        text = "a person takes part via microphone, text, app, or clips"
        look.tell(("cast", name, "via"), text, Code.PERSON_VIA)
    for key in agent_keys(seat):
        hint, form = _instead(key, seat)
        text = f"{name} is a person: this key is only for agents{hint}"
        look.tell(("cast", name, key), text, Code.PERSON_KEY, form=form)
    for key in unheard_keys(look.document, seat):
        text = f"{name} is a person: an ear does not use this key"
        look.tell(("cast", name, "listen", key), text, Code.PERSON_KEY, idle=True)
    if isinstance(seat.via, ClipsKeys) and seat.via.scripted is not None:
        text = "has clips and scripted: keep only one"
        look.tell(("cast", name, "via"), text, Code.PERSON_VIA)
    if isinstance(seat.via, ClipsKeys):
        for index, clip in enumerate(seat.via.clips):
            _check_clip(look, ("cast", name, "via", "clips", index), clip)


def _instead(key: str, seat: AgentKeys) -> tuple[str, str]:
    """Hint at the key of clips that says what a key of agents would, with its form."""
    if key == "speak" and isinstance(seat.via, ClipsKeys):
        return "; a clip names its voice beside say", "voice: cleo"
    if key in {"lines", "greeting", "prompt", "think"} and seat.via is None:
        return "; clips speak in its place", clips_in_place(seat)
    if key in {"lines", "greeting"} and isinstance(seat.via, str):
        return f"; clips speak in its place, instead of via: {seat.via}", clips_in_place(seat)
    return "", ""


def clips_in_place(seat: AgentKeys) -> str:
    """Form of clips that say what an agent's keys would in a person's seat; a greeting of ours if nothing."""
    words = seat.lines or ((seat.greeting,) if seat.greeting else ("Hello.",))
    return f"via: {{{clips_form(words)}}}"


def _check_clip(look: Look, path: Path, clip: ClipKeys) -> None:
    if wrong := clip_fault(clip):
        look.tell(path, wrong, Code.CLIP)
    check_event(look, (*path, "when"), clip.when, Use.CLIP)
