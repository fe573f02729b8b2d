"""Cells of a notebook: each `# %%` begins one, and cells may use `await`."""

# %%
from trialogue import aio
from trialogue.events import GrantFloor

# %% a whole meeting, and its result
result = await aio.run_meeting("scenarios/smallest.yaml")  # noqa: F704, PLE1142 - a notebook's cell
print(result.result.reason, sorted(path.name for path in result.folder.glob("transcript.*")))

# %% a meeting that runs across cells: opened here, used in the next cells, closed in the last
block = aio.open_meeting("scenarios/smallest.yaml")
meeting = await block.__aenter__()  # noqa: F704, PLE1142 - the block ends in another cell

# %%
await meeting.say("tech", "I have one more thing to say.")  # noqa: F704, PLE1142

# %%
async for record in meeting.records():  # noqa: PLE1142
    if any(isinstance(command, GrantFloor) for command in record.commands):
        print("somebody has the floor")
        break

# %%
await meeting.stop("enough heard")  # noqa: F704, PLE1142
print((await meeting.finished()).result.reason)  # noqa: F704, PLE1142
await block.__aexit__(None, None, None)  # noqa: F704, PLE1142
