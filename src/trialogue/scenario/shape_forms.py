"""Form of a value that was written in another shape: a text for a map, one entry for a list.

The form has the author's own words, which are personal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from trialogue.brain.floor.policies import ENTRIES
from trialogue.model import kinds
from trialogue.model.kinds import Kind
from trialogue.scenario.bound_hints import meant_bounds, owner_of
from trialogue.scenario.expecting import SINGLE, SUMMED, UNITS, limit_of
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.meant_shapes import Hint
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LEFT_OUT, NAME, is_quantity, own_value
from trialogue.scenario.point_forms import agenda_form, point_form
from trialogue.scenario.problems import Path, Place
from trialogue.scenario.quantities import percent
from trialogue.scenario.seat_hints import VIA_MAPS, seat_form
from trialogue.scenario.stages import options_of
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tool_forms import words_of
from trialogue.scenario.tree import Entries, Items, Node, Scalar
from trialogue.scenario.voice_forms import voice_meant

LONGEST: Final = 80
"""Most characters of a form that is shown."""

_OF_TEXT: Final[Mapping[str, str]] = {
    "SpokenKeys": "{match: %s}",
    "EventKeys": "{said: {match: %s}}",
    "ExpectationKeys": "{said: {match: %s}}",
    "EndKeys": "{any: [{said: {match: %s}}, limits]}",
    "AgentKeys": "{lines: [%s]}",
    "ClipKeys": "{say: %s, when: {granted: true}}",
    "ScriptEntryKeys": "{say: %s}",
    "WhenKeys": "{heard: %s}",
    "ScriptCallKeys": "{tool: %s}",
    "FillingKeys": "{after: 2s, say: %s}",
    "MockKeys": "{result: %s}",
    "HttpKeys": "{url: %s}",
    "McpKeys": "{url: %s}",
    "EndpointKeys": "{url: %s}",
    "SpeakKeys": "{model: %s}",
    "ListenKeys": "{model: %s}",
    "ThinkKeys": "{provider: open_ai, model: %s}",
    "FloorKeys": "{policy: %s}",
    "JudgeKeys": "{ask: [%s]}",
}
"""Map that a single text means, by the class of its keys."""

_OF_TIME: Final[Mapping[str, str]] = {
    "HoldKeys": "{max: %s}",
    "SilenceKeys": "{after: %s}",
    "LimitKeys": "{time: %s}",
}
"""Map that a single time means."""

_OF_NUMBER: Final[Mapping[str, str]] = {
    "TimesKeys": "{min: %s, max: %s}",
    "RestartKeys": "{max: %s}",
    "LimitKeys": "{turns: %s}",
    "MockKeys": "{result: %s}",
}
"""Map that a single whole number means."""


_FUNCTION: Final = re.compile(r"\w+(?:\.\w+)*:\w+", re.ASCII)
"""Function of the author's own code, as `module:function`."""

_OWN_POLICY: Final = 'policy: custom, custom: "%s"'


def shape_form(kind: Kind, node: Node, path: Path, around: Entries | None = None, *, names: OwnNames) -> str:
    """Form of a node that does not have the shape of its kind; empty where none is known."""
    name = path[-1] if path else ""
    if isinstance(name, str) and name == "words" and _is_speech(node):
        spoken = {"by": plain_of(by)} if around is not None and (by := around.find("by")) else {}
        return _short(f"said: {flow({**spoken, 'match': plain_of(node)})}")
    if isinstance(name, str) and name in SINGLE and isinstance(node, Scalar) and (owner := owner_of(around)):
        bounds = meant_bounds(name, node)
        return f"{name}: {flow({'each': [owner], **bounds})}" if bounds else ""
    if name == "speak" and (voice := voice_meant(node, around, names)):
        return f"speak: {{model: {voice}}}"
    if path == ("agenda",):
        return agenda_form(node)
    texts = (text for each in options_of(kind) if (text := _form(each, node, path)))
    form = next(texts, "")
    if isinstance(name, int) and name and path[-2:-1] == ("clips",):
        form = form.replace("granted: true", f"granted: true, nth: {name + 1}")
    if path[:2] == ("expect", "always") and isinstance(node, Scalar) and form:
        name, form = "at_end", form if name == "always" else f"[{form}]"  # words are of one moment
    return _short(f"{name}: {form}" if isinstance(name, str) and form else form)


def map_form(word: str, path: Path, *, names: OwnNames) -> Hint:
    """Form of a map, or of two keys, for a single word in the place of others; empty for none."""
    if path == ("floor", "policy") and _FUNCTION.fullmatch(word):
        return Hint(
            "; a policy of your own is custom, with its function beside it", _short(_OWN_POLICY % word)
        )
    form = _map_of(word, path, names)
    if not form and path[:1] == ("cast",) and path[2:] in {("role",), ("via",)}:
        return _elsewhere(seat_form(word), str(path[2]))
    return Hint("; it is written as a map" if form else "", form)


