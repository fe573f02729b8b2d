"""The code blocks of a page, and how output is compared with what a page shows."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)]

_FENCE = re.compile(r"^( *)(`{3,})([^`\n]*)\n(.*?)^ *\2`* *$\n?", re.MULTILINE | re.DOTALL)
"""A fenced block as the pages write it; a parser of Markdown takes twenty times as long, in each worker."""

_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")
_BAR = re.compile(r"[▏▎▍▌▋▊▉█]+")


@frozen
class Block:
    """One fenced block."""

    page: str
    line: int
    language: str
    mark: str
    """What follows the language: `server`, or a file's name."""

    text: str
    output: str | None
    """The text block that comes next, where the next block is one."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@frozen
class Command:
    """One command of a console block, with what it shows."""

    line: str
    output: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def fences_of(text: str) -> Iterator[tuple[int, str, str]]:
    """The fenced blocks of a Markdown text, in order: line, what follows the fence, and content."""
    for fence in _FENCE.finditer(text):
        indent, _, info, content = fence.groups()
        content = re.sub(f"^ {{0,{len(indent)}}}", "", content, flags=re.MULTILINE)
        yield text.count("\n", 0, fence.start()) + 1, info.strip(), content


@cache
def blocks_of(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    fences = list(fences_of(page.read_text(encoding="utf-8")))
    blocks = []
    for (line, info, content), following in zip_longest(fences, fences[1:]):
        language, _, mark = info.partition(" ")
        output = following[2] if following is not None and following[1] == "text" else None
        blocks.append(Block(name_of(page), line, language, mark, content, output))
    return blocks


def commands_of(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        yield Command(line, output)


def shape(output: str) -> list[str]:
    """The lines of an output without what differs from run to run: numbers, bars, how wide columns are."""
    lines = [_BAR.sub("#", _NUMBER.sub("0", line)) for line in output.splitlines()]
    return [" ".join(line.split()) for line in lines]


def is_like(shown: str, printed: str) -> bool:
    """Whether what was printed has the shape of what is shown; a line `...` stands for any lines."""
    parts = [re.escape(line) + "\n" if line != "..." else "(?:.*\n)*?" for line in shape(shown)]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in shape(printed))) is not None
