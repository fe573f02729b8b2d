"""Events, in the past tense: everything that the brain can learn.

Actors report them; the supervisor alone stamps them with `seq` and `at` and hands them to the brain.
`position_s` is a place on the meeting's audio clock: seconds of sound since `MeetingStarted`, the same
axis as the recordings and, to a frame, as `at`.

Sent is not played: `ReplySent` means that an agent's last byte has *arrived*; `PlaybackFinished` that
the meeting has *heard* it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from trialogue.model.participants import Participant
from trialogue.values import frozen

Part = Literal["prompt", "listen", "think", "think_live", "speak"]
"""Part of an agent's settings that can change while it is at the table."""


@frozen
class MeetingStarted:
    """The first event of every meeting; its `at` is 0."""


# --- sessions ---------------------------------------------------------------------------------------


@frozen
class SessionReady:
    """An agent's service has applied its settings."""

    participant: str
    """Participant whose session is ready."""

    session: int
    """Number of the participant's session, from 1; events of older sessions are stale."""

    request_id: str = ""
    """Name that the service gives the session; its support asks for it."""


@frozen
class SessionLost:
    """A session ended unexpectedly; the actor dials again after `retry_in_s`."""

    participant: str
    """Participant whose session is lost."""

    session: int
    """Number of the session, from 1 for each participant."""

    reason: str
    """One line for people: what happened, with the code where there was one."""

    retry_in_s: float
    """Seconds until the next attempt."""


@frozen
class SessionFailed:
    """A participant's sessions have failed for good: the service refused, or the retries are used up."""

    participant: str
    """Participant whose sessions have failed for good."""

    reason: str
    """One line for people."""

    refused: bool = False
    """Whether the service refused (key, account, settings) rather than being unreachable."""


@frozen
class SessionEnding:
    """A session comes to the end of its allowed life, and is to be continued in a new one soon."""

    participant: str
    """Participant whose session ends."""

    session: int
    """Number of the session."""


@frozen
class SessionRolledOver:
    """A session was closed on purpose, to continue in a new one: no failure."""

    participant: str
    """Participant whose session was rolled over."""

    session: int
    """Number of the session that was closed."""


@frozen
class UpdateAsked:
    """The app wants a part of an agent's settings changed, in this session and in all later ones."""

    participant: str
    """Participant whose settings are to change."""

    part: Part
    """Part of the settings."""

    content: str
    """Content of the change: for `prompt` the words to add, else the part's object as JSON. Personal."""


@frozen
class SettingsChanged:
    """A service has applied a change of an agent's settings, refused it, or not confirmed it in time."""

    participant: str
    """Participant whose settings changed."""

    session: int
    """Number of its session."""

    part: Part
    """Part of the settings."""

    outcome: Literal["applied", "unconfirmed", "refused"]
    """Outcome: the change holds; the service has not confirmed it in time; or it is undone, as the service
    refuses it.
    """


# --- ears ------------------------------------------------------------------------------------------


@frozen
class EarReady:
    """A person's listening session is ready: its words come from now on."""

    participant: str
    """The person whose ear it is."""

    session: int
    """Number of the ear's session, from 1."""

    request_id: str = ""
    """Name that the service gives the session; its support asks for it."""


@frozen
class EarLost:
    """A listening session ended unexpectedly; the ear dials again after `retry_in_s`."""

    participant: str
    """The person whose ear it was."""

    session: int
    """Number of the ear's session."""

    reason: str
    """One line for people: what happened, with the code where there was one."""

    retry_in_s: float
    """Seconds until the next attempt."""


@frozen
class EarFailed:
    """A person's ear has failed for good; the person stays, without a transcript of its speech."""

    participant: str
    """The person whose ear it was."""

    reason: str
    """One line for people."""

    refused: bool = False
    """Whether the service refused (key, account, settings) rather than being unreachable."""


Stage = Literal["interim", "eager", "final"]
"""Certainty of an ear's words: they may still change; the turn may be over; the turn is over."""


@frozen
class EarHeard:
    """A person's ear has recognized words of one stretch of speech, or its end.

    A later event of the same utterance replaces the words of an earlier one.
    """

    participant: str
    """The person who spoke."""

    session: int
    """Number of the ear's session."""

    utterance: int
    """Number of the person's stretch of speech, from 1, over all sessions of the ear."""

    text: str
    """All words of the utterance so far; may be empty. Personal."""

    begin_s: float
    """Beginning of the first word on the meeting's audio clock, in seconds."""

    end_s: float
    """End of the last word, in seconds; equal to `begin_s` where the service gives no times."""

    stage: Stage
    """`interim` and `eager` words may change; `final` words, at the end of the turn, do not."""


# --- what agents say --------------------------------------------------------------------------------


