"""The only tasks of a meeting. Actors turn the outside world into events and carry out commands.

Each owns its state; they communicate through bounded mailboxes (control) and plain calls within one tick of
the audio clock (sound). None of them makes a decision that a replay would need.

- Order: `sequencer` (every event, the brain's answer, the journal), `dispatch`, `timers`;
- sound: `router` (its clock, and the table of who hears whom), `mixing` (mix-minus), `phases` (when a meeting
  may begin), `playout` (a mouth), `loudness`, `sources` (people), `app_sound`, `echo`, `recorder`,
  `stretches` (where virtual time jumps);
- sessions: `redial_loop` for both kinds, `agent` with `agent_session`, `ear` with `ear_session`,
  `session` (one connection's life), `prompt_matching`, `replies`, `updates`; `dialling` and `session_ends`
  decide when and whether a session reconnects;
- others: `hooks` (questions to an app), `stand_in` (clips for people), `clocks` and `stalls` (the machine).
"""
