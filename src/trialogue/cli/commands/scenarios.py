"""Commands for authors of scenarios: `check`, `explain`, `schema`, `new`, `fmt` and `graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from trialogue.cli.options import AS_WRITTEN, Flag, Json, OverrideOptions, Scenario

CHECK_EXAMPLES: Final = """\
Example:
  trialogue check scenarios/*.yaml
"""

EXPLAIN_EXAMPLES: Final = """\
Examples:
  trialogue explain scenarios/smallest.yaml --clock virtual
  trialogue explain E-KEY-UNKNOWN
"""

SCHEMA_EXAMPLES: Final = """\
Example:
  trialogue schema > scenario.schema.json

In an editor with the YAML language server (VS Code: the extension redhat.vscode-yaml), write as the first
line of a scenario beside it:
  # yaml-language-server: $schema=scenario.schema.json
"""

NEW_EXAMPLES: Final = """\
Examples:
  trialogue new review.yaml
  trialogue new review.yaml --agents 3 --policy moderated --think local
"""

FMT_EXAMPLES: Final = """\
Examples:
  trialogue fmt review.yaml
  trialogue fmt scenarios/*.yaml --check
"""

GRAPH_EXAMPLES: Final = """\
Examples:
  trialogue graph scenarios/edge-cache.yaml
  trialogue graph scenarios/edge-cache.yaml --svg > edge-cache.svg
"""

commands: Final = App()
"""Commands that `trialogue.cli.program` adds to the command line."""


@commands.command(sort_key=2, help_epilogue=CHECK_EXAMPLES)
def check(
    file: Scenario,
    /,
    *more: Annotated[Path, Parameter(help="More scenario files.")],
    override: OverrideOptions = AS_WRITTEN,
    file_only: Annotated[
        Flag, Parameter(help="Check only the files; skip environment variables and installed models.")
    ] = False,
    json: Annotated[Json, Parameter(help="Print the problems as JSON.")] = False,
) -> int:
    """List all problems of scenario files, with file, line and column.

    Keys and environment variables that a scenario needs and that are not set are listed, too.
    """
    from trialogue.cli.check import check_files  # noqa: PLC0415 - the scenario comes with it

    return check_files((file, *more), override.overrides(), as_json=json, file_only=file_only)


@commands.command(sort_key=3, help_epilogue=EXPLAIN_EXAMPLES)
def explain(
    file: Scenario,
    /,
    *,
    override: OverrideOptions = AS_WRITTEN,
    json: Annotated[Json, Parameter(help="Print the values as JSON.")] = False,
) -> int:
    """Print every value of a scenario with its origin, or explain an error code."""
    from trialogue.cli.check import explain_file  # noqa: PLC0415 - the scenario comes with it

    return explain_file(file, override.overrides(), as_json=json)


@commands.command(sort_key=4, help_epilogue=SCHEMA_EXAMPLES)
def schema() -> int:
    """Print the JSON Schema of scenario files, for editors."""
    from trialogue.cli.check import print_schema  # noqa: PLC0415 - the scenario comes with it

    return print_schema()


@commands.command(sort_key=4, help_epilogue=NEW_EXAMPLES)
def new(
    file: Annotated[Path, Parameter(help="The scenario file to write; it must not exist yet.")],
    /,
    *,
    agents: Annotated[int | None, Parameter(help="Number of agents, including the chair.")] = None,
    policy: Annotated[
        str | None, Parameter(help="Policy that decides who speaks next: moderated, round-robin, ...")
    ] = None,
    think: Annotated[
        Literal["lines", "local", "open_ai", "deepgram"] | None,
        Parameter(help="How agents think: scripted lines, a local model, OpenAI's, or Deepgram's."),
    ] = None,
    topic: Annotated[str | None, Parameter(help="Topic of the meeting.")] = None,
    person: Annotated[Flag, Parameter(help="Add a seat for yourself, at the keyboard.")] = False,
) -> int:
    """Write a new scenario to start from. In a terminal it asks for missing options."""
    from trialogue.cli.authors import new_file  # noqa: PLC0415 - the scenario comes with it
    from trialogue.scenario.skeleton import HowAgentsThink, NewScenario  # noqa: PLC0415 - likewise

    plain = NewScenario(person=person)
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in file.stem.lower()).strip("-0123456789")
    wanted = NewScenario(
        name=name[:64].strip("-") or plain.name,
        topic=topic or plain.topic,
        agents=plain.agents if agents is None else agents,
        policy=policy or plain.policy,
        think=plain.think if think is None else HowAgentsThink(think),
        person=person,
    )
    return new_file(file, wanted, asks=(agents, policy, think, topic) == (None,) * 4 and not person)


@commands.command(sort_key=4, help_epilogue=FMT_EXAMPLES)
def fmt(
    file: Scenario,
    /,
    *more: Annotated[Path, Parameter(help="More scenario files.")],
    check: Annotated[Flag, Parameter(help="Change nothing; exit code 2 if a file is not formatted.")] = False,
) -> int:
    """Format scenario files; comments, quotes and the order of keys are kept."""
    from trialogue.cli.authors import format_files  # noqa: PLC0415 - the scenario comes with it

    return format_files((file, *more), only_check=check)


@commands.command(sort_key=4, help_epilogue=GRAPH_EXAMPLES)
def graph(
    file: Scenario,
    /,
    *,
    override: OverrideOptions = AS_WRITTEN,
    svg: Annotated[Flag, Parameter(help="Print SVG, for browsers, instead of Mermaid.")] = False,
) -> int:
    """Draw a scenario as a diagram: participants, how they hear, the floor policy and the agenda."""
    from trialogue.cli.authors import draw_file  # noqa: PLC0415 - the scenario comes with it

    return draw_file(file, override.overrides(), as_svg=svg)
