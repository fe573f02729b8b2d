"""Many meetings: listed, claimed, held each at most once, counted.

- `jobs`: which meetings there are: files, cells of their matrix, repeats;
- `outcomes`: what came of one, as a value that travels between processes;
- `holding`: one meeting, claimed by its directory before it starts;
- `worker`: a process that holds one meeting after another; `local_workers`: several of them on this machine;
- `cluster`: the same on a Dask cluster, which carries jobs and guards nothing;
- `tally`: pass rates, spreads and comparisons with a baseline; `junit`, `annotations`: for other programs.
"""
