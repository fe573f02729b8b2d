"""Voice agents as pipelines of pipecat: a websocket transport and a relay to the next agent's for each.

Not run by hand: `agent_clients.py` imports it in pipecat's own environment. Each agent is a pipeline of its
own, as pipecat has it, with the leanest parts that carry sound: no turn tracking, no metrics, no silence in
between, chunks of 20 ms, and a serializer that hands the bytes on as they are.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from loguru import logger
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame, StartFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.transports.websocket.client import WebsocketClientParams, WebsocketClientTransport
from pipecat.workers.runner import WorkerRunner

RATE = 24_000


class Bytes(FrameSerializer):
    """A message is the sound itself; a control message is noted."""

    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__()
        self._note = note

    async def serialize(self, frame: Frame) -> bytes | None:
        return frame.audio if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        if isinstance(data, bytes):
            return InputAudioRawFrame(audio=data, sample_rate=RATE, num_channels=1)
        if '"Warning"' in data:
            self._note(json.loads(data)["code"])
        return None


class Relay(FrameProcessor):
    """Gives what its agent says to the relay of the agent that hears it."""

    target: "Relay"

    def __init__(self) -> None:
        super().__init__()
        self.is_there = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self.is_there.set()
        if isinstance(frame, InputAudioRawFrame):
            await self.target.push_frame(
                OutputAudioRawFrame(audio=frame.audio, sample_rate=RATE, num_channels=1)
            )
        else:
            await self.push_frame(frame, direction)


def agent(url: str, settings: str, note: Callable[[str], None], relay: Relay) -> PipelineWorker:
    """An agent's pipeline, which dials when it starts."""
    params = WebsocketClientParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_out_sample_rate=RATE,
        audio_in_sample_rate=RATE,
        audio_out_10ms_chunks=2,
        audio_out_auto_silence=False,
        add_wav_header=False,
        serializer=Bytes(note),
    )
    transport = WebsocketClientTransport(url, params)

    @transport.event_handler("on_connected")
    async def _connected(_: WebsocketClientTransport, socket: object) -> None:
        await socket.send(settings)

    return PipelineWorker(
        Pipeline([transport.input(), relay, transport.output()]),
        params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
        enable_turn_tracking=False,
        enable_rtvi=False,
        idle_timeout_secs=None,
    )


@asynccontextmanager
async def open_agents(
    url: str,
    targets: Sequence[int],
    settings: str,
    note: Callable[[int, str], None],
    opened: Callable[[int], None],
) -> AsyncIterator[None]:
    """Hold an agent's pipeline for each target, which is the place of the agent that hears it.

    `note` is given the place of an agent and the number of a control message, `opened` how many agents there
    are before another begins.
    """
    logger.remove()
    relays = [Relay() for _ in targets]
    runner = WorkerRunner(handle_sigint=False)
    running = asyncio.create_task(runner.run(auto_end=False))
    for place, (relay, target) in enumerate(zip(relays, targets, strict=True)):
        opened(place)
        relay.target = relays[target]
        await runner.add_workers(agent(url, settings, partial(note, place), relay))
        await relay.is_there.wait()
    await asyncio.sleep(0.2)
    yield
    await runner.cancel()
    await running
