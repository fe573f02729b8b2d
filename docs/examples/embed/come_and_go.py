"""An expert joins a running meeting, leaves, and comes back; so does a guest of the app.

Each is an event of the journal, with the whole seat: a crashed meeting continues with all who are present.
"""

import trio

from trialogue import Joined, Left, Scenario, SentenceSaid, UnknownName, open_meeting, run_virtual

CAST = {
    "host": {"lines": ["Welcome to the clinic.", "Then let us ask a doctor.", "Thank you.", "Goodbye."]},
    "nurse": {"lines": ["The knee is swollen.", "She is here.", "We will see her again."]},
}
DOCTOR = {
    "title": "The doctor",
    "lines": ["I would take a picture of it.", "The picture shows nothing."],
    "speak": {"model": "cleo"},
}
SCENARIO = Scenario.build("clinic", CAST, run={"limits": {"turns": 9, "time": "2m"}})


async def answer_calls(meeting):
    """Let the doctor join when somebody asks for her, and leave after she has spoken."""
    async for record in meeting.records():
        match record.event:
            case SentenceSaid(text="Then let us ask a doctor."):
                await meeting.join("doctor", DOCTOR)
                await meeting.join("patient", {"via": "app", "role": "observer"})  # only listens
            case SentenceSaid(text="Thank you."):
                await meeting.leave("doctor")
            case SentenceSaid(text="We will see her again."):
                await meeting.join("doctor")  # unchanged: she continues where she left
            case _:
                pass


async def main():
    async with open_meeting(SCENARIO) as meeting, trio.open_nursery() as nursery:
        meeting.on(Joined, lambda event: print(f"  ({event.seat.label} joins)"))
        meeting.on(Left, lambda event: print(f"  ({event.participant} leaves)"))
        meeting.on(SentenceSaid, lambda event: print(f"{event.participant}: {event.text}"))
        nursery.start_soon(answer_calls, meeting)
        try:
            await meeting.leave("lawyer")
        except UnknownName as error:
            print(error)
        await meeting.finished()
    print({each.name: each.activity for each in meeting.state.participants})


run_virtual(main)
