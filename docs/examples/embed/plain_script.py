"""A meeting in a plain program, without a loop of its own: whoever waits says how long."""

from trialogue import blocking
from trialogue.events import GrantFloor

with blocking.open_meeting("scenarios/smallest.yaml") as meeting:
    for record in meeting.records():
        for command in record.commands:
            if isinstance(command, GrantFloor):
                print(f"{command.to} has the floor")
    result = meeting.finished(timeout_s=60)
print("it ended:", result.result.reason)
