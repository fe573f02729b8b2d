"""Commands of the stand-in and its voices: `serve` and `voices`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import App, Parameter

from trialogue.cli.dialling import BY_ADDRESS, Dialling
from trialogue.cli.handling import LOOKED_AT, Handling
from trialogue.cli.options import Flag, Json, LogLevelOption
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
"""They are merged into the one command line by `trialogue.cli.program`."""


@Parameter(name="*")
@frozen
class StandingIn:
    """Stand-ins for the providers that clients name."""

    script: Annotated[
        Path | None,
        Parameter(help="A YAML file with agents and their scripts, matched by prompt, tag or key."),
    ] = None
    """The operator's file."""

    think: Annotated[
        str | None, Parameter(help="An address that speaks OpenAI's chat completions, for every provider.")
    ] = None
    """The operator's model."""

    think_model: Annotated[str, Parameter(help="Its model; else the one that each client names.")] = ""
    """The model's name."""

    think_key_env: Annotated[
        str | None, Parameter(help="The environment variable with the key that --think wants.")
    ] = None
    """Variable with its key."""

    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Hosts beside this machine at which clients' models may be; may be repeated.",
        ),
    ] = ()
    """Names of hosts."""

    def answers(self) -> Answers:
        """The same, as the server's side of the command line takes it."""
        from trialogue.cli.serve import Answers  # noqa: PLC0415 - heavy: the server comes with it

        return Answers(self.script, self.think, self.think_model, self.think_key_env, self.allow_host)


BY_DEFAULT: Final = StandingIn()
"""Nobody but the default answers."""


@Parameter(name="*")
@frozen
class Behaving:
    """Behaviour of the server towards its clients."""

    voices: Annotated[
        Literal["local", "murmur"], Parameter(help="Real ears and voices, or sound without speech for tests.")
    ] = "local"
    """Kind of its ears and voices."""

    set_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--set",
            negative="",
            show_default=False,
            help="An option of the server, as idle=30s; may be repeated.",
        ),
    ] = ()
    """Its options, each as KEY=VALUE."""

    as_of: Annotated[
        str | None, Parameter(help="Serve clients of that time, as 2025-06: send nothing that came later.")
    ] = None
    """The month or day whose clients are served."""

    lenient: Annotated[
        Flag, Parameter(help="Warn of messages that do not fit the protocol, and take what can be read.")
    ] = False
    """Whether messages that do not fit are warned of; else they end the session."""

    no_latency: Annotated[Flag, Parameter(help="Send no LatencyReport.")] = False
    """Whether latencies stay untold."""

    def manners(self) -> Manners:
        """The same, as the server's side of the command line takes it."""
        from trialogue.cli.serve import Manners  # noqa: PLC0415 - heavy: the server comes with it

        return Manners(self.set_, self.as_of, self.lenient, self.no_latency)


AS_USUAL: Final = Behaving()
"""As the hosted service does."""


@commands.command(sort_key=7, help_epilogue=SERVE_EXAMPLES)
def serve(
    *,
    dialling: Dialling = BY_ADDRESS,
    standing_in: StandingIn = BY_DEFAULT,
    handling: Handling = LOOKED_AT,
    behaving: Behaving = AS_USUAL,
    quiet: Annotated[Flag, Parameter(help="Print the address, and nothing else.")] = False,
    log_level: LogLevelOption = "info",
) -> int:
    """Run the embedded voice agent server, for any client of Deepgram's voice agent protocol.

    Whatever provider a client names, an agent of --script answers, else the model at --think, else a default
    that repeats what it hears and calls the functions that fit.
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
    say: Annotated[str | None, Parameter(help="Words to be spoken.")] = None,
    voice: Annotated[str, Parameter(help="The voice: one of the list, or a name of Deepgram's.")] = "heart",
    out: Annotated[Path, Parameter(help="The WAV file that the words go to.")] = Path("voice.wav"),
    json: Annotated[Json, Parameter(help="Print the list as JSON.")] = False,
) -> int:
    """List the local voices; with --say, speak with one of them."""
    from trialogue.cli import voices as local  # noqa: PLC0415 - its engines load when it speaks

    return local.list_voices(as_json=json) if say is None else local.say(say, voice, out)
