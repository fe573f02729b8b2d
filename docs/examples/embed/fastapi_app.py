"""A meeting in FastAPI: browsers read the transcript (server-sent events), and send words (a websocket)."""

import json
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse, StreamingResponse

from trialogue import aio
from trialogue.errors import TrialogueError
from trialogue.events import SentenceSaid

PAGE = """<!doctype html><title>A meeting</title><ol id="said"></ol><p id="told"></p>
<form id="talk"><input name="text"><button>Say</button></form><script>
  new EventSource("events").onmessage = (e) =>
    said.append(Object.assign(document.createElement("li"), { textContent: JSON.parse(e.data) }));
  const ws = new WebSocket(`ws://${location.host}/talk`); ws.onmessage = (e) => told.textContent = e.data;
  talk.onsubmit = (e) => { e.preventDefault(); ws.send(talk.text.value); };
</script>"""


def app_of(scenario, speaker, **options):
    """The app around one meeting; `speaker` says the words of the browsers."""

    @asynccontextmanager
    async def held(app):
        async with aio.open_meeting(scenario, **options) as meeting:
            app.state.meeting = meeting
            yield

    app = FastAPI(lifespan=held)
    app.get("/")(lambda: HTMLResponse(PAGE))

    @app.get("/events")
    async def events():
        async def told():
            async for record in app.state.meeting.records():
                if isinstance(record.event, SentenceSaid):
                    yield f"data: {json.dumps(f'{record.event.participant}: {record.event.text}')}\n\n"

        return StreamingResponse(told(), media_type="text/event-stream")

    @app.websocket("/talk")
    async def talk(socket: WebSocket):
        await socket.accept()
        async for text in socket.iter_text():
            try:
                await app.state.meeting.say(speaker, text)
                answer = "taken"
            except TrialogueError as refused:
                answer = str(refused)
            await socket.send_text(answer)

    return app


if __name__ == "__main__":
    uvicorn.run(app_of("scenarios/smallest.yaml", "moderator"), port=8000)
