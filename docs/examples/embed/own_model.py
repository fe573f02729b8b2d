"""A language model in your own package: it answers with questions, and looks things up.

Its entry point is `eliza = "own_model:model"`, in the group `trialogue.models`.
"""

import json
import re

from trialogue.server.think.ports import FunctionWanted

RULES = [
    (r"\bI need (.+?)[.!?]", "Why do you need {}?"),
    (r"\bI am (.+?)[.!?]", "How long have you been {}?"),
    (r"\bmy (\w+)", "Tell me more about your {}."),
]
OTHERS = {"i": "you", "my": "your", "me": "you", "you": "I", "your": "my"}


class Eliza:
    """Answers one request after another, from several threads; the request contains everything."""

    def __call__(self, request):
        """Yield the pieces of a reply, and the functions to call."""
        if request.results:
            yield f"I have looked: {request.results[-1].response}. "
        elif asked := re.search(r"\bwhat is ([\w ]+)\?", request.heard, re.IGNORECASE):
            for function in request.functions[:1]:
                yield FunctionWanted(function.name, json.dumps({"what": asked[1]}))
                return
        for word in self.answer(request.heard).split():
            yield f"{word} "

    def answer(self, heard):
        """The answer of the first matching rule."""
        for pattern, answer in RULES:
            if found := re.search(pattern, heard):
                return answer.format(" ".join(OTHERS.get(each.lower(), each) for each in found[1].split()))
        return "Please go on."


def model():
    """Return the model; load weights here, at the first call, in a thread."""
    return Eliza()
