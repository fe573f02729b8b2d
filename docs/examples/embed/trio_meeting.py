"""A meeting besides an app's own code: callbacks by type, state, and calls.

The cast is built in Python; `run_virtual` runs the meeting as fast as the machine computes, `trio.run` in
real time.
"""

import trio

from trialogue import EndTurn, Scenario, SentenceSaid, open_meeting, run_virtual

CAST = {
    "mod": {"role": "chair", "lines": ["Welcome. Tech, please begin.", "Thank you. Law, what do you say?"]},
    "tech": {"lines": ["We can build it in two weeks."]},
    "law": {"lines": ["Only if the data stays here."]},
}
SCENARIO = Scenario.build("board", CAST, run={"limits": {"turns": 4, "time": "2m"}})


async def main():
    async with open_meeting(SCENARIO) as meeting:
        meeting.on(SentenceSaid, lambda event: print(f"{event.participant}: {event.text}"))
        has_asked = False
        async for record in meeting.records():
            for command in record.commands:
                match command:
                    case EndTurn(participant=name) if name == "tech" and not has_asked:
                        has_asked = True
                        state = meeting.state.of("law")
                        print(f"  ({name} has spoken; law: {state.activity}, {state.why})")
                        meeting.inject("law", "The customer is a hospital.")
                    case _:
                        pass
        result = await meeting.finished()
    print("it ended by", result.result.reason, "after", trio.Path(result.folder).name[:5])


run_virtual(main)
