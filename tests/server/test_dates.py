"""The server as of a date, and how it bears messages that do not fit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from desk import AUDIO, Desk, running, settings, speaking, thinking

from trialogue.errors import SetupError
from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.conversation import SessionPhase
from trialogue.server.dates import OLD_NAMES, SINCE, as_of, known_then, read_date
from trialogue.server.options import ServerOptions, UnknownFields
from trialogue.server.think.ports import WantedCall
from trialogue.services.deepgram.codec import classes_of, encode
from trialogue.services.deepgram.messages import ClientMessage, ConversationText, LatencyReport, ServerMessage

LENIENT = ServerOptions(unknown_fields=UnknownFields.WARNED)
CONTENT = {"type": "InjectAgentMessage", "content": "One moment."}


def then(text: str) -> ServerOptions:
    """A server of that time."""
    return as_of(ServerOptions(), read_date(text))


def test_clients_of_june_2025_are_served_as_they_were() -> None:
    """As of June 2025, later messages and fields are not sent, and old names are taken."""
    desk = Desk(then("2025-06"))
    desk.say({**settings(greeting="Hello."), "mips_opt_out": True})
    number = desk.reply
    desk.happen(ev.SentenceVoiced(number, "Hello."))
    desk.happen(ev.ReplyAudioSent(number))
    messages = [m for m in desk.look() if isinstance(m, dict)]
    assert [m["type"] for m in messages] == [
        "Welcome",
        "SettingsApplied",
        "ConversationText",
        "AgentAudioDone",
    ]
    assert messages[2] == {"type": "ConversationText", "role": "assistant", "content": "Hello."}
    desk.say(CONTENT)
    assert desk.names() == ["SpeakSentence", "FinishReply"]


def test_latencies_and_cancellations_came_later() -> None:
    """A client of 2025 gets neither latencies nor cancellations of calls."""
    desk, number = thinking(then("2025-12"))
    desk.happen(ev.SentenceThought(number, "First."))
    desk.happen(ev.SentenceVoiced(number, "First."))
    desk.happen(ev.AudioSent(number, 0.2))
    desk.happen(ev.CallsThought(number, (WantedCall("c1", "tool", "{}"),)))
    desk.happen(ev.SpeechBegan())
    names = desk.names()
    assert "FunctionCallRequest" in names
    assert not {"LatencyReport", "FunctionCallCancelled"} & set(names)


def test_today_everything_is_sent() -> None:
    """Without `--as-of`, no message or field is left out."""
    message = ConversationText(role="user", content="x", conversational_behavior="default")
    assert known_then(message, None) is message
    assert known_then(LatencyReport(total_latency=1.0), date(2026, 7, 14)) is not None
    assert known_then(LatencyReport(total_latency=1.0), date(2026, 7, 13)) is None


def test_the_listen_provider_was_fixed_until_august_2026() -> None:
    """A change of the listen model is warned of before August 2026, and made since."""
    other = {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "model": "nova-2"}}}
    for options, names in (
        (then("2026-07"), ["UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"]),
        (then("2026-08"), ["ListenUpdated"]),
    ):
        desk = running(options)
        desk.say(other)
        assert desk.names() == names


@pytest.mark.parametrize("options", [None, then("2026-03-04")])
def test_old_names_are_unknown_today(options: ServerOptions | None) -> None:
    """A message with an old field name ends the session from the day the SDK stopped sending it."""
    desk = running(options)
    desk.say(CONTENT)
    assert desk.conversation.phase is SessionPhase.OVER


def test_the_table_speaks_of_messages_that_there_are() -> None:
    """Each message and field in the table of dates exists."""
    classes = classes_of(ClientMessage) | classes_of(ServerMessage)
    for each in SINCE:
        assert each.message in classes
        assert (
            not each.field
            or hasattr(classes[each.message], each.field)
            or each.field in dir(classes[each.message])
        )
    for old in OLD_NAMES:
        assert old.message in classes
    assert list(SINCE) == sorted(SINCE, key=lambda each: each.since)


@pytest.mark.parametrize(("text", "day"), [("2025-06", date(2025, 6, 30)), ("2026-02-03", date(2026, 2, 3))])
def test_dates_are_days_or_months(text: str, day: date) -> None:
    """`--as-of 2025-06` means the end of that month."""
    assert read_date(text) == day


@pytest.mark.parametrize("text", ["2025", "2025-13", "2025-02-30", "june", "2025-04", "20250601", "٢٠٢٥-06"])
def test_other_dates_are_refused(text: str) -> None:
    """An invalid date is an error that shows the valid forms."""
    with pytest.raises(SetupError, match="--as-of"):
        read_date(text)


# --- strict and lenient -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (CONTENT, "InjectAgentMessage: missing at $.message"),
        (
            {"type": "InjectUserMessage", "content": 5},
            "InjectUserMessage: expected a string, not a number at $.content",
        ),
        ({"type": "UpdatePrompt", "prompt": "x", "extra": 1}, "Unknown: $.extra"),
        ({"type": "Nonsense"}, "unknown type at $.type"),
        (
            {"type": "KeepAlive", **{f"k{n}": 1 for n in range(1_100)}},
            "KeepAlive: expected at most 1000 undeclared keys at $",
        ),
        (
            {
                "type": "UpdateThink",
                "think": {"provider": {"type": "open_ai"}, **{f"k{n}": 1 for n in range(1_100)}},
            },
            "expected at most 1000 undeclared keys at $.think",
        ),
        (
            {"type": "UpdateThink", "think": {"provider": {"type": "open_ai"}, "functions": [{}] * 5_000}},
            "expected at most 4096 items at $.think.functions",
        ),
        ("{", "not JSON"),
    ],
)
def test_strict_errors_name_the_field(message: Any, words: str) -> None:
    """An error for an unreadable message names the field's path, and not its value."""
    desk = running()
    desk.say(message)
    error = desk.look()[-2]
    assert isinstance(error, dict)
    assert error["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert words in error["description"]
    warned = running(LENIENT)
    warned.say(message)
    assert warned.conversation.phase is SessionPhase.RUNNING
    assert any(isinstance(m, dict) and m["type"] == "Warning" for m in warned.look())


def test_settings_that_cannot_be_read_end_a_lenient_session_too() -> None:
    """Unreadable Settings end any session: there is nothing to go on with."""
    desk = Desk(LENIENT)
    desk.say({"type": "Settings", "audio": {"input": {**AUDIO, "sample_rate": "x"}}, "agent": {}})
    assert desk.conversation.phase is SessionPhase.OVER


def test_lenient_takes_old_names_and_says_so() -> None:
    """With `unknown-fields` warned, old names are accepted with a warning, at any date."""
    desk = running(LENIENT)
    desk.say(CONTENT)
    assert desk.last(cmd.SpeakSentence).text == "One moment."
    warning = desk.look()[0]
    assert isinstance(warning, dict)
    assert (warning["code"], warning["description"]) == (
        "OLD_FIELD_NAMES",
        "Taken by their old names: content",
    )


def test_a_lenient_session_goes_on_while_the_agent_speaks() -> None:
    """A message that a lenient session leaves out does not interrupt the agent."""
    desk, _ = speaking(LENIENT)
    desk.say("{")
    assert desk.names() == ["MESSAGE_IGNORED"]


def test_writing_what_was_known_then() -> None:
    """A field that came later is absent from the message, and not empty."""
    message = ConversationText(role="user", content="x", conversational_behavior="default")
    shorter = known_then(message, date(2026, 1, 1))
    assert shorter is not None
    assert encode(shorter) == '{"type":"ConversationText","role":"user","content":"x"}'
