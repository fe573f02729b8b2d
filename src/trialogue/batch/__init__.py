"""Batches of meetings: listed, claimed, run at most once each, counted.

- `jobs`: the meetings of a batch: files, cells of their matrix, repeats;
- `outcomes`: the result of one meeting, as a value that can be sent between processes;
- `holding`: one meeting, claimed by its directory before it starts;
- `worker`: a process that runs one meeting after another; `local_workers`: several of them on this machine;
- `cluster`: the same on a Dask cluster, which distributes jobs but guarantees nothing;
- `tally`: pass rates, spreads and comparisons with a baseline; `junit`, `annotations`: for other programs.
"""
