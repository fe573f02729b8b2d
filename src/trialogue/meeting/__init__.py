"""The meeting as a block of an app's code: the layer that connects all others.

Theory of operation
===================

`open_meeting` (`meeting.py`) gives a `Meeting` (`handle.py`); `run_meeting` (`run.py`) does the same in a
synchronous program, with its clock and signals.

**Before the start.** Everything that the scenario needs is checked first: permissions and variables
(`permissions`), endpoints (`endpoints`), a directory (`folder`), seats of people (`people`). If something is
missing, opening fails here, and leaves no run.

**The stage** (`stage.py`) makes all parts of one meeting: the brain with its policies (`policies`), the
sequencer and the journal, the router and the recorder, agents and ears with their services (`sessions`,
connected by `edges`), tools, timers. They are in one tree of supervisors. `Edges` says where services are;
`Seams` replaces parts, for faults on demand and for tests.

**During the meeting** an app uses the handle and never touches a part: each call becomes an event
(`app_requests` checks it first), the brain decides, the journal keeps both. Observers read records
(`watching`) and change nothing.

**The end** always comes from the brain, so its reason is in the journal. Then actors stop in reverse order,
files are made from the records (`outputs`, `paging`, `exporting`), and the manifest is completed
(`run_files`).

**Afterwards** a run can be resumed (`resumption`), decided with other rules (`what_if`, with the participants
who joined and left, `moving_again`; `first_difference` is where two runs diverge), or turned into a scenario
again (`scenario_from/`).
"""