@frozen
class ReplyStarted:
    """An agent has begun to answer: its first words or sound have arrived. Nothing is played yet."""

    participant: str
    """Participant who answers."""

    reply: int
    """Number of the participant's reply, from 1, over all its sessions."""

    prompt: int = 0
    """Number of the prompt that it answers; 0 for none, or where that is unknown."""

    is_backchannel: bool = False
    """Whether the service marks it as a backchannel: a short remark that takes no turn."""


@frozen
class LineTaken:
    """A scripted agent's reply uses an entry of its script; only our own service reports it."""

    participant: str
    """The agent who replies."""

    reply: int
    """Number of the reply."""

    entry: int
    """Index of the entry in the script, from 0."""


@frozen
class SentenceSaid:
    """Words of a stretch of a reply."""

    participant: str
    """Participant who says the sentence."""

    reply: int
    """Number of the reply."""

    text: str
    """The words, as the agent was given to speak them. Personal."""

    offset_s: float
    """Place in the reply's audio at which the sentence begins, as far as audio had arrived: seconds from the
    reply's start.
    """


@frozen
class ReplySent:
    """A reply's last byte has arrived."""

    participant: str
    """Participant who answered."""

    reply: int
    """Number of the reply."""

    duration_s: float
    """Length of its audio, in seconds."""


@frozen
class ReplyWithdrawn:
    """A reply ended early: the agent heard speech, or its session was lost."""

    participant: str
    """Participant whose reply is withdrawn."""

    reply: int
    """Number of the reply."""

    reason: Literal["interrupted", "lost", "overflow"]
    """Reason: speech at the agent's ear, a lost session, or too much unplayed audio."""


@frozen
class ReplyFailed:
    """The service could not make a reply; the session goes on."""

    participant: str
    """Participant whose service failed."""

    turn: int
    """Number of the turn of the last prompt; 0 where there was none."""

    code: str
    """Code of the service."""

    prompt: int = 0
    """Number of the prompt that failed; 0 where that is unknown."""


@frozen
class InjectionRefused:
    """The service did not accept a cue or an injected message."""

    participant: str
    """Participant whose service refused."""

    turn: int
    """Number of the turn that it was for."""

    reason: str
    """The service's words or code."""

    prompt: int = 0
    """Number of the prompt that was refused; 0 where that is unknown."""


# --- what is heard ----------------------------------------------------------------------------------


@frozen
class WordsHeard:
    """An agent's own recognizer made these words of the sound at its ear."""

    participant: str
    """Participant who heard."""

    text: str
    """Words that it recognized. Personal."""


@frozen
class PlaybackStarted:
    """The first sample of a turn is heard in the meeting."""

    participant: str
    """Participant who is heard."""

    turn: int
    """Number of the turn."""

    reply: int
    """Number of the reply."""

    position_s: float
    """Place on the meeting's audio clock, in seconds."""


@frozen
class PlaybackFinished:
    """The last sample of a reply has been heard, or no more of it will be."""

    participant: str
    """Participant who was heard."""

    turn: int
    """Number of the turn."""

    reply: int
    """Number of the reply."""

    position_s: float
    """End of its last heard sample on the meeting's audio clock, in seconds."""

    played_s: float
    """Length of the part that was heard, in seconds."""

    outcome: Literal["complete", "cut", "stalled", "dry"]
    """Outcome: `complete`, played to its end; `cut`, stopped by a decision; `stalled`, none of its sound came
    for ten seconds; `dry`, no more sound came for a second, and the service did not report its end.
    """

    silent_s: float = 0.0
    """Silence at the end of its sound, at most one second: the voice ended that long before `position_s`. 0
    for sound that was cut, or that was never louder than silence.
    """


@frozen
class SpeechStarted:
    """A person (or a recording standing in for one) has begun to speak: local voice activity."""

    participant: str
    """Participant who speaks."""

    position_s: float
    """Beginning of the speech on the meeting's audio clock, in seconds."""


@frozen
class SpeechStopped:
    """A person has stopped speaking."""

    participant: str
    """Participant who spoke."""

    position_s: float
    """End of the speech on the meeting's audio clock, in seconds."""


@frozen
class VoiceFell:
    """A person's voice has fallen, within 100 ms, though its speech may go on: the detector's level.

    It comes between `SpeechStarted` and `SpeechStopped`, which waits for the detector's hang.
    """

    participant: str
    """Person whose voice it is."""

    position_s: float
    """Place on the meeting's audio clock at which the voice fell, in seconds."""


@frozen
class VoiceRose:
    """A person's voice has risen again within one stretch of speech."""

    participant: str
    """Person whose voice it is."""

    position_s: float
    """Place on the meeting's audio clock at which the voice rose, in seconds."""


@frozen
class EchoNoticed:
    """A microphone gave only the sound of its person's loudspeaker; it makes no speech.

    It comes at most once for each participant.
    """

    participant: str
    """Person whose microphone it is."""

    position_s: float
    """Place on the meeting's audio clock at which the echo was noticed, in seconds."""


