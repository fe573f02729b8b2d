"""A second vendor, whole: a made-up wire of JSON alone, behind the port, with its own keys for scenarios.

Client: {"hello": agent, "rate": n}, {"pcm": base64}, {"ask": text}, {"say": text}, {"answer": id, "text":
text}, {"change": part}. Server: {"ok": id}, {"heard": text}, {"says": text}, {"pcm": base64}, {"end": true},
{"call": {...}}, {"error": code}; of an ear {"words": text, "from": s, "to": s, "final": bool}.
"""

import json
from base64 import b64decode, b64encode

from attrs import evolve, field, frozen, mutable

from trialogue.errors import LocalProtocolError, RemoteProtocolError
from trialogue.model.commands import AnswerTool, Cue
from trialogue.model.participants import Price
from trialogue.services import facts
from trialogue.services.close_codes import classify_end, fatal, retry
from trialogue.services.keys import over
from trialogue.services.port import Hosted
from trialogue.services.service import Service

PATIENCE_S = 5.0


@mutable
class TinyWire:
    """One connection, of an agent or of an ear; what both have in common."""

    opening: dict
    request_id: str = ""
    last_error: facts.Failed | None = None
    is_over: bool = False
    _until: float | None = None
    _open_calls: list[str] = field(factory=list)
    _replies: bool = False

    @property
    def is_running(self):
        return bool(self.request_id) and not self.is_over

    @property
    def open_calls(self):
        return tuple(self._open_calls)

    def start(self, now):
        self._until = now + PATIENCE_S
        return [json.dumps(self.opening)]

    def hear(self, pcm, _now):
        return json.dumps({"pcm": b64encode(pcm).decode()})

    def order(self, order, _now):
        if isinstance(order, AnswerTool):
            self._open_calls.remove(order.call_id)
            return [json.dumps({"answer": order.call_id, "text": order.content})]
        return [json.dumps({"ask" if isinstance(order, Cue) else "say": order.text})]

    def receive(self, data, _now):
        try:
            message = json.loads(data)
            (kind, value), *_ = message.items()
        except (ValueError, AttributeError) as error:
            return [facts.Malformed(type(error).__name__, "")]
        return self._told(kind, value, message)

    def receive_sound(self, _data):
        return None  # its sound is in JSON

    def _told(self, kind, value, message):
        begun = [] if self._replies or kind not in {"says", "pcm"} else [facts.ReplyBegun()]
        self._replies = self._replies or bool(begun)
        match kind:
            case "ok":
                self.request_id, self._until = value, None
                return [facts.Ready(value)]
            case "heard":
                return [facts.Heard(value)]
            case "says":
                return [*begun, facts.Sentence(value, 0)]
            case "pcm":
                return [*begun, facts.ReplyAudio(b64decode(value))]
            case "end":
                self._replies = False
                return [facts.ReplyDone()]
            case "call":
                self._open_calls.append(value["id"])
                return [facts.ToolCalls((facts.ToolCall(value["id"], value["name"], value["with"], True),))]
            case "error":
                meaning = fatal("Ask the tiny vendor.") if value == "no" else retry("It passes.")
                self.last_error = facts.Failed(value, value, meaning.recovery, meaning.hint)
                return [self.last_error]
            case _:
                return [facts.Unknown(kind, message)]

    def receive_close(self, code):
        self.is_over = True
        return [facts.Closed(code, retry("").recovery, "It ended.")]

    def next_deadline(self):
        return self._until

    def tick(self, now):
        if self._until is None or now < self._until:
            return []
        self.is_over, self._until = True, None
        return [facts.Timeout("welcome")]


@mutable
class TinyEarWire(TinyWire):
    """One connection of an ear."""

    utterances: int = 0
    is_inside: bool = False
    _has_greeted: bool = False

    @property
    def is_listening(self):
        return not self.is_over

    def start(self, _now):
        return [facts.Ready("ear")]

    def hear(self, pcm, _now, at):
        return json.dumps({"pcm": b64encode(pcm).decode(), "at": at})

    def end_utterance(self, _now):
        return [json.dumps({"flush": True})]

    def finish(self, _now):
        return [json.dumps({"end": True})]

    def _told(self, kind, value, message):
        if kind != "words":
            return [facts.Unknown(kind, message)]
        self.utterances += not self.is_inside
        self.is_inside = not message["final"]
        stage = "final" if message["final"] else "interim"
        return [facts.Understood(self.utterances, value, message["from"], message["to"], stage)]

    def receive_close(self, code, _now):
        return super().receive_close(code)


