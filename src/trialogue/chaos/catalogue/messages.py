"""Faults of services' messages and sound."""

from __future__ import annotations

from trialogue.chaos.catalogue.strike_points import (
    applying,
    error,
    garbled,
    greeting,
    prompted,
    speaking,
    warning,
)
from trialogue.chaos.catalogue.values import Fate, Fault
from trialogue.chaos.faulty_socket import (
    AddToxic,
    Double,
    HoldBack,
    OddSound,
    Refuse,
    SayMore,
    SessionFault,
    Withhold,
)
from trialogue.chaos.toxics import Garbage, Unread
from trialogue.transport.frames import frame

_DONE = SayMore('{"type":"AgentAudioDone"}')
_SECOND = bytes(48_000)
"""A second of sound at 24 kHz."""

_FRAGMENTS = frame(1, fin=0) + frame(0, fin=0) * 20_000 + frame(0)
_LONG = frame(1, b"a" * 65_536, fin=0) + frame(0, b"a" * 65_536, fin=0) * 40
_NO_ORDER = (
    '{"type":"SettingsApplied"}',
    '{"type":"Welcome","request_id":"again"}',
    '{"type":"FunctionCallCancelled","functions":[{"id":"never","name":"asked"}]}',
    '{"type":"PromptUpdated"}',
    '{"type":"AgentAudioDone"}',
)
_KEY_ECHOED = (
    warning("KEY {auth}"),
    '{"type":"Applause","about":"{auth}"}',
    '{"type":"ConversationText","role":"assistant","content":"Your key is {auth}."}',
    '{"type":"Error","code":"FAILED_TO_THINK","description":"{auth} thinks no more."}',
)
_REFUSED = '{"type":"InjectionRefused","message":"agent is speaking"}'
_REFUSED_BY_WARNING = warning("INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH")

MESSAGES = (
    Fault(
        "malformed",
        22,
        "one message is not JSON",
        speaking(SayMore("{nonsense")),
        Fate.UNHARMED,
        "malformed-message",
    ),
    Fault(
        "malformed-often",
        22,
        "five messages are not JSON",
        speaking(SayMore("{nonsense", times=5)),
        Fate.RETURNS,
        "5 malformed messages",
    ),
    Fault(
        "unknown-message",
        23,
        "a message has an unknown type",
        speaking(SayMore('{"type":"Applause","loud":true}')),
        Fate.UNHARMED,
        "unknown-message",
    ),
    Fault(
        "unknown-field",
        23,
        "a message has an unknown field",
        speaking(SayMore('{"type":"AgentThinking","content":"","mood":"good"}')),
        Fate.UNHARMED,
    ),
    Fault(
        "wrong-type",
        24,
        "a message has a number instead of text",
        speaking(SayMore('{"type":"ConversationText","role":"assistant","content":5}')),
        Fate.UNHARMED,
        "malformed-message",
    ),
    Fault(
        "missing-field",
        24,
        "a function call has no functions",
        speaking(SayMore('{"type":"FunctionCallRequest"}')),
        Fate.UNHARMED,
        "malformed-message",
    ),
    Fault(
        "invalid-utf8",
        25,
        "a text message is not UTF-8",
        garbled(frame(1, b"\xff\xfe")),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "two-mebibytes",
        26,
        "a message has 2 MiB",
        speaking(SayMore("x" * 2**21)),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "endless-fragments",
        26,
        "a message has fragments without end",
        garbled(_LONG),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "endless-frame",
        27,
        "a frame claims to have 2^62 bytes",
        garbled(frame(2, size=2**62)),
        Fate.RETURNS,
        "SessionLost",
        notice_s=30.0,
    ),
    Fault(
        "empty-fragments",
        28,
        "a message has 20,000 empty fragments",
        garbled(_FRAGMENTS),
        Fate.UNHARMED,
        "malformed-message",
    ),
    Fault(
        "masked",
        29,
        "the server sends a masked frame",
        garbled(b"\x81\x81\0\0\0\0a"),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "reserved-opcode",
        29,
        "the server sends a frame with a reserved opcode",
        garbled(frame(3)),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "reserved-bit",
        29,
        "the server sends a frame with a reserved bit, without an extension",
        garbled(frame(1, b"a", fin=0xC0)),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "ping-flood",
        30,
        "the server sends 20,000 pings and reads nothing",
        speaking(AddToxic(Unread()), AddToxic(Garbage(frame(9, b"p" * 125) * 20_000))),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "key-echoed",
        0,
        "the service repeats the key in a warning, a text, an error and an unknown message",
        speaking(*map(SayMore, _KEY_ECHOED)),
        Fate.UNHARMED,
        r"\*\*\*",
    ),
    Fault(
        "early-sound",
        31,
        "sound arrives before the settings are applied",
        applying(SayMore(_SECOND)),
        Fate.UNHARMED,
        "early-audio",
    ),
)