@frozen
class TextTyped:
    """A person typed words: an utterance without sound."""

    participant: str
    """Participant who typed."""

    text: str
    """The words. Personal."""


@frozen
class PlaybackPaused:
    """A turn fell silent without being over: somebody spoke, and it may continue."""

    participant: str
    """Participant who was heard."""

    turn: int
    """Number of the turn."""

    reply: int
    """Number of the reply."""

    position_s: float
    """End of its last heard sample on the meeting's audio clock, in seconds."""

    played_s: float
    """Length of the part that was heard so far, in seconds."""


@frozen
class PlaybackResumed:
    """A turn that was paused is heard again, from where it fell silent."""

    participant: str
    """Participant who is heard."""

    turn: int
    """Number of the turn."""

    reply: int
    """Number of the reply."""

    position_s: float
    """Place on the meeting's audio clock, in seconds."""


# --- the floor --------------------------------------------------------------------------------------


@frozen
class FloorRequested:
    """A participant wants the floor: a raised hand, or a bid."""

    participant: str
    """Participant who asks."""

    priority: int = 0
    """Priority (RFC 8855): -2 lowest, -1 low, 0 normal, 1 high, 2 highest."""


@frozen
class FloorRequestCancelled:
    """A participant took down its raised hand."""

    participant: str
    """Participant whose request is cancelled."""


@frozen
class GrantAsked:
    """The app, or a person at the controls, wants this participant to speak next."""

    participant: str
    """Participant that is to speak."""

    about: str = ""
    """Question to it, which becomes part of its digest."""


@frozen
class RevokeAsked:
    """The app, or a person at the controls, takes the floor from this participant, if it holds it."""

    participant: str
    """Participant that is to stop."""


@frozen
class Joined:
    """A participant has joined the table after the meeting's start."""

    seat: Participant
    """The participant, in the form of a plan; its name is new, or that of one who has left."""

    entry: str = ""
    """The participant in the form of a scenario's cast, complete, as JSON; secrets are references. Empty for
    one who comes back unchanged and continues where it left. Personal.
    """


@frozen
class Left:
    """A participant has left the table."""

    participant: str
    """The participant who left."""


@frozen
class SayAsked:
    """The app wants an agent to say these words at its next turn, which comes first."""

    participant: str
    """Participant that is to say the words."""

    text: str
    """The words. Personal."""


@frozen
class MuteAsked:
    """The app mutes a participant, or lets it be heard again."""

    participant: str
    """Participant concerned."""

    muted: bool
    """Whether to mute; False to let it be heard again."""


@frozen
class NoteGiven:
    """The app wants a participant to learn this with its next digest."""

    participant: str
    """Participant that is to learn it."""

    text: str
    """The note. Personal."""


@frozen
class StopAsked:
    """The meeting is to end now: by a signal, a person, or the app."""

    reason: str
    """`interrupted`, `terminated`, `hung-up` or the app's own word."""


# --- tools ------------------------------------------------------------------------------------------


@frozen
class ToolRequested:
    """An agent wants a tool called."""

    participant: str
    """Agent that asks."""

    session: int
    """Number of its session; answers go to no other."""

    call_id: str
    """Id of the call, by the service; it identifies little, since models use ids again."""

    tool: str
    """The tool's name."""

    arguments: str
    """Arguments as JSON, as the model wrote them: may be empty or invalid. Personal."""

    ours: bool = True
    """False for calls that the service makes itself: recorded, never run."""

    thought_signature: str | None = None
    """Token that some models need back with the call when a later session is told of it. Personal."""


@frozen
class ToolFinished:
    """A tool call has its result, or its failure in words."""

    participant: str
    """Agent that asked."""

    call_id: str
    """Agent's id of the call."""

    outcome: Literal["succeeded", "failed", "timed-out", "cancelled", "unknown"]
    """Outcome of the call."""

    content: str
    """Content for the agent: the result as JSON or text, or the failure in one line. Personal."""

    code: str = ""
    """Reason in one word for a missing result: `ValueError`, `exit-3`, `status-500`; empty where unknown."""

    run: int = 0
    """Run of a call with this id, as `RunTool` says."""


@frozen
class ToolCallCancelled:
    """The agent no longer wants a call's result."""

    participant: str
    """Agent that asked."""

    call_id: str
    """Agent's id of the call."""


# --- hooks ------------------------------------------------------------------------------------------


@frozen
class HookAnswered:
    """The app has answered its hook's question (`AskHook`)."""

    participant: str
    """Participant concerned."""

    question: int
    """Number of the question."""

    allowed: bool
    """Whether it may happen."""

    content: str = ""
    """Content that replaces what was asked about: a tool's arguments as JSON, words, or a participant's name;
    empty for no replacement. Personal.
    """

    reason: str = ""
    """Reason for a refusal. Personal."""