def _elsewhere(form: str, key: str) -> Hint:
    """Hint at the other one of `role` and `via` that a word means; empty for a word of this key."""
    other = form.partition(":")[0]
    return Hint(f"; it is written under {other}", form) if form and other != key else Hint("")


def _map_of(word: str, path: Path, names: OwnNames) -> str:
    if len(path) == 3 and path[0] == "cast" and path[2] == "via":
        is_clips = word in {"lines", "line", "say", "script", "scripted"} and path[1] in names.people
        form = VIA_MAPS.get("clips" if is_clips else word)
        return f"via: {form}" if form else ""
    if path[:2] == ("end", "any") and " " in word:
        return _short(_OF_TEXT["EventKeys"] % flow(word))
    return ""


def _form(kind: Kind, node: Node, path: Path) -> str:
    match kind, node:
        case kinds.KeyMap(cls=cls), Scalar(value=value) if value is not None:
            return _of_provider(kind, value) or _of_scalar(cls.__name__, node, path)
        case kinds.ListOf(), Scalar() if path[-1:] == ("command",):
            return words_of(node)
        case kinds.ListOf(), Scalar(value=str() | int() | float()) | Entries():
            return _listed(kind.item, node)
        case kinds.KeyMap(cls=cls), Items(nodes=[_, *_] as nodes) if cls.__name__ == "AgentKeys":
            words = [each.value for each in nodes if isinstance(each, Scalar)]
            is_said = len(words) == len(nodes) and all(isinstance(each, str) for each in words)
            return f"{{lines: {flow(words)}}}" if is_said else ""
        case kinds.MapOf(value=kinds.KeyMap()), Items(nodes=nodes) if path == ("cast",):
            names = [each.value for each in nodes if isinstance(each, Scalar)]
            good = [each for each in names if isinstance(each, str) and NAME.fullmatch(each)]
            seats = ", ".join(f"{each}: {{lines: [Hello.]}}" for each in good)
            return f"{{{seats}}}" if good and len(good) == len(nodes) else ""
        case _:
            return ""


def _of_scalar(cls: str, node: Scalar, path: Path) -> str:
    value, name = node.value, path[-1] if path else ""
    if cls == "BoundKeys" and isinstance(name, str) and limit_of(UNITS[name], value) is not None:
        if name in SUMMED:
            return f"{{total: {{min: {value}, max: {value}}}}}"
        keys = ("min", "max") if UNITS[name] == "count" else ("max",)
        return flow(dict.fromkeys(keys, value))
    if isinstance(value, int) and not isinstance(value, bool) and cls in _OF_NUMBER:
        return _OF_NUMBER[cls].replace("%s", str(value))
    time = written_time(node)
    if time is not None and cls in _OF_TIME:
        return _OF_TIME[cls] % time
    if cls == "ShareKeys" and isinstance(value, str) and percent(value):
        return f"{{max: {value}}}"
    if cls == "PointKeys":
        return point_form(node)
    if not isinstance(value, str) or cls not in _OF_TEXT or not value.strip():
        return ""
    if cls == "ThinkKeys" and value.endswith((".yaml", ".yml")):
        return f"{{provider: scripted, script: {flow(value)}}}"
    if cls == "FloorKeys" and value not in ENTRIES:
        return f"{{{_OWN_POLICY % value}}}" if _FUNCTION.fullmatch(value) else ""
    return _OF_TEXT[cls] % flow(value)


def _of_provider(kind: kinds.KeyMap, value: object) -> str:
    """Map that the name of a provider means alone, such as `think: groq`; empty for another value."""
    member = next((each for each in kind.members if each.key == "provider"), None)
    if member is None or not any(each.key == "script" for each in kind.members):
        return ""
    if value in {"script", "scripted", "lines"}:
        return "{provider: scripted, script: [{say: Good morning.}]}"
    is_one = isinstance(value, str) and own_value(member.kind, Scalar(Place("", 1, 1), value)) is not None
    return f"{{provider: {value}, model: {LEFT_OUT}}}" if is_one else ""


def _listed(item: Kind, node: Node) -> str:
    """List of one entry, if it has the shape of an entry."""
    is_map = any(isinstance(each, kinds.KeyMap) for each in options_of(item))
    if isinstance(node, Entries):
        return f"[{flow(plain_of(node))}]" if is_map else ""
    if not is_map:
        value = plain_of(node)
        is_text = isinstance(value, str) or not isinstance(item, kinds.Text | kinds.OneLine)
        return f"[{flow(value) if is_text else json.dumps(flow(value))}]"
    form = next((text for each in options_of(item) if (text := _form(each, node, ()))), "")
    return f"[{form}]" if form else ""


def _is_speech(node: Node) -> bool:
    value = node.value if isinstance(node, Scalar) else None
    return isinstance(value, str) and not is_quantity(value)


def _short(form: str) -> str:
    return form if len(form) <= LONGEST and form.isprintable() else ""
