"""A meeting in Flask: its threads control it, and each browser gets a stream of the transcript."""

import json

from flask import Flask, Response, request

from trialogue import blocking
from trialogue.errors import AlreadyOver, AskedWrongly
from trialogue.events import SentenceSaid, TextTyped


def app_of(meeting):
    """The app around one meeting, which outlives the app."""
    app = Flask(__name__)

    @app.errorhandler(AskedWrongly)
    def wrong(error):
        return {"error": str(error), "argument": error.argument}, 422

    @app.errorhandler(AlreadyOver)
    def over(error):
        return {"error": str(error)}, 410

    @app.get("/")
    def state():
        return {"name": meeting.plan.name, "is_over": meeting.is_over, "seconds": meeting.now}

    @app.post("/say/<name>")
    def say(name):
        meeting.say(name, request.get_json()["text"])
        return "", 204

    @app.post("/stop")
    def stop():
        meeting.stop("stopped by the app")
        return "", 204

    @app.get("/events")
    def events():
        def told():
            for record in meeting.records():
                if isinstance(record.event, SentenceSaid | TextTyped):
                    words = {"who": record.event.participant, "text": record.event.text}
                    yield f"data: {json.dumps(words)}\n\n"

        return Response(told(), mimetype="text/event-stream")

    return app


if __name__ == "__main__":
    with blocking.open_meeting("scenarios/smallest.yaml") as held:
        app_of(held).run(port=8000, threaded=True)
