"""Dialect of listening, sans I/O: transcribes a person's speech into words with their times.

Two routes, one session: `/v2/listen` (Flux, which says itself when a turn begins and ends) and `/v1/listen`
(Nova and older). `flux` and `nova` hold the messages in the vendor's names, `codec` reads them,
`ListenSettings` makes the address, `ListenSession` keeps one connection's state. An owner does this::

    flux = DeepgramListenProviderV2(model="flux-general-en", keyterms=("Ada",))
    settings = ListenSettings(flux, sample_rate=16_000)
    socket = await dial(settings.url("wss://api.deepgram.com"))      # the agent's headers and rules
    session = ListenSession(settings)
    facts = session.start(now, socket.handshake.header("dg-request-id") or "")

    socket.send_bytes(session.hear(pcm, now, at))     # at: where its first sample lies, on any axis of yours
    facts = session.receive_text(text, now)           # or receive_audio(data)
    facts = session.receive_close(code, now)          # the last words, then Closed with its recovery
    for due in session.tick(now): ...                 # at session.next_deadline(); look again after `hear`

Facts (`trialogue.services.facts.EarFact`):

* `Ready(request_id)`: sound may flow; `hear` raises LocalProtocolError before it.
* `Understood(utterance, text, begin_s, end_s, stage, trigger, languages)`: the whole utterance so far, its
  places on the axis of `at`; stages `interim`, `eager`, `final`. Counts from 1 in each session. Interims come
  only with changed words, 250 ms apart; each utterance has its final, a connection's end included.
* `Warned`, `Failed(code, text, recovery, hint)`, `Closed(code, recovery, hint)`, `Unknown`, `Malformed`, and
  `Updated` or `ChangeRefused` after `configure`: as in an agent's session.

Dues (`EarDue`): `Transmit(message)` is to be sent (KeepAlive; silence where nobody
feeds the session), `Understood` as above, and after `Timeout(what)` the session is closed: dial a new one.

Out: `end_utterance(now)`, `configure(change, now)` and `finish(now)` give texts to send. After `finish` the
last words come; a close is then `Closed(recovery=GO_ON)`.
"""

from trialogue.services.deepgram.listen.session import (
    LISTEN_TRANSITIONS,
    ListenSession,
    ListenState,
    ListenStep,
)
from trialogue.services.deepgram.listen.settings import ListenSettings, route_of

__all__ = [
    "LISTEN_TRANSITIONS",
    "ListenSession",
    "ListenSettings",
    "ListenState",
    "ListenStep",
    "route_of",
]
