"""Routes that the hosted service answers by plain HTTP, on the same listener as its sockets.

`routes` is the table of what there is; `admission` decides who may ask; `stored` holds what clients have
made, in memory and bounded; the other modules answer, one subject each.
"""
