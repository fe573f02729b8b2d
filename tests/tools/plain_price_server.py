"""An MCP server in JSON alone, over stdin and stdout: it is there twenty times sooner than one of the SDK's.

It serves where the server's process is what counts; `price_server` where its words are.
"""

import json
import os
import sys
from pathlib import Path

PLAIN = (sys.executable, str(Path(__file__).resolve()))
TOOLS = ("price", "number", "die", "unreadable", "notify")

WRONG_NOTE = {
    "jsonrpc": "2.0",
    "method": "notifications/message",
    "params": {"level": "what the caller said"},
}
"""A notification that no client can read."""

UNREADABLE = {
    "half a character": '{"content": [{"type": "text", "text": "\\ud800"}]}',
    "400 levels": '{"content": [], "structuredContent": {"a": ' + "[" * 400 + "]" * 400 + "}}",
    "10,000 levels": "[" * 10_000 + "]" * 10_000,
    "no object": "5",
}
"""Results that no client can read, as JSON."""


def answer(method, given):
    """What a request is answered with."""
    match method:
        case "initialize":
            who = {"name": "prices", "version": "1"}
            version = given["protocolVersion"]
            return {"result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": who}}
        case "tools/list":
            return {
                "result": {"tools": [{"name": each, "inputSchema": {"type": "object"}} for each in TOOLS]}
            }
        case "tools/call":
            return {"result": {"content": [{"type": "text", "text": called(**given)}]}}
        case _:
            return {"error": {"code": -32601, "message": "no such method"}}


def called(name, arguments=None, **_):
    """What a tool says; `die` ends the process at once, `notify` says more than was asked."""
    match name:
        case "price":
            return f"{arguments['item']}: eight cents"
        case "notify":
            sys.stdout.write(json.dumps(WRONG_NOTE) + "\n")
            return "notified"
        case "number":
            return str(os.getpid())
        case _:
            os._exit(3)


def main():
    """Serve."""
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.get("params", {}).get("name") == "unreadable":
            result = UNREADABLE[asked["params"]["arguments"]["how"]]
            sys.stdout.write("a line that is no message\n")
            sys.stdout.write(f'{{"jsonrpc": "2.0", "id": {json.dumps(asked["id"])}, "result": {result}}}\n')
            sys.stdout.flush()
        elif "id" in asked and "method" in asked:
            told = answer(asked["method"], asked.get("params"))
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **told}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
