"""Whatever order a server may choose."""

import attrs
from deepgram_strategies import client_messages, server_messages, text
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from session_playbook import SETTINGS, WELCOME

from trialogue.errors import LocalProtocolError
from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.session import TRANSITIONS, ClientSession, SessionState
from trialogue.services.facts import (
    Closed,
    Failed,
    Malformed,
    Ready,
    Refused,
    ReplyAudio,
    ReplyBegun,
    ReplyDone,
    Sentence,
    SpeechAtEar,
    Unknown,
    Warned,
)


class AnyServer(RuleBasedStateMachine):
    """A server that sends anything in any order, and a client that tries anything."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.session = ClientSession(0.0)
        self.told = []
        self.states = [self.session.state]

    def note(self, events):
        self.told += events
        if self.session.state is not self.states[-1]:
            self.states.append(self.session.state)

    @rule(seconds=st.floats(0, 12))
    def wait(self, seconds):
        self.now += seconds
        deadline = self.session.next_deadline()
        due = self.session.tick(self.now)
        assert bool(due) == (deadline is not None and self.now >= deadline)
        self.note([])

    @precondition(lambda self: self.session.state is not SessionState.RUNNING)
    @rule()
    def welcome(self):
        self.note(self.session.receive_text(encode(WELCOME), self.now))

    @precondition(lambda self: self.session.state is SessionState.AWAIT_SETTINGS)
    @rule()
    def configure(self):
        self.session.send(SETTINGS, self.now)
        self.note([])

    @rule()
    def apply(self):
        self.note(self.session.receive_text(encode(m.SettingsApplied()), self.now))

    @rule(message=server_messages)
    def receive(self, message):
        self.note(self.session.receive_text(encode(message), self.now))

    @rule(data=st.binary(max_size=5))
    def receive_sound(self, data):
        self.note(self.session.receive_audio(data))

    @rule(garbage=text)
    def receive_garbage(self, garbage):
        self.note(self.session.receive_text(garbage, self.now))

    @rule(message=client_messages)
    def try_to_send(self, message):
        before = attrs.asdict(self.session)
        try:
            self.session.send(message, self.now)
        except LocalProtocolError:
            assert attrs.asdict(self.session) == before
        self.note([])

    @rule(code=st.integers(0, 5000))
    def close(self, code):
        self.note(self.session.receive_close(code))

    @invariant()
    def it_is_ready_once_and_talks_only_then(self):
        readies = [index for index, event in enumerate(self.told) if isinstance(event, Ready)]
        assert len(readies) <= 1
        early = self.told[: readies[0]] if readies else self.told
        assert all(
            isinstance(event, Warned | Refused | Failed | Unknown | Malformed | Closed) for event in early
        )

    @invariant()
    def replies_are_well_formed(self):
        inside = False
        for event in self.told:
            match event:
                case ReplyBegun():
                    assert not inside
                    inside = True
                case Sentence() | ReplyAudio():
                    assert inside
                case ReplyDone() | SpeechAtEar():  # the end of sound may come alone: nothing was said
                    inside = False

    @invariant()
    def the_states_went_by_the_table(self):
        for before, after in zip(self.states, self.states[1:], strict=False):
            assert after in {
                SessionState.CLOSED,
                *(to for (state, _), to in TRANSITIONS.items() if state is before),
            }


AnyServer.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)


TestAnyServer = AnyServer.TestCase
