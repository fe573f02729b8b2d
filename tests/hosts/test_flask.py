"""The Flask app of the documentation, over a meeting that runs."""

import json

import pytest
from hosted_examples import example

from trialogue import blocking


@pytest.mark.real
def test_threads_of_flask_ask_a_meeting(scenario, options):
    """Its state, its stream, what is asked of it, and what it refuses."""
    with blocking.open_meeting(scenario, **options) as meeting:
        client = example("flask_app").app_of(meeting).test_client()
        assert client.get("/").get_json()["name"] == "hosted"
        assert client.post("/say/ann", json={"text": "One more thing."}).status_code == 204
        refused = client.post("/say/nobody", json={"text": "Hello."})
        assert (refused.status_code, refused.get_json()["argument"]) == (422, "participant")
        assert client.post("/say/ann", json={"text": " "}).status_code == 422
        answer = client.get("/events", buffered=False)
        lines = (chunk.decode() for chunk in answer.response)
        said = next(words for line in lines if (words := json.loads(line[6:]))["text"] == "One more thing.")
        answer.close()
        assert said["who"] == "ann"
        assert client.post("/stop").status_code == 204
        meeting.finished(timeout_s=30)
        assert client.get("/").get_json()["is_over"]
        assert client.post("/stop").status_code == 410
