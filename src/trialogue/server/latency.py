"""Times of one reply: its first sentence, its first sound, and the latencies that the client is told."""

from __future__ import annotations

from attrs import field

from trialogue.server.limits import NEVER
from trialogue.server.options import LatencyStyle, ServerOptions
from trialogue.services.deepgram.messages import AgentStartedSpeaking, LatencyReport, ServerMessage
from trialogue.values import define

__all__ = ["Stopwatch"]


@define
class Stopwatch:
    """Stopwatch of one reply, from the end of the user's turn on."""

    began_at: float
    """Moment at which the user's turn ended."""

    options: ServerOptions
    """Options: the style of latencies, and the time after which thinking is slow."""

    wants_experimental: bool
    """Whether undocumented messages are sent, too."""

    slow_at: float = field(default=NEVER, init=False)
    """Moment at which the next warning of slow thinking is due."""

    _thought_at: float | None = field(default=None, init=False)
    _has_sounded: bool = field(default=False, init=False)

    def begin_pass(self, now: float) -> None:
        """Note that a pass of thinking begins; a warning follows if it is slow."""
        self.slow_at = now + self.options.slow_think_s

    def end_pass(self) -> None:
        """Note that the pass under way gave something, so it is not slow."""
        self.slow_at = NEVER

    def slow(self, now: float) -> str:
        """Message about slow thinking, if another one is due; else empty."""
        if now < self.slow_at:
            return ""
        self.slow_at += self.options.slow_think_s
        return f"We have now waited {round(now - self.began_at)} seconds for a think response."

    def think(self, now: float) -> tuple[ServerMessage, ...]:
        """Note that a sentence was thought; after the first, the messages about its latency."""
        self.end_pass()
        if self._thought_at is not None:
            return ()
        self._thought_at = now
        return self._separate(LatencyReport(ttt_text_latency=now - self.began_at))

    def sound(self, now: float) -> tuple[ServerMessage, ...]:
        """Note that audio was sent; after the first of a thought reply, the messages about its latency."""
        if self._has_sounded:
            return ()
        self._has_sounded = True
        if self._thought_at is None:
            return ()
        think_s, speak_s = self._thought_at - self.began_at, now - self._thought_at
        total_s = now - self.began_at
        started = AgentStartedSpeaking(total_latency=total_s, tts_latency=speak_s, ttt_latency=think_s)
        combined = LatencyReport(ttt_text_latency=think_s, tts_latency=speak_s, total_latency=total_s)
        return (
            *((started,) if self.wants_experimental else ()),
            *self._separate(LatencyReport(tts_latency=speak_s), LatencyReport(total_latency=total_s)),
            *((combined,) if self.options.latency_style is LatencyStyle.COMBINED else ()),
        )

    def _separate(self, *reports: LatencyReport) -> tuple[LatencyReport, ...]:
        return reports if self.options.latency_style is LatencyStyle.SEPARATE else ()
