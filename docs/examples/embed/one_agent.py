"""One agent without a meeting: it greets, gets a question, calls a function of this program, and is closed.

It runs at the embedded server; with `via="deepgram"`, and DEEPGRAM_API_KEY set, at Deepgram.
"""

import trio

from trialogue import Sound, open_agent
from trialogue.events import ReplySent, SentenceSaid, ToolFinished

AGENT = {
    "greeting": "Hello, this is the shop.",
    "think": {
        "provider": {
            "type": "scripted",
            "script": [
                {
                    "when": {"heard": "pears"},
                    "call": {"tool": "price", "arguments": {"fruit": "pear"}},
                    "say": "A pear costs ${result.cents} cents.",
                }
            ],
        }
    },
}


def price(fruit: str) -> dict[str, object]:
    """What a fruit costs.

    Args:
        fruit: the fruit's name
    """
    return {"fruit": fruit, "cents": 30}


async def main():
    heard = 0.0
    async with open_agent(AGENT, via="local", functions={"price": price}) as agent:
        async for event in agent:
            match event:
                case SentenceSaid(text=text):
                    print("it says:", text)
                case Sound(pcm=pcm):
                    heard += len(pcm) / 48_000  # play it at its own pace
                case ToolFinished(outcome=outcome, content=content):
                    print("the call has", outcome, "with", content)
                case ReplySent(reply=1):
                    await trio.sleep(heard)  # until it is played
                    agent.ask("What do your pears cost?")
                case ReplySent():
                    agent.close()
    print("there was sound:", heard > 1)


trio.run(main)