@frozen
class TinyOffer:
    """What a session is asked for, of an agent or of an ear."""

    block: dict
    sample_rate: int = 24_000

    def changed(self, updates):
        return evolve(self, block={**self.block, **{each.part: each.content for each in updates}})

    def change(self, update, _earlier):
        return [json.dumps({"change": update.part, "to": update.content})]

    def restored(self, context):
        return evolve(self, block={**self.block, "memory": [str(item) for item in context], "greeting": None})

    def silence(self, seconds):
        return bytes(2 * round(seconds * self.sample_rate))

    def with_lines(self, _stand):
        return self

    def open(self, _now):
        return TinyWire({"hello": self.block, "rate": self.sample_rate})

    def classify(self, lost):
        return classify_end(lost)


@frozen
class TinyEar(TinyOffer):
    """What an ear is asked for."""

    def at_rate(self, sample_rate):
        return evolve(self, sample_rate=sample_rate)

    def address(self, url):
        return f"{url}/ear"

    def open(self, _header):
        return TinyEarWire({})


class TinyDialect:
    """How the tiny vendor is spoken to."""

    def offer(self, block, sample_rate):
        if "mind" not in block:
            raise RemoteProtocolError("no mind", path="$.agent.mind")
        return TinyOffer(dict(block), sample_rate)

    def offer_on(self, agent, terms):
        return self.offer(agent, terms.hears.sample_rate)

    def check_change(self, part, content):
        if part == "listen":
            raise LocalProtocolError(f"invalid {part} settings of an agent: {len(content)}")


@frozen
class TinyListen:
    """How an agent hears."""

    ears: str | None = None
    """How large they are."""


@frozen
class TinyThink:
    """How an agent thinks."""

    mind: str
    """Which mind."""

    script: str | None = None
    """None: there are no scripts."""

    endpoint = None
    is_scripted = False
    installed = None


@frozen
class TinySpeak:
    """How an agent sounds."""

    pitch: str | None = None
    """How high."""

    model = None
    endpoint = None


class TinyKeys:
    """The keys of the tiny vendor."""

    listen, think, speak = TinyListen, TinyThink, TinySpeak
    voices = ("squeak", "growl")
    model = TinyThink("plain")
    plays_scripts = False
    ear_keys = frozenset({"ears"})
    unheeded = frozenset()

    def scripted(self, _script):
        return None

    def listens(self, own, shared):
        return over(own, shared if isinstance(shared, TinyListen) else TinyListen("small"))

    def speaks(self, own, shared, voice):
        return over(own, shared if isinstance(shared, TinySpeak) else TinySpeak(voice))

    def listen_faults(self, _listen):
        return iter(())

    def offer_faults(self, _offer):
        return iter(())

    def faults(self, _think):
        return iter(())

    def run_faults(self, _think):
        return iter(())

    def thinks(self, think):
        return think

    def block(self, stages, briefing):
        return {
            "mind": stages.think[0].mind,
            "pitch": stages.speak.pitch,
            "prompt": briefing.prompt,
            "tools": list(briefing.functions),
            "greeting": briefing.greeting,
        }

    def published_voices(self, _speak):
        return ()

    def with_functions(self, block, told):
        return {**block, "tools": [told(each) for each in block["tools"]]}

    def ear(self, listen):
        return TinyEar({"ears": listen.ears if isinstance(listen, TinyListen) else None})

    def price(self, _stages):
        return Price("tiny/minute", usd_a_minute=0.01, as_of="2026-01-01")

    def ear_price(self, _offer):
        return Price("tiny/ear")


SERVICE = Service(
    "Tiny", TinyDialect(), TinyKeys(), Hosted("ws://127.0.0.1:1/agent", "TINY_KEY", domain="tiny.example")
)
