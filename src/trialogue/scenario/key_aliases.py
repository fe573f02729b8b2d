"""Other names by which authors write keys and words, with the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LONGEST: Final = ("max_duration", "duration_limit", "max_time", "time_limit", "max_minutes")
"""Words for a limit of time."""

_WAITING: Final = ("delay", "wait", "pause", "wait_for", "offset")
"""Words for a time that passes before something."""

_TIMEOUT: Final = ("timeout", "deadline", "time_limit", "max_wait", "before")
"""Words for a time at which it is too late."""

_OFTEN: Final = ("count", "repeat", "repeats", "occurrence", "occurrences", "nr", "index")
"""Words for a number of occurrences."""

_WORDS: Final = ("text", "texts", "say", "says", "message", "messages", "utterance", "content", "speech")
"""Words for what is said."""

EXPRESSION: Final = ("pattern", "regex", "regexp", "contains", "includes", "phrase", "words", *_WORDS)
"""Words for what is searched in speech."""

WHO: Final = ("who", "speaker", "from", "participant", "agent", "person", "user", "voice_of")
"""Words for the participant who speaks."""

MEASURES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("latency", "response", "responses", "response_time", "reply_time"), "response-latency"),
    **dict.fromkeys(("reaction", "reaction_time", "answer_time", "time_to_answer"), "response-latency"),
    **dict.fromkeys(("stop_time", "stopping"), "stop-latency"),
    **dict.fromkeys(("turn_time", "turn_duration", "length_of_turns", "max_turn"), "turn-length"),
    **dict.fromkeys(("share", "speech_share", "talk_share", "speaking_share", "shares"), "floor-share"),
    **dict.fromkeys(("overlap", "overlaps"), "overlap-ratio"),
    **dict.fromkeys(("gap", "gaps", "handover", "transfer"), "floor-transfer"),
    **dict.fromkeys(("silences", "pauses"), "silence"),
    **dict.fromkeys(("turn_count", "number_of_turns", "speaks_times"), "turns"),
    **dict.fromkeys(("word_count", "number_of_words"), "words"),
    **dict.fromkeys(("costs", "price"), "cost"),
    **{
        name.replace("-", "_"): name
        for name in (
            *("response-latency", "stop-latency", "turn-length", "floor-transfer", "overlap-ratio"),
            *(
                "floor-share",
                "silence-share",
                "turns",
                "words",
                "silence",
                "interruptions",
                "duration",
                "cost",
            ),
        )
    },
}
"""Measure, by words that mean it in an expectation."""

SECTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("must", "must_be", "must_have", "should", "shall", "required", "required_said"), "at_end"
    ),
    **dict.fromkeys(
        ("finally", "assert", "asserts", "assertions", "check", "checks", "that", "all"), "at_end"
    ),
    **dict.fromkeys(
        ("ever", "once", "eventually", "sometime", "sometimes", "contains", "includes"), "at_end"
    ),
    **dict.fromkeys(("must_not", "should_not", "never_said", "forbidden", "forbid", "without"), "never"),
    **dict.fromkeys(("not", "no", "none"), "never"),
    **dict.fromkeys(("order", "ordered", "sequence", "then"), "in_order"),
}
"""Section of `expect`, by words that mean it."""

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
        **dict.fromkeys(("voice", "voice_id", "voice_name", "tts"), "speak.model"),
        **dict.fromkeys(("model", "llm", "model_name"), "think.model"),
        **dict.fromkeys(("provider",), "think.provider"),
        **dict.fromkeys(("endpoint", "url"), "think.endpoint"),
        **dict.fromkeys(("system", "system_prompt", "instructions", "persona", "description"), "prompt"),
        **dict.fromkeys(("personality", "background", "goal", "behavior", "behaviour", "context"), "prompt"),
        **dict.fromkeys((*_WORDS, "line", "dialog", "dialogue", "utterances"), "lines"),
        **dict.fromkeys(("first_message", "welcome", "intro", "opening"), "greeting"),
        **dict.fromkeys(("name", "label", "display_name"), "title"),
        **dict.fromkeys(("alias", "nickname", "nicknames", "called"), "aliases"),
        **dict.fromkeys(("functions", "tool"), "tools"),
        **dict.fromkeys(("type", "kind"), "role"),
        "language": "listen.language",
        "clips": "via.clips",
        "script": "think",
        **dict.fromkeys(("delay", "pause", "latency"), "think.script.[].think"),
    },
    "AgentDefaultsKeys": {
        **dict.fromkeys(("voice", "voice_id", "voice_name"), "speak.model"),
        **dict.fromkeys(("model", "llm", "model_name"), "think.model"),
        "language": "listen.language",
        "script": "think",
    },
    "ThinkKeys": {
        **dict.fromkeys(("url", "base_url", "api_base", "host"), "endpoint.url"),
        **dict.fromkeys(("api_key", "key", "token"), "endpoint.headers"),
        "type": "provider",
        "lines": "script",
        **dict.fromkeys(("model_name", "name", "llm"), "model"),
    },
    "SpeakKeys": {
        **dict.fromkeys(("name", "model_name", "voice_id", "voice_name"), "model"),
        "rate": "speed",
        "type": "provider",
    },
    "ListenKeys": {
        **dict.fromkeys(("name", "model_name"), "model"),
        "type": "provider",
        "threshold": "eot_threshold",
        "keywords": "keyterms",
    },
    "ScriptEntryKeys": {
        **dict.fromkeys((*_WORDS, "line", "lines"), "say"),
        **dict.fromkeys((*_WAITING, "after"), "think"),
        **dict.fromkeys(("match", "if", "said", "contains", "regex", "pattern"), "when.heard"),
        **dict.fromkeys(("else", "default"), "otherwise"),
        **dict.fromkeys(("repeat", "repeats", "count", "times", "always"), "again"),
        **dict.fromkeys(("tool", "function"), "call.tool"),
    },
    "WhenKeys": {
        **dict.fromkeys(("match", "said", "hears", "pattern", "regex", "contains", "words", "text"), "heard")
    },
    "ScriptCallKeys": {
        **dict.fromkeys(("name", "function"), "tool"),
        **dict.fromkeys(("args", "parameters", "params", "input", "with"), "arguments"),
    },
    "ClipsKeys": {
        **dict.fromkeys(("file", "path", "audio", "wav", "recording"), "clips.[].play"),
        **dict.fromkeys((*_WORDS, "words", "line", "lines"), "clips.[].say"),
    },
    "ClipKeys": {
        **dict.fromkeys(("file", "path", "audio", "wav", "recording", "sound"), "play"),
        **dict.fromkeys(("types", "typed", "typing", "write", "writes", "written", "chat"), "type"),
        **dict.fromkeys((*_WORDS, "words", "line", "lines"), "say"),
        **dict.fromkeys((*_WAITING, "after"), "when.after"),
        **dict.fromkeys(("at", "time", "start", "starts"), "when.at"),
        **dict.fromkeys((*_OFTEN, "nth", "times"), "when.nth"),
        **dict.fromkeys(_TIMEOUT, "when.within"),
        **dict.fromkeys(WHO, "when.speaking"),
        **dict.fromkeys(("for", "duration"), "when.for"),
        **dict.fromkeys(("model", "speak", "voice_id", "voice_name"), "voice"),
        "trigger": "when",
    },
    "EventKeys": {
        "time": "at",
        **dict.fromkeys(_WAITING, "after"),
        **dict.fromkeys(_TIMEOUT, "within"),
        **dict.fromkeys(("during", "duration", "length"), "for"),
        **dict.fromkeys((*_OFTEN, "times"), "nth"),
        **dict.fromkeys((*EXPRESSION, "heard", "spoken"), "said.match"),
        **dict.fromkeys(("who", "speaker", "from", "voice_of"), "speaking"),
        **dict.fromkeys(("person", "seat", "agent", "user"), "participant"),
        **dict.fromkeys(("point", "topic"), "agenda"),
        **dict.fromkeys(("function", "call"), "tool"),
        **dict.fromkeys(("args", "parameters", "params", "with"), "arguments"),
        **dict.fromkeys(("status", "state"), "outcome"),
        **dict.fromkeys(("failure", "exception", "code"), "error"),
        **dict.fromkeys(("end", "ends", "reason", "end_reason"), "ended"),
    },
    "SpokenKeys": {
        **dict.fromkeys(EXPRESSION, "match"),
        **dict.fromkeys(WHO, "by"),
        **dict.fromkeys(("value", "amount", "count"), "number"),
        **dict.fromkeys(("names", "mentions", "mentioned"), "name"),
    },
    "FaultKeys": {
        **dict.fromkeys(("type", "kind", "fault", "action", "effect", "inject"), "do"),
        **dict.fromkeys(("target", "participant", "agent", "who", "seat", "victim", "on"), "to"),
        **dict.fromkeys(("name", "key"), "id"),
        **dict.fromkeys(("at", "time", "start"), "when.at"),
        **dict.fromkeys(("after", "wait"), "when.after"),
        **dict.fromkeys(("duration", "length", "lasts"), "for"),
        **dict.fromkeys(("delay", "lag", "late"), "by"),
    },
    "PointKeys": {
        **dict.fromkeys(("name", "topic"), "title"),
        **dict.fromkeys(("duration", "minutes", "limit", "max", "for", "within", *LONGEST), "time"),
        **dict.fromkeys(("timeout", "length", "deadline", "timebox"), "time"),
        **dict.fromkeys(("who", "speaker", "by", "participant", "agent", "lead"), "owner"),
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
        **{word: f"at_end.[].{measure}" for word, measure in MEASURES.items()},
        **{each: f"at_end.[].{each}" for each in _AT_END},
        "nth": "in_order.[].nth",
        "total": "at_end.[].turns.total",
        **{each: f"at_end.[].said.{each}" for each in ("match", "number", "name")},
        **{each: f"at_end.[].times.{each}" for each in ("min", "max")},
    },
    "HoldKeys": dict.fromkeys(("time", "duration", "timeout", "limit", *LONGEST), "max"),
    "SilenceKeys": {
        **dict.fromkeys(("time", "timeout", "max", "duration", "limit", *LONGEST), "after"),
        **dict.fromkeys(("steps", "action", "actions", "then"), "do"),
    },
    "ShareKeys": {
        **dict.fromkeys(("limit", "share"), "max"),
        **dict.fromkeys(("window", "within"), "over"),
        **dict.fromkeys(("max_turns", "turns", "consecutive"), "in_a_row"),
    },
    "TimesKeys": {
        **dict.fromkeys(("at_least", "least", "minimum", "lower", "from"), "min"),
        **dict.fromkeys(("at_most", "most", "maximum", "upper", "limit", "to"), "max"),
    },
    "BoundKeys": {
        **dict.fromkeys(("at_least", "least", "minimum", "lower", "above", "over", "from"), "min"),
        **dict.fromkeys(("at_most", "most", "maximum", "upper", "below", "under", "limit"), "max"),
        **dict.fromkeys(("within", "up_to", "longest", "before", "until"), "max"),
        **dict.fromkeys(("median", "average", "mean", "avg"), "p50"),
        **dict.fromkeys((*WHO, "by", "of", "names", "participants", "agents", "speakers", "people"), "each"),
    },
    "RunKeys": {
        **dict.fromkeys(("timeout", "duration", "deadline", "max_duration", "minutes"), "limits.time"),
        **dict.fromkeys(("rounds", "max_turns", "max_rounds"), "limits.turns"),
        **dict.fromkeys(("budget", "max_cost"), "limits.cost"),
        **dict.fromkeys(("random_seed", "random"), "seed"),
        **dict.fromkeys(("html", "report"), "page"),
        **dict.fromkeys(("speed", "mode", "time_mode"), "clock"),
    },
    "ExpectationKeys": {
        **MEASURES,
        **dict.fromkeys((*_OFTEN, "exactly", "at_least", "least"), "times.min"),
        **dict.fromkeys(("at_most", "most"), "times.max"),
        **dict.fromkeys(LONGEST, "duration.max"),
        **dict.fromkeys(("max_turns", "max_rounds", "turn_limit"), "turns.total.max"),
        **dict.fromkeys(("min_turns", "total_turns"), "turns.total.min"),
        "total": "turns.total",
        **dict.fromkeys(("max_cost", "budget"), "cost.max"),
    },
    "ToolKeys": {
        **dict.fromkeys(LONGEST, "timeout"),
        **dict.fromkeys(("arguments", "args", "parameters", "params", "input", "inputs"), "schema"),
        **dict.fromkeys(("returns", "response", "output", "value", "answer"), "mock.result"),
        **dict.fromkeys(_WAITING, "mock.delay"),
        **dict.fromkeys(("about", "help", "purpose"), "description"),
        **dict.fromkeys(("function", "module", "code"), "python"),
        **dict.fromkeys(("program", "exec", "shell"), "command"),
    },
    "MockKeys": {
        **dict.fromkeys(("returns", "return", "response", "output", "value", "answer", "content"), "result"),
        **dict.fromkeys((*_WAITING, "after", "latency", "time"), "delay"),
        **dict.fromkeys(("fail", "fails", "raise", "raises", "failure", "message"), "error"),
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
"""Right path under a class, by the class and the written word in small letters with `_`."""


def renamed(key: str, cls: type[object]) -> str | None:
    """Key of the same map that another word means; None for one that belongs elsewhere, or is not known."""
    word = key.casefold().replace("-", "_")
    paths = (WANTED.get(each.__name__, {}).get(word) for each in cls.__mro__)
    path = next((each for each in paths if each is not None), None)
    return path if path is not None and "." not in path else None


OPTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("out", "output", "output_dir", "outdir", "folder", "directory", "dir"),
        "trialogue run FILE --out DIR",
    ),
    **dict.fromkeys(("repeat", "repeats", "repetitions", "runs"), "trialogue run FILE --repeat 20"),
    **dict.fromkeys(("workers", "jobs", "parallel", "processes"), "trialogue batch FILE --workers 2"),
    "record_models": "trialogue run FILE --record-models FILE",
    "profile": "trialogue run FILE --profile NAME",
    "cell": "trialogue run FILE --cell NUMBER",
    "junit": "trialogue run FILE --junit FILE",
    "baseline": "trialogue run FILE --baseline FILE",
    "quiet": "trialogue run FILE --quiet",
    "json": "trialogue run FILE --json",
    "log_level": "trialogue run FILE --log-level debug",
    "me": "trialogue run FILE --me NAME",
    "allow_faults": "trialogue run FILE --allow-faults",
}
"""Command with the option that a key of the document, or of `run`, means."""

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

ANYBODY: Final = frozenset(
    {"any", "anyone", "anybody", "all", "everyone", "everybody", "someone", "somebody", "whoever"}
)
"""Words for every participant, which the format lacks: an event has one participant."""

MEANT: Final[Mapping[str, tuple[str, ...]]] = {
    **{word: (happening,) for word, happening in HAPPENINGS.items()},
    **dict.fromkeys(("said", "says", "speaking", "speech"), ("heard",)),
    **dict.fromkeys(("begun", "begins", "begin", "start"), ("started",)),
    **dict.fromkeys(("finished", "closed", "ended", "over"), ("done",)),
    **dict.fromkeys(("person", "people", "user", "participant", "guest", "visitor", "me"), ("human",)),
    **dict.fromkeys(("customer", "caller", "client", "patient", "student", "tester"), ("human",)),
    **dict.fromkeys(("moderator", "chairman", "chairperson", "host", "facilitator", "leader"), ("chair",)),
    **dict.fromkeys(("agent", "assistant", "bot", "member", "expert", "panelist"), ("speaker",)),
    **dict.fromkeys(("ai", "model", "system", "attendee", "presenter"), ("speaker",)),
    **dict.fromkeys(("listener", "audience", "silent"), ("observer",)),
    **dict.fromkeys(("keyboard", "keys", "typing", "typed", "terminal", "console", "stdin"), ("text",)),
    **dict.fromkeys(("mic", "voice", "speech", "sound"), ("microphone", "audio")),
    **dict.fromkeys(("words", "transcript"), ("text",)),
    **dict.fromkeys(("embedded", "offline", "trialogue"), ("local",)),
    **dict.fromkeys(("fast", "simulated", "fake", "instant"), ("virtual",)),
    **dict.fromkeys(("wall", "live", "realtime", "normal"), ("real",)),
}
"""Words of the format that mean the same, by the word in small letters; the first allowed one counts."""
