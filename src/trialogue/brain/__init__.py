"""The brain of a meeting: pure decisions, events in and commands out.

Theory of operation
===================

`Brain.handle(event, now)` (`meeting.py`) is one pass: accept, fold, take, due, course, derive. Time is an
input; chance comes from the plan's seed.

**Owners.** Each fact has one owner, a small machine whose state only its own methods write:

- `seats/`: who is at the table (`cast`), agents' sessions (`agents`), people's voices and ears (`people`);
- `mouths`: who is being played and how loud; `replies`: what agents have begun to say, by number;
- `prompts`: what agents were asked, by number: sent, refused, told again, answered, given up, superseded;
- `turn/`: the one turn that goes on, an agent's or a person's machine, a table each; those that are over;
- `interruptions`: who speaks beside that turn, and what it is: unsure, a backchannel, an overlap, a cut;
- `floor/requests`: who holds the floor and who waits for it (RFC 8855);
- `tools/calls`: tool calls; `words/`: transcript, contexts, digests, utterances, lines of scripts;
- `course/`: phase, agenda, silence ladder, cost; `floor/trouble`: circles that the meeting goes in.

`Owners` holds them all. What concerns several of them is a function that asks the one and tells the other
and keeps nothing itself: `turn/taking` (where turns begin and end), `turn/prompting` (what makes an agent
speak), `turn/speaking` (agents' replies), `turn/listening` and `turn/attribution` (people's speech and
words), `seats/sessions` and `seats/losing`, `tools/calling`, `course/wishes`, `course/process`,
`course/ending`, `floor/next_speaker`.

**Derived, never armed.** Who is audible, how long it has been quiet, who hears whom, how loud a turn is and
all deadlines (`deadlines.py`) are computed after each event; the difference to what was told last becomes
commands. A deadline fires when `now` has reached it, whatever event brought that.

**One barge-in** is followed in three files: `turn/listening` (a voice begins, falls, ends; words come),
`interruptions` (what it is), `turn/taking` (the cut and the grant).
"""
