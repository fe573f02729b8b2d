"""`trialogue voices`: lists the local voices, or speaks with one of them."""

from __future__ import annotations

import wave
from pathlib import Path

from attrs import asdict

from trialogue.cli.view_lines import Line, Span, Tone, line, padded, span
from trialogue.cli.view_screens import open_waiting, put_json, show
from trialogue.errors import SetupError
from trialogue.overwriting import refuse_other
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import shown
from trialogue.services import HOSTED, service_of
from trialogue.speech import limit_threads
from trialogue.speech.ports import Synthesizer
from trialogue.speech.voices import VOICES, VoiceShape, known_voice, stand_ins, voice_for


def list_voices(*, as_json: bool) -> int:
    """Print every local voice with the hosted voice names that it stands in for."""
    if as_json:
        put_json(
            [
                {**asdict(voice), "stands_in_for": stand_ins().standing_in(voice.name)}
                for voice in VOICES.values()
            ]
        )
        return 0
    vendor = service_of(HOSTED).title
    head = line(Span(f"voice   pitch  throat  pace  stands in for {vendor}'s", Tone.FAINT))
    usage = line(Span("a scenario names a voice by its model: speak: {model: hugo}", Tone.FAINT))
    show([head, *(_row(voice) for voice in VOICES.values()), usage])
    return 0


def say(text: str, voice: str, out: Path, synthesizer: Synthesizer | None = None) -> int:
    """Write `text`, spoken by a voice, to a WAV file. `SetupError` if that is not possible."""
    _check_name(voice)
    refuse_other(out, "--out", "WAV file", lambda head: head.startswith(b"RIFF"))
    speech = list((synthesizer or _synthesizer()).synthesize(text, voice))
    if not speech:
        raise SetupError("the text contains nothing that can be spoken")
    try:
        with out.open("wb") as file, wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(speech[0].sample_rate)
            sound.writeframes(b"".join(each.pcm for each in speech))
    except OSError as error:
        raise SetupError(f"cannot write {out}: {error.strerror}") from error
    seconds = sum(each.duration_s for each in speech)
    show([line(span(f"{out}: {seconds:.1f} s in the voice {voice_for(voice).name}"))])
    return 0


def _check_name(voice: str) -> None:
    """Refuse an unknown voice name. On the wire any name gets a voice, but here it is a typing error."""
    if known_voice(voice) is None:
        vendors = stand_ins()
        hint = did_you_mean(voice.lower(), (*VOICES, *vendors.local, *vendors.spellings))
        raise SetupError(f'no voice is called "{shown(voice)}"{hint or "; trialogue voices lists them"}')


def _row(voice: VoiceShape) -> Line:
    numbers = f"{voice.pitch:>5.2f}  {voice.formants:>6.2f}  {voice.pace:>4.2f}  "
    given = ", ".join(stand_ins().standing_in(voice.name))
    return line(Span(padded(voice.name, 8), Tone.STRONG), numbers, Span(given, Tone.FAINT), hang=29)


def _synthesizer() -> Synthesizer:
    limit_threads()
    from trialogue.speech.engines import open_engines  # noqa: PLC0415 - heavy: only to speak

    waiting = open_waiting(is_silent=False)
    waiting("loading voices")
    try:
        return open_engines().synthesizer
    finally:
        waiting.done()
