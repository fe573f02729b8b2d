"""Messages of the listening routes as a server writes them, for playbooks."""

import json


def turn(event, text, *, index=0, at=(0.0, 1.0), **more):
    """A TurnInfo whose words are spread evenly over `at`, in seconds of the connection's sound."""
    words = text.split()
    step = (at[1] - at[0]) / max(1, len(words))
    told = {
        "type": "TurnInfo",
        "request_id": "r",
        "sequence_id": 1,
        "event": event,
        "turn_index": index,
        "audio_window_start": 0.0,
        "audio_window_end": at[1],
        "transcript": text,
        "words": [
            {"word": word, "confidence": 0.9, "start": at[0] + n * step, "end": at[0] + (n + 1) * step}
            for n, word in enumerate(words)
        ],
        "end_of_turn_confidence": 0.5,
        **more,
    }
    return json.dumps(told)


CONNECTED = json.dumps({"type": "Connected", "request_id": "r", "sequence_id": 0})


def results(text, *, at=(0.0, 1.0), **flags):
    """A Results of one channel whose words are spread evenly over `at`."""
    words = text.split()
    step = (at[1] - at[0]) / max(1, len(words))
    alternative = {
        "transcript": text,
        "confidence": 0.9,
        "words": [
            {
                "word": word.strip(".,?").lower(),
                "punctuated_word": word,
                "confidence": 0.9,
                "start": at[0] + n * step,
                "end": at[0] + (n + 1) * step,
            }
            for n, word in enumerate(words)
        ],
    }
    told = {
        "type": "Results",
        "channel_index": [0, 1],
        "duration": at[1] - at[0],
        "start": at[0],
        "channel": {"alternatives": [alternative]},
        "metadata": {
            "request_id": "r",
            "model_info": {"name": "general-nova-3", "version": "1", "arch": "nova-3"},
            "model_uuid": "u",
        },
        **flags,
    }
    return json.dumps(told)


def utterance_end(last):
    """An UtteranceEnd after the word that ends at `last`."""
    return json.dumps({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": last})
