"""Playbooks of the client's session: (at, input, events)."""

from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.session import ClientSession
from trialogue.services.deepgram.settings import AgentSettings, Audio, Settings
from trialogue.services.facts import Ready

SETTINGS = Settings(audio=Audio(), agent=AgentSettings())
WELCOME = m.Welcome("fc553ec9")


def running(audio=SETTINGS.audio, *, at=0.0):
    """A session whose settings hold."""
    session = ClientSession(at)
    play(
        session,
        [
            (at, WELCOME, []),
            (at, Settings(audio=audio, agent=AgentSettings()), []),
            (at, m.SettingsApplied(), [Ready("fc553ec9")]),
        ],
    )
    return session


def play(session, playbook):
    """Give a session each input at its time and compare what it tells.

    Settings are sent; other messages, texts and bytes are received.
    """
    for at, given_input, events in playbook:
        match given_input:
            case Settings():
                told = session.send(given_input, at) and []
            case bytes():
                told = session.receive_audio(given_input)
            case str():
                told = session.receive_text(given_input, at)
            case _:
                told = session.receive_text(encode(given_input), at)
        assert told == events


def say(words, **more):
    """The agent's words, as the service tells them."""
    return m.ConversationText("assistant", words, **more)


def asked(*ids, ours=True):
    """A request of calls with these ids."""
    return m.FunctionCallRequest(tuple(m.RequestedFunction(i, "f", "{}", ours) for i in ids))
