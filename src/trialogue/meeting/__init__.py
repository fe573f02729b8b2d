"""The meeting as a block of an app's code: the layer that wires all others together.

Theory of operation
===================

`open_meeting` (`meeting.py`) gives a `Meeting` (`handle.py`); `run_meeting` (`run.py`) does the same from a
plain program, with its clock and signals.

**Before anybody speaks.** All that the scenario needs is asked for at once: permissions and variables
(`permissions`), endpoints (`endpoints`), a directory (`folder`), seats of people (`people`). What is missing
ends it here, and no run is left behind.

**The stage** (`stage.py`) makes all parts of one meeting: the brain with its policies (`policies`), the
sequencer and the journal, the router and the recorder, agents and ears with their services (`sessions`,
dialled by `edges`), tools, timers. They live in one tree of supervisors. `Edges` says where services are;
`Seams` puts something in the place of a part, for faults on demand and for tests.

**While it runs** an app asks by the handle and never touches a part: each question becomes an event
(`app_requests` judges it first), the brain decides, the journal keeps both. Who watches reads records
(`watching`) and changes nothing.

**The end** always comes from the brain, so its reason is in the journal. Then actors stop in reverse order,
files are made from the records (`outputs`, `paging`, `exporting`), and the manifest is sealed (`keeping`).

**Afterwards** a run is gone on with (`resumption`), asked what other rules would have made of it (`what_if`,
with those who came and left, `moving_again`; `first_difference` is where two runs part), or made into a
scenario again (`scenario_from/`).
"""
