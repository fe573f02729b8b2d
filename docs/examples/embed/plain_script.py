"""A meeting in a plain program without a loop of its own: each wait has a timeout."""

from trialogue import blocking
from trialogue.events import GrantFloor

with blocking.open_meeting("scenarios/smallest.yaml") as meeting:
    turns = 0
    for record in meeting.records():
        for command in record.commands:
            if isinstance(command, GrantFloor):
                print(f"{command.to} has the floor")
                turns += 1
                if turns == 2:
                    meeting.stop("enough heard")
    result = meeting.finished(timeout_s=60)
print("it ended:", result.result.reason)