# --- the rest ---------------------------------------------------------------------------------------


@frozen
class LatencyMeasured:
    """The service reported the times of a reply's stages. Absent parts are None."""

    participant: str
    """Participant whose reply was measured."""

    listen_s: float | None = None
    """Seconds of recognition."""

    think_s: float | None = None
    """Seconds to the model's first text."""

    speak_s: float | None = None
    """Seconds to the first byte of speech."""

    total_s: float | None = None
    """Seconds from the end of the prompt to the first byte of speech."""


@frozen
class ServiceWarned:
    """A service warned, or sent an unknown message; the session goes on."""

    participant: str
    """Participant whose service warned."""

    code: str
    """Code of the service, or `unknown-message`, `malformed-message`."""

    text: str
    """Text of the service, at most 1 KiB."""


@frozen
class FaultStruck:
    """A fault of the scenario has struck; its effects are recorded like any other."""

    participant: str
    """Participant who was struck."""

    fault: str
    """Name of the fault in the scenario."""

    kind: str
    """Kind of the fault, as `trialogue chaos --list` has it."""

    for_s: float | None = None
    """Length in seconds; None for a fault without one."""


@frozen
class ActorCrashed:
    """A task of the meeting failed: by a bug, or because a tool server is gone.

    Its restart type decides what follows.
    """

    actor: str
    """Name of the actor: `router`, `agent:ada`, `mcp:price`."""

    error: str
    """Type of the exception; its text may hold speech and is left out."""


@frozen
class ActorOverran:
    """A task of the meeting had not stopped at the end of its grace; a task cannot be killed."""

    actor: str
    """Name of the actor: `router`, `agent:ada`, `tools`."""

    grace_s: float
    """Seconds of its grace."""


@frozen
class RecordingFailed:
    """Sound can no longer be written to files; the meeting itself can go on."""

    error: str
    """One line for people: the system's words."""


@frozen
class ProcessSuspended:
    """The process was stopped, or the machine slept, and it goes on."""

    for_s: float
    """Length of the suspension, in seconds."""

    skipped_s: float = 0.0
    """Part of the meeting's audio clock that passed unheard before this event, in seconds: silence in the
    recordings.
    """


@frozen
class SoundLagged:
    """The meeting's sound is behind its clock, as the machine is busy; reported again when that changes.

    Until then the latest sound of people's sources is not known, so everything that waits for sound waits
    that much longer.
    """

    lag_s: float
    """Lag in seconds; 0 once the sound has caught up."""


@frozen
class LoopStalled:
    """One step blocked all tasks of the process: no sound moved and no socket was read meanwhile."""

    for_s: float
    """Length of the stall, in seconds."""

    where: str = ""
    """Function that was seen running, with its file and line; empty where none was seen."""

    task: str = ""
    """Function of its task; empty where none was seen."""


@frozen
class WallClockJumped:
    """The machine's time of day was set: the journal's `ts` jump here. Nothing else depends on it."""

    by_s: float
    """Seconds of the step; below 0 for a step back."""


@frozen
class MeetingResumed:
    """A meeting whose process had died continues in a new one; all old sessions and sounds are gone."""

    continues: str
    """Hash of the last record of the journal that is continued."""


@frozen
class Woke:
    """A timer of the brain is due."""

    timer: str
    """Name of the timer."""


Event: TypeAlias = (
    MeetingStarted
    | SessionReady
    | SessionLost
    | SessionFailed
    | SessionEnding
    | SessionRolledOver
    | UpdateAsked
    | SettingsChanged
    | EarReady
    | EarLost
    | EarFailed
    | EarHeard
    | ReplyStarted
    | LineTaken
    | SentenceSaid
    | ReplySent
    | ReplyWithdrawn
    | ReplyFailed
    | InjectionRefused
    | WordsHeard
    | PlaybackStarted
    | PlaybackFinished
    | SpeechStarted
    | SpeechStopped
    | VoiceFell
    | VoiceRose
    | EchoNoticed
    | TextTyped
    | PlaybackPaused
    | PlaybackResumed
    | FloorRequested
    | FloorRequestCancelled
    | GrantAsked
    | RevokeAsked
    | Joined
    | Left
    | SayAsked
    | MuteAsked
    | NoteGiven
    | StopAsked
    | ToolRequested
    | ToolFinished
    | ToolCallCancelled
    | HookAnswered
    | LatencyMeasured
    | ServiceWarned
    | FaultStruck
    | ActorCrashed
    | ActorOverran
    | RecordingFailed
    | ProcessSuspended
    | SoundLagged
    | LoopStalled
    | WallClockJumped
    | MeetingResumed
    | Woke
)
"""Every event; a `match` over it ends in `assert_never`."""
