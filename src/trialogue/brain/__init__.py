"""The brain of a meeting: pure decisions, events in and commands out.

Theory of operation
===================

`Brain.handle(event, now)` (`meeting.py`) is one pass: accept, fold, take, due, course, derive. Time is an
input; randomness comes from the plan's seed.

**Owners.** Each fact has one owner, a small machine whose state only its own methods write:

- `seats/`: who is present (`cast`), agents' sessions (`agents`), people's voices and ears (`people`);
- `mouths`: who is being played and how loud; `replies`: replies that agents have begun, by number;
- `prompts`: prompts to agents, by number: sent, refused, sent again, answered, given up, superseded;
- `turn/`: the current turn, an agent's or a person's machine, with a table each; earlier turns;
- `interruptions`: who speaks beside that turn, and what it is: unsure, a backchannel, an overlap, a cut;
- `floor/requests`: who holds the floor and who waits for it (RFC 8855);
- `tools/calls`: tool calls; `words/`: transcript, contexts, digests, utterances, lines of scripts;
- `course/`: phase, agenda, silence ladder, cost; `floor/trouble`: repetitions that lead nowhere.

`Owners` has them all. A rule for several owners is a function that calls them and keeps no state:
`turn/taking` (where turns begin and end), `turn/prompting` (what makes an agent speak), `turn/speaking`
(agents' replies), `turn/listening` and `turn/attribution` (people's speech and words), `seats/sessions` and
`seats/losing`, `tools/calling`, `course/wishes`, `course/process`, `course/ending`, `floor/next_speaker`.

**Derived state.** Who is audible, the length of the silence, who hears whom, the volume of a turn and
all deadlines (`deadlines.py`) are computed after each event; the difference from the previous values becomes
commands. A deadline passes when `now` has reached it, with any event.

**A barge-in** is handled in three files: `turn/listening` (a voice begins, falls, ends; its words arrive),
`interruptions` (what it is), `turn/taking` (the cut and the grant).
"""
