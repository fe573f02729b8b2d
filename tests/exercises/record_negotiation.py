"""Records anew what the buyer of `scenarios/negotiation.yaml` says: an endpoint of ours answers for it.

    python tests/exercises/record_negotiation.py

The endpoint is no model: it bargains by the number of its turn, so that anybody can make the record, at any
time, without a key. The meeting is held in real time, for a minute.
"""

import json
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

SCENARIO = Path(__file__).parents[2] / "scenarios" / "negotiation.yaml"
PORT = 8080
OFFERS = (
    "We need four hundred chairs. I can offer forty dollars each. Seller, what do you say?",
    "I come up to forty-four, if you deliver in May. Seller?",
    "Forty-seven, paid within ten days. Seller, do we have a deal?",
    "Then we have a deal. Send us the contract.",
)


class Bargain(BaseHTTPRequestHandler):
    """Chat completions: the next offer, by how many have been made."""

    def do_POST(self) -> None:
        """Answer one question."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        made = sum(each["role"] == "assistant" for each in asked["messages"])
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        if made < len(OFFERS):
            chunk = {"choices": [{"index": 0, "delta": {"content": OFFERS[made]}}]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> int:
    """Hold the meeting once, and leave its record beside the scenario."""
    record = SCENARIO.parent / "models" / "negotiation.jsonl"
    record.unlink(missing_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Bargain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / SCENARIO.name
        copy.write_text(
            SCENARIO.read_text(encoding="utf-8").replace("  models: models/negotiation.jsonl\n", "")
        )
        overrides = Overrides(clock=Clock.REAL)
        held = run_meeting(copy, overrides=overrides, out=Path(folder) / "run", edges=Edges(models=record))
    server.shutdown()
    print(f"{held.result.reason}: {len(record.read_bytes().splitlines()) - 1} answers in {record}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
