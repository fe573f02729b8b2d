"""Times of a meeting as people read them: `mm:ss`."""

__all__ = ["clock"]


def clock(seconds: float) -> str:
    """A time as `mm:ss`, or `h:mm:ss` from one hour on, rounded down to whole seconds.

    >>> clock(65.9), clock(3723.0)
    ('01:05', '1:02:03')
    """
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
