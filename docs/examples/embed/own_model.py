"""A language model of a package of yours: it asks back by what it is told, and looks things up.

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
    """Answers one request after another, from several threads: all that it knows is in the request."""

    def __call__(self, request):
        """Yield the pieces of a reply as they come, and the functions that it wants called."""
        if request.results:
            yield f"I have looked: {request.results[-1].response}. "
        elif asked := re.search(r"\bwhat is ([\w ]+)\?", request.heard, re.IGNORECASE):
            for function in request.functions[:1]:
                yield FunctionWanted(function.name, json.dumps({"what": asked[1]}))
                return
        for word in self.answer(request.heard).split():
            yield f"{word} "

    def answer(self, heard):
        """The answer of the first rule that fits."""
        for pattern, answer in RULES:
            if found := re.search(pattern, heard):
                return answer.format(" ".join(OTHERS.get(each.lower(), each) for each in found[1].split()))
        return "Please go on."


def model():
    """Give the model; weights are loaded here, as it is first asked, in a thread."""
    return Eliza()
