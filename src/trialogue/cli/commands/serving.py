"""Commands of the stand-in and its voices: `serve` and `voices`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import App, Parameter

from trialogue.cli.dialling import BY_ADDRESS, Dialling
from trialogue.cli.options import Flag, Json, LogLevelOption
from trialogue.cli.serve_control import LOOKED_AT, Handling
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.cli.serve import Answers, Manners

SERVE_EXAMPLES: Final = """\
Examples:
  trialogue serve --port 8090
  trialogue serve --script answers.yaml
  trialogue serve --tls-self-signed --tls-ca ca.pem --allow-name voice.test
  LLM_KEY=... trialogue serve --think https://llm.example/v1 --think-model small --think-key-env LLM_KEY
"""

VOICES_EXAMPLES: Final = """\
Examples:
  trialogue voices
  trialogue voices --say "Good morning." --voice ben --out ben.wav
"""

commands: Final = App()
"""Commands that `trialogue.cli.program` adds to the command line."""


@Parameter(name="*")
@frozen
class StandingIn:
    """Options for what answers in the role of the providers that clients name."""

    script: Annotated[
        Path | None,
        Parameter(help="YAML file with scripted agents, matched by prompt, tag or key."),
    ] = None
    """File with the operator's scripts."""

    think: Annotated[
        str | None,
        Parameter(
            help="URL of an OpenAI-compatible chat completions endpoint; it answers for every provider."
        ),
    ] = None
    """Address of the operator's model."""

    think_model: Annotated[
        str, Parameter(help="Model to request there (default: the one that each client names).")
    ] = ""
    """Name of the model."""

    think_key_env: Annotated[str | None, Parameter(help="Environment variable with the key for --think.")] = (
        None
    )
    """Environment variable of its key."""

    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Allowed host of clients' own models, in addition to this machine; may be repeated.",
        ),
    ] = ()
    """Names of hosts."""

    def answers(self) -> Answers:
        """The options as the server module takes them."""
        from trialogue.cli.serve import Answers  # noqa: PLC0415 - heavy: the server comes with it

        return Answers(self.script, self.think, self.think_model, self.think_key_env, self.allow_host)


BY_DEFAULT: Final = StandingIn()
"""Only the default answers."""


@Parameter(name="*")
@frozen
class Behaving:
    """Options for how the server treats its clients."""

    voices: Annotated[
        Literal["local", "murmur"],
        Parameter(help="Real recognizer and voices, or sound without speech for tests."),
    ] = "local"
    """Kind of its engines."""

    set_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--set",
            negative="",
            show_default=False,
            help="Server setting, e.g. idle=30s; may be repeated.",
        ),
    ] = ()
    """Options, each as KEY=VALUE."""

    as_of: Annotated[
        str | None,
        Parameter(
            help="Serve clients of that date, e.g. 2025-06: send nothing that was added to the protocol "
            "later."
        ),
    ] = None
    """Month or day of the served clients."""

    lenient: Annotated[
        Flag, Parameter(help="Warn about messages that break the protocol, and use what can be read.")
    ] = False
    """Whether invalid messages cause a warning instead of the session's end."""

    no_latency: Annotated[Flag, Parameter(help="Do not send LatencyReport.")] = False
    """Whether latencies are not reported."""

    def manners(self) -> Manners:
        """The options as the server module takes them."""
        from trialogue.cli.serve import Manners  # noqa: PLC0415 - heavy: the server comes with it

        return Manners(self.set_, self.as_of, self.lenient, self.no_latency)


AS_USUAL: Final = Behaving()
"""Behaviour of the hosted service."""


@commands.command(sort_key=7, help_epilogue=SERVE_EXAMPLES)
def serve(
    *,
    dialling: Dialling = BY_ADDRESS,
    standing_in: StandingIn = BY_DEFAULT,
    handling: Handling = LOOKED_AT,
    behaving: Behaving = AS_USUAL,
    quiet: Annotated[Flag, Parameter(help="Print only the address.")] = False,
    log_level: LogLevelOption = "info",
) -> int:
    """Run the embedded server for clients of Deepgram's voice agent protocol.

    An agent of --script answers, else the model at --think, else a default agent, whichever provider a client
    names. The default agent repeats what it hears and calls matching functions.
    """
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.cli import serve as serving  # noqa: PLC0415 - heavy: the server comes with it

    asked = serving.Serving(
        host=dialling.host,
        port=dialling.port,
        key_variable=dialling.api_key_env,
        is_quiet=quiet,
        log_level=log_level,
        answers=standing_in.answers(),
        voices=behaving.voices,
        manners=behaving.manners(),
        handling=handling,
        dialling=dialling,
    )
    return serving.serve(asked)


@commands.command(sort_key=8, help_epilogue=VOICES_EXAMPLES)
def voices(
    *,
    say: Annotated[str | None, Parameter(help="Words to speak.")] = None,
    voice: Annotated[str, Parameter(help="Voice from the list, or one of Deepgram's voice names.")] = "heart",
    out: Annotated[Path, Parameter(help="WAV file to write.")] = Path("voice.wav"),
    json: Annotated[Json, Parameter(help="Print the list as JSON.")] = False,
) -> int:
    """List the local voices, or speak with one of them (--say)."""
    from trialogue.cli import voices as local  # noqa: PLC0415 - its engines load when it speaks

    return local.list_voices(as_json=json) if say is None else local.say(say, voice, out)