SOUND = (
    Fault(
        "sound-stalls",
        32,
        "the sound stops during a turn",
        speaking(Withhold(("sound", "AgentAudioDone"), until="UserStartedSpeaking")),
        Fate.UNHARMED,
        "dry",
        notice_s=10.0,
    ),
    Fault(
        "no-sound",
        32,
        "words arrive, but no sound",
        prompted(Withhold(("sound", "AgentAudioDone"))),
        Fate.UNHARMED,
        "stalled|cause='timeout'",
        notice_s=15.0,
    ),
    Fault(
        "sound-burst",
        33,
        "ten seconds of sound arrive at once",
        speaking(SayMore(_SECOND, times=10)),
        Fate.UNHARMED,
    ),
    Fault(
        "sound-flood",
        33,
        "more sound arrives than the queue may hold",
        garbled(frame(2, _SECOND * 10) * 13),
        Fate.UNHARMED,
        "overflow",
    ),
    Fault(
        "done-missing",
        34,
        "AgentAudioDone is missing",
        SessionFault("AgentAudioDone", (Withhold(("AgentAudioDone",)),)),
        Fate.UNHARMED,
        "dry",
        notice_s=10.0,
    ),
    Fault("done-early", 34, "AgentAudioDone arrives before the last sound", speaking(_DONE), Fate.UNHARMED),
    Fault(
        "done-twice",
        34,
        "each AgentAudioDone arrives twice",
        greeting(Double(("AgentAudioDone",))),
        Fate.UNHARMED,
    ),
    Fault(
        "out-of-order",
        35,
        "messages arrive in a wrong order",
        speaking(*map(SayMore, _NO_ORDER)),
        Fate.UNHARMED,
        "out-of-order",
    ),
    Fault(
        "everything-twice",
        35,
        "each message arrives twice",
        greeting(Double(("ConversationText", "SettingsApplied", "LatencyReport", "FunctionCallRequest"))),
        Fate.UNHARMED,
        "out-of-order",
    ),
    Fault(
        "acks-late",
        35,
        "LatencyReport and AgentAudioDone arrive late, and together",
        greeting(HoldBack(("LatencyReport", "AgentAudioDone"))),
        Fate.UNHARMED,
    ),
    Fault("odd-sound", 36, "messages of sound split samples", greeting(OddSound()), Fate.UNHARMED),
)

PROMPTS = (
    Fault(
        "prompt-refused",
        53,
        "a prompt is refused twice",
        applying(Refuse(_REFUSED, 2)),
        Fate.UNHARMED,
        "InjectionRefused",
    ),
    Fault(
        "prompt-refused-by-warning",
        53,
        "a prompt is refused in the older form, a warning",
        applying(Refuse(_REFUSED_BY_WARNING)),
        Fate.UNHARMED,
        "InjectionRefused",
    ),
    Fault(
        "prompts-refused",
        53,
        "every prompt is refused",
        applying(Refuse(_REFUSED, 999)),
        Fate.UNHARMED,
        "injection-refused",
        notice_s=10.0,
    ),
    Fault(
        "think-failed",
        53,
        "no model answers",
        prompted(error("FAILED_TO_THINK"), Withhold(("*",), until="AgentAudioDone")),
        Fate.UNHARMED,
        "FAILED_TO_THINK",
    ),
    Fault(
        "prompt-too-long",
        53,
        "the prompt is too long, and the service cuts it",
        applying(SayMore(warning("PROMPT_TOO_LONG"))),
        Fate.UNHARMED,
        "PROMPT_TOO_LONG",
    ),
)
