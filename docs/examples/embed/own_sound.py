"""Audio in and out: a guest speaks from a file of 8 kHz mu-law, and hears the others in telephone quality.

A sink of the app gets each participant's sound, by name.
"""

import numpy as np
import trio

from trialogue import Scenario, mix, open_meeting, run_virtual

CAST = {"host": {"lines": ["Welcome to the show."]}, "guest": {"role": "human", "via": "app"}}
SCENARIO = Scenario.build("show", CAST, run={"limits": {"time": "8s"}})
FILE = np.where(np.arange(16_000) // 20 % 2, 0x10, 0x90).astype(np.uint8).tobytes()  # two seconds of a tone


class Loudest:
    """A sink: the loudest moment of each participant, and the mix."""

    def __init__(self):
        self.peaks = {}

    def frame(self, position, sounding):
        """Take one tick, by participant."""
        everybody = {**sounding, "all": mix(list(sounding.values()))} if sounding else {}
        for name, pcm in everybody.items():
            peak = int(np.abs(np.frombuffer(pcm, np.int16).astype(int)).max())
            self.peaks[name] = max(peak, self.peaks.get(name, 0))


async def speak(meeting):
    source = meeting.source("guest", sample_rate=8_000, encoding="mulaw")
    await source.send(FILE)  # all at once: the meeting paces it
    await source.drain()
    print("said after", round(meeting.now, 1), "s")


async def main():
    sink, heard = Loudest(), 0
    async with open_meeting(SCENARIO) as meeting, trio.open_nursery() as nursery:
        meeting.give_to(sink)
        nursery.start_soon(speak, meeting)
        async for frame in meeting.ear("guest", sample_rate=8_000, encoding="mulaw"):
            heard += len(frame)
    print("heard", round(heard / 8_000), "s, and of:", sorted(sink.peaks))


run_virtual(main)
