"""A meeting in aiohttp: browsers read the transcript (server-sent events), and send words (a websocket)."""

import json
from contextlib import suppress

from aiohttp import WSMsgType, web

from trialogue import aio
from trialogue.errors import TrialogueError
from trialogue.events import SentenceSaid

MEETING = web.AppKey("meeting", aio.Meeting)


def app_of(scenario, speaker, **options):
    """The app around one meeting; `speaker` says the words of the clients."""

    async def held(app):
        async with aio.open_meeting(scenario, **options) as meeting:
            app[MEETING] = meeting
            yield  # noqa: ASYNC119 - aiohttp ends it itself

    async def state(request):
        meeting = request.app[MEETING]
        return web.json_response({"name": meeting.plan.name, "is_over": meeting.is_over})

    async def events(request):
        answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await answer.prepare(request)
        with suppress(ConnectionResetError):  # the browser has gone
            async for record in request.app[MEETING].records():
                if isinstance(record.event, SentenceSaid):
                    words = json.dumps(f"{record.event.participant}: {record.event.text}")
                    await answer.write(f"data: {words}\n\n".encode())
        return answer

    async def talk(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                try:
                    await request.app[MEETING].say(speaker, message.data)
                    answer = "taken"
                except TrialogueError as refused:
                    answer = str(refused)
                await socket.send_str(answer)
        return socket

    async def end(app):  # before the server waits for its clients
        if not app[MEETING].is_over:
            await app[MEETING].stop("the server ends")

    app = web.Application()
    app.cleanup_ctx.append(held)
    app.on_shutdown.append(end)
    app.add_routes([web.get("/", state), web.get("/events", events), web.get("/talk", talk)])
    return app


if __name__ == "__main__":
    web.run_app(app_of("scenarios/smallest.yaml", "moderator"), port=8000)
