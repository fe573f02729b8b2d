"""Examples are the same in every run; HYPOTHESIS_PROFILE=explore looks for new ones, quick without shrinking.

No example has a deadline: the machine's load is not what is tested.
"""

import gc
import logging
import os
import signal
import sys
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

# A quarter of Hypothesis' own number: what is looked for anew is looked for with `explore`. Tests of subjects
# that need more ask for a multiple of it, and the brain's for numbers of their own.
COMMON = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("repeatable", COMMON, derandomize=True)
settings.register_profile("explore", COMMON, max_examples=100)
settings.register_profile("quick", COMMON, phases=(Phase.explicit, Phase.generate))
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
settings.load_profile(PROFILE)

# Hypothesis also draws what stands in the sources of the modules that are loaded at that moment: the examples
# would change with each line that is written, and with the worker, and each worker would read all sources.
if PROFILE == "repeatable" and hasattr(providers, "_get_local_constants"):
    providers._get_local_constants = lambda: providers._local_constants


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than there are cores: tests on the real clock wait, and others compute meanwhile."""
    return 2 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


# Who begins the tests in the background of a shell ignores Ctrl-C for them; tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# And behind nohup a hang-up is ignored, which the product heeds; tests hang up.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# What is compiled once serves all workers and the processes that tests begin: hundreds load the product.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    sys.dont_write_bytecode = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Look for no garbage while tests are collected: what comes stays, and is a million objects."""
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Let each worker begin with other folders: what one compiles, with its assertions, the others read."""
    report = yield
    ours = getattr(collector.config, "workerinput", None)
    if ours and collector.path == Path(__file__).parent:
        workers, number = ours["workercount"], int(ours["workerid"].removeprefix("gw"))
        found = report.result
        report.result = [each for at in range(workers) for each in found[(number + at) % workers :: workers]]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items) -> None:
    """Give all workers the same order, in which each begins with a stretch that waits and computes.

    Files that need engines come first of all: few load engines then, and remember more. Files that wait, for
    the real clock or for processes, are dealt to the stretches, and spread over the first half of each: some
    worker computes at any time, and what is taken over at the end is short.
    """
    if not hasattr(config, "workerinput"):
        return
    files: dict[Path, list[pytest.Item]] = {}
    for item in sorted(items, key=lambda item: item.path.parts):
        files.setdefault(item.path, []).append(item)
    speaking = [each for each in files.values() if any("engines" in _fixtures(item) for item in each)]
    waiting = [each for each in files.values() if each not in speaking and any(map(_waits, each))]
    computing = [each for each in files.values() if each not in speaking and each not in waiting]
    workers, count = config.workerinput["workercount"], sum(map(len, computing))
    stretches: list[list[list[pytest.Item]]] = [[] for _ in range(workers)]
    placed = 0
    for each in computing:
        stretches[min(placed * workers // max(count, 1), workers - 1)].append(each)
        placed += len(each)
    for number, stretch in enumerate(stretches):
        dealt = waiting[number::workers]
        for at, each in reversed(list(enumerate(dealt))):
            stretch.insert(at * len(stretch) // (2 * len(dealt)), each)
    items[:] = [item for stretch in [speaking, *stretches] for each in stretch for item in each]


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))


def _waits(item: pytest.Item) -> bool:
    """Whether a test waits for the real clock, or for processes that its module or a fixture begins."""
    begins = {"command", "pytester", "browser"}.intersection(_fixtures(item))
    return bool(item.get_closest_marker("real") or begins or "subprocess" in vars(item.module))


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable(report):
    """Tell of a test that passed without its keywords, which nobody reads: they were half of what is sent."""
    told = yield
    if told is not None and report.passed and "keywords" in told:
        told["keywords"] = {}
    return told


def pytest_collection_finish() -> None:
    """Take what was collected out of the garbage collector's sight, which then looks a fiftieth as often.

    Most of what tests make ends by its count: the search for the rest took three of a hundred seconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50 * gc.get_threshold()[0], *gc.get_threshold()[1:])
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk():
    """Tests are about what is in files: on a busy disk a meeting's syncs take longer than all of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr("trialogue.journal.writer._SYNC", lambda _: None)
        yield


@pytest.fixture(scope="session")
def engines():
    """The ears and voices of `trialogue[local]`, loaded once by a worker, which remembers what they said."""
    from trialogue.speech.engines import open_engines
    from trialogue.speech.store import Store

    engines = open_engines(store=Store())
    engines.warm()
    return engines


@pytest.fixture(autouse=True)
def _diagnostics_of_its_own():
    """What a command, or an example, sets of the diagnostics ends with its test."""
    root, ours = logging.getLogger(), logging.getLogger("trialogue")
    levels, handlers = (root.level, ours.level), list(root.handlers)
    yield
    structlog.reset_defaults()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    root.handlers[:] = handlers
