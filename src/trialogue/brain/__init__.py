"""Brain of a meeting: pure decisions, events in and commands out.

Theory of operation
===================

`Brain.handle(event, now)` (`meeting.py`) is one pass: accept, fold, take, due, course, derive. Time is an
input; randomness comes from the plan's seed.

**Owners.** Each fact has one owner: a small machine. Only its own methods write its state:

- `seats/`: participants (`cast`), agents' sessions (`agents`), people's voices and ears (`people`);
- `mouths`: agents that are being played, and their loudness; `replies`: replies of agents, by number;
- `prompts`: prompts to agents, by number: sent, refused, sent again, answered, given up, superseded;
- `turn/`: the current turn, an agent's or a person's machine, with a transition table each; earlier turns;
- `interruptions`: speech beside that turn and its kind: unsure, a backchannel, an overlap, an interruption;
- `floor/requests`: the holder of the floor, and the requests that wait for it (RFC 8855);
- `tools/calls`: tool calls; `words/`: transcript, contexts, digests, utterances, lines of scripts;
- `course/`: phase, agenda, silence ladder, cost; `floor/trouble`: turns that repeat themselves.

`Owners` has them all. A rule for several owners is a function that calls them and keeps no state:
`turn/taking` (beginnings and ends of turns), `turn/prompting` (prompts to the holder), `turn/speaking`
(agents' replies), `turn/listening` and `turn/attribution` (people's speech and words), `seats/sessions` and
`seats/losing`, `tools/calling`, `course/incoming_requests`, `course/process`, `course/ending`,
`floor/next_speaker`.

**Derived state.** The audible participants, the length of the silence, the hearing table, the volume of a
turn and all deadlines (`deadlines.py`) are computed after each event. The difference from the previous
values becomes commands. A deadline passes when `now` has reached it, with any event.

**A barge-in** is handled in three files: `turn/listening` (a voice begins, falls, ends; its words arrive),
`interruptions` (the kind of speech), `turn/taking` (the cut and the grant).
"""
