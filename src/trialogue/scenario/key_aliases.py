"""Other names by which authors write keys and words, with the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LONGEST: Final = ("max_duration", "duration_limit", "max_time", "time_limit", "max_minutes")
"""Words for a limit of time."""

_AT_END: Final = (
    *("said", "speaking", "for", "agenda", "participant", "event", "tool", "outcome", "arguments", "result"),
    *("error", "ended", "at", "by", "nth", "after", "within", "except", "times", "called"),
)
"""Keys of an event that is expected."""

WANTED: Final[Mapping[str, Mapping[str, str]]] = {
    "Document": {
        **dict.fromkeys(("participants", "agents", "people", "speakers", "members", "seats"), "cast"),
        **dict.fromkeys(("description", "summary"), "about"),
        **dict.fromkeys(("variables", "parameters", "topic"), "vars"),
        **dict.fromkeys(("time", "duration", "timeout", "length", "deadline"), "run.limits.time"),
        **dict.fromkeys(("turns", "rounds", "max_turns", "max_rounds"), "run.limits.turns"),
        **dict.fromkeys(("cost", "budget", "max_cost"), "run.limits.cost"),
        "silence": "run.limits.silence",
        **dict.fromkeys(("functions",), "tools"),
        **dict.fromkeys(("points", "topics"), "agenda"),
        **dict.fromkeys(("version", "format", "schema"), "trialogue"),
        **dict.fromkeys(("expectations", "tests", "assert"), "expect"),
        "via": "defaults.agent.via",
        "think": "defaults.agent.think",
        "model": "defaults.agent.think",
        "listen": "defaults.agent.listen",
        "speak": "defaults.agent.speak",
        "voice": "defaults.agent.speak.model",
        "order": "floor.order",
        "said": "end.any.[].said",
        **{each: f"expect.at_end.[].{each}" for each in ("ended", "times", "called")},
        **{each: f"expect.at_end.[].times.{each}" for each in ("min", "max")},
    },
    "AgentKeys": {
        **dict.fromkeys(("voice", "voice_id"), "speak.model"),
        **dict.fromkeys(("model", "llm"), "think.model"),
        **dict.fromkeys(("provider",), "think.provider"),
        **dict.fromkeys(("endpoint", "url"), "think.endpoint"),
        **dict.fromkeys(("system", "system_prompt", "instructions", "persona", "description"), "prompt"),
        **dict.fromkeys(("say", "says", "text", "line"), "lines"),
        **dict.fromkeys(("name", "label", "display_name"), "title"),
        **dict.fromkeys(("functions", "tool"), "tools"),
        **dict.fromkeys(("type", "kind"), "role"),
        "language": "listen.language",
        "clips": "via.clips",
        "script": "think",
    },
    "AgentDefaultsKeys": {
        **dict.fromkeys(("voice",), "speak.model"),
        **dict.fromkeys(("model",), "think.model"),
        "language": "listen.language",
        "script": "think",
    },
    "ThinkKeys": {
        **dict.fromkeys(("url", "base_url", "api_base", "host"), "endpoint.url"),
        **dict.fromkeys(("api_key", "key", "token"), "endpoint.headers"),
        "type": "provider",
        "lines": "script",
    },
    "SpeakKeys": {"name": "model", "rate": "speed", "type": "provider"},
    "ListenKeys": {"type": "provider", "threshold": "eot_threshold", "keywords": "keyterms"},
    "ScriptEntryKeys": {
        **dict.fromkeys(("text", "says", "line"), "say"),
        **dict.fromkeys(("delay", "wait", "after"), "think"),
        **dict.fromkeys(("match", "if"), "when.heard"),
        **dict.fromkeys(("else", "default"), "otherwise"),
        "repeat": "again",
    },
    "WhenKeys": {"match": "heard", "said": "heard"},
    "ClipsKeys": {
        **dict.fromkeys(("file", "path", "audio", "wav", "recording"), "clips.[].play"),
        **dict.fromkeys(("text", "words", "line", "lines", "says"), "clips.[].say"),
    },
    "ClipKeys": {
        **dict.fromkeys(("file", "path", "audio", "wav", "recording"), "play"),
        **dict.fromkeys(("words", "line"), "say"),
        "trigger": "when",
    },
    "EventKeys": {"time": "at", "delay": "after", "during": "for"},
    "SpokenKeys": {
        **dict.fromkeys(("pattern", "regex", "text", "words", "contains"), "match"),
        **dict.fromkeys(("who", "speaker", "from", "participant"), "by"),
    },
    "PointKeys": {
        **dict.fromkeys(("name", "topic"), "title"),
        **dict.fromkeys(("duration", "minutes", "limit", "max", "for", "within", *LONGEST), "time"),
        **dict.fromkeys(("who", "speaker", "by"), "owner"),
        **dict.fromkeys(("until", "done", "when"), "done_when"),
    },
    "LimitKeys": {
        **dict.fromkeys(("duration", "timeout", "minutes", "length", "deadline"), "time"),
        **dict.fromkeys(LONGEST, "time"),
        **dict.fromkeys(("rounds", "max_turns"), "turns"),
        "budget": "cost",
    },
    "FloorKeys": {
        **dict.fromkeys(("max_turn", "max_turn_time", "turn_time", "turn_length"), "hold.max"),
        **dict.fromkeys(("timeout", "wait", "patience", "max_silence"), "human"),
        **dict.fromkeys(("type", "mode", "kind"), "policy"),
        **dict.fromkeys(("fallback", "else"), "otherwise"),
    },
    "ExpectKeys": {
        **{each: f"at_end.[].{each}" for each in _AT_END},
        **{each: f"at_end.[].said.{each}" for each in ("match", "number", "name")},
        **{each: f"at_end.[].times.{each}" for each in ("min", "max")},
    },
    "HoldKeys": dict.fromkeys(("time", "duration", *LONGEST), "max"),
    "ExpectationKeys": {
        **dict.fromkeys(LONGEST, "duration"),
        **dict.fromkeys(("max_turns", "max_rounds"), "turns"),
        "max_cost": "cost",
    },
    "ToolKeys": {
        **dict.fromkeys(LONGEST, "timeout"),
        **dict.fromkeys(("arguments", "args"), "schema"),
        **dict.fromkeys(("function", "module", "code"), "python"),
        **dict.fromkeys(("program", "exec", "shell"), "command"),
    },
    "JudgeKeys": {
        **dict.fromkeys(("question", "questions", "prompt"), "ask"),
        **dict.fromkeys(("think", "provider", "llm"), "model"),
        **dict.fromkeys(("url", "base_url"), "endpoint.url"),
    },
    "EndKeys": {
        **dict.fromkeys(("all", "when"), "any"),
        "said": "any.[].said",
    },
}
"""Right path beneath a class, by the class and the written word in small letters with `_`."""

LIMITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(LONGEST, "time"),
    **dict.fromkeys(("max_turns", "turn_limit", "max_rounds"), "turns"),
    **dict.fromkeys(("max_cost", "cost_limit"), "cost"),
}
"""Limit of the meeting under `run`, by words that mean it at any level."""

OF_END: Final[Mapping[str, str]] = {
    **dict.fromkeys(("time", "duration", "timeout", "length", "deadline", "minutes"), "time"),
    **dict.fromkeys(("turns", "rounds"), "turns"),
    "cost": "cost",
}
"""Limit of the meeting under `run`, by words that mean it under `end`."""

HAPPENINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("turn", "turn_of", "on_turn", "named", "addressed", "asked", "called"), "granted"),
    **dict.fromkeys(("floor", "grant", "given", "speaks_next"), "granted"),
    **dict.fromkeys(("interrupt", "interrupts", "interruption"), "interrupted"),
    **dict.fromkeys(("speaks", "spoke", "spoken", "talks", "talked", "talk", "speak"), "heard"),
    **dict.fromkeys(("joins", "join"), "joined"),
    **dict.fromkeys(("leaves", "leave"), "left"),
    **dict.fromkeys(("raises_hand", "hand_raised"), "hand"),
    **dict.fromkeys(("disconnected", "disconnect", "drops", "dropped"), "lost"),
    **dict.fromkeys(("timed_out",), "timeout"),
}
"""Happening to a participant, by words that stand for it as a key of an event."""

ANYBODY: Final = frozenset({"any", "anyone", "anybody", "all", "everyone", "everybody"})
"""Words for every participant, which the format has not: an event has one."""

MEANT: Final[Mapping[str, tuple[str, ...]]] = {
    **{word: (happening,) for word, happening in HAPPENINGS.items()},
    **dict.fromkeys(("said", "says", "speaking", "speech"), ("heard",)),
    **dict.fromkeys(("begun", "begins", "begin", "start"), ("started",)),
    **dict.fromkeys(("finished", "closed", "ended", "over"), ("done",)),
    **dict.fromkeys(("person", "people", "user", "participant", "guest", "visitor", "me"), ("human",)),
    **dict.fromkeys(("moderator", "chairman", "chairperson", "host", "facilitator", "leader"), ("chair",)),
    **dict.fromkeys(("agent", "assistant", "bot", "member", "expert", "panelist"), ("speaker",)),
    **dict.fromkeys(("listener", "audience", "silent"), ("observer",)),
    **dict.fromkeys(("keyboard", "keys", "typing", "typed", "terminal", "console", "stdin"), ("text",)),
    **dict.fromkeys(("mic", "voice", "speech", "sound"), ("microphone", "audio")),
    **dict.fromkeys(("words", "transcript"), ("text",)),
    **dict.fromkeys(("embedded", "offline", "trialogue"), ("local",)),
    **dict.fromkeys(("fast", "simulated", "fake", "instant"), ("virtual",)),
    **dict.fromkeys(("wall", "live", "realtime", "normal"), ("real",)),
}
"""Words of the format that mean the same, by the word in small letters; the first allowed one counts."""
