"""The only tasks of a meeting. Actors turn the outside world into events and carry commands out.

Each owns its state; they meet through bounded mailboxes (control) and plain calls within one tick of
the audio clock (sound). None of them decides anything that a replay would have to know.

- The order of things: `sequencer` (every event, the brain's answer, the journal), `dispatch`, `timers`;
- sound: `router` (the clock, and mix-minus: who hears what), `phases` (when a meeting may begin), `playout`
  (a mouth), `loudness`, `sources` (people), `app_sound`, `echo`, `recorder`,
  `stretches` (where virtual time leaps);
- sessions in a row: `redial_loop` for both kinds, `agent` with `agent_session`, `ear` with `ear_session`,
  `session` (one connection's life), `prompt_matching`, `replies`, `updates`; `dialling` and `session_ends`
  say when and whether one is dialled again;
- beside: `hooks` (an app that is asked), `stand_in` (clips of people), `clocks` and `stalls` (the machine).
"""
