"""A real MCP server: it speaks over stdin and stdout, or over streamable HTTP at the port it is given."""

import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import trio

PROGRAM = (sys.executable, str(Path(__file__).resolve()))


@asynccontextmanager
async def listening(port):
    """The server at a port of this machine, until it is told to die; gives its process."""
    process = await trio.lowlevel.open_process(
        [*PROGRAM, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                async with await trio.open_tcp_stream("127.0.0.1", port):
                    break
            except OSError:
                await trio.sleep(0.05)
        yield process
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()


async def free_port():
    """A port that nobody listens at."""
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        return listener.socket.getsockname()[1]


def is_running(number):
    """Whether a process of that number runs; one that has only to be buried does not."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="ascii")
        return status.rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def main():
    """Serve."""
    from mcp.server.mcpserver import MCPServer

    server = MCPServer("prices")

    @server.tool()
    def price(item: str) -> str:
        """Look a price up."""
        return f"{item}: eight cents"

    @server.tool()
    def environment() -> str:
        """Tell the names of the variables it was given."""
        return " ".join(sorted(os.environ))

    @server.tool()
    def number() -> str:
        """Tell the number of its process."""
        return str(os.getpid())

    @server.tool()
    def child() -> str:
        """Start a process in a session of its own, and tell its number."""
        started = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, start_new_session=True)
        return str(started.pid)

    @server.tool()
    def die() -> str:
        """End the process at once."""
        os._exit(3)

    if len(sys.argv) > 1:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
