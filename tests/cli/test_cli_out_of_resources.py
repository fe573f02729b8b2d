"""What a machine did not give is told as what it is, not as a fault of the program."""

import errno
import resource
import subprocess
import sys

import pytest

from trialogue.cli import endings
from trialogue.cli.endings import concluded, lack_of


def raising(error):
    def command():
        raise error

    return command


LACKS = [
    (MemoryError(), "not enough memory"),
    (OSError(errno.ENOMEM, "Cannot allocate memory"), "not enough memory"),
    (RuntimeError("std::bad_alloc"), "not enough memory"),
    (OSError(errno.EMFILE, "Too many open files"), "too many open files"),
    (OSError(errno.ENOSPC, "No space left on device"), "the disk or your quota is full"),
    (OSError(errno.EFBIG, "File too large"), "the output would be larger than a file may be"),
    (OSError(errno.EFBIG, "it is larger than 64 MiB", "a/b.json"), "a/b.json: it is larger than 64 MiB"),
    (PermissionError(errno.EACCES, "Permission denied", "a/b.yaml"), "a/b.yaml: Permission denied"),
    (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 300), "xxx"),
    (RuntimeError("can't start new thread"), "cannot start another thread"),
    (OverflowError("timestamp too large to convert to C _PyTime_t"), "the machine's clock is set before"),
    (
        ImportError("libx.so: failed to map segment", name="numpy"),
        "cannot load a package that trialogue needs",
    ),
]


@pytest.mark.parametrize(("error", "told"), LACKS, ids=lambda value: str(value)[:20])
def test_a_lack_is_one_line(error, told, capsys):
    """A lack of memory, files or threads is one line and exit code 2, without a traceback."""
    assert concluded(raising(ExceptionGroup("nursery", [error]))) == 2
    out, lines = capsys.readouterr()
    assert (out, lines.count("\n")) == ("", 1)
    assert lines.startswith(f"trialogue: {told}")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EBADF, "Bad file descriptor"),
        FileNotFoundError(errno.ENOENT, "No such file", endings.__file__),
        RuntimeError("x"),
        OverflowError("int too large to convert to float"),
        ImportError(name="trialogue.x"),
    ],
)
def test_other_errors_are_no_lack_of_resources(error):
    """An error that no lack of memory or files explains is not reported as one."""
    assert lack_of(error) is None


def test_a_package_that_cannot_be_loaded_is_told_by_its_first_cause():
    """The error for a package that cannot be loaded is its first cause in one line."""
    advice = ImportError("IMPORTANT: PLEASE READ THIS FOR ADVICE", name="numpy._core")
    advice.__cause__ = ImportError("libblas.so: failed to map segment from shared object", name="numpy._core")
    assert lack_of(advice).endswith("needs: libblas.so: failed to map segment from shared object")


def limited(kind, amount):
    """A function that leaves the process that much."""

    def limit():
        resource.setrlimit(kind, (amount, amount))

    return limit


@pytest.mark.parametrize("command", ["--help", "voices"])
def test_an_output_that_may_not_grow_is_told(command, tmp_path):
    """Output into a full disk is one line with the reason, and no fault of ours."""
    with (tmp_path / "out").open("w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "trialogue", command],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            preexec_fn=limited(resource.RLIMIT_FSIZE, 0),
        )
    assert done.returncode == 2
    assert done.stderr.startswith("trialogue: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("kind", "amount"),
    [(resource.RLIMIT_AS, 110_000_000), (resource.RLIMIT_NOFILE, 6), (resource.RLIMIT_NOFILE, 9)],
    ids=["memory", "files", "more files"],
)
def test_a_process_that_gets_too_little_says_so(kind, amount, small, tmp_path):
    """`run` with too little memory or too few files is one line, and leaves no run."""
    done = subprocess.run(
        [sys.executable, "-m", "trialogue", "run", str(small), "--out", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited(kind, amount),
    )
    assert done.returncode in (2, 4)
    assert "Traceback" not in done.stderr
    # Native libraries have lines of their own at such limits, which nobody can hold back.
    ours = [line for line in done.stderr.splitlines() if line.startswith("trialogue: ")]
    (told,) = [line for line in ours if not line.startswith("trialogue: preparing")]
    assert any(words in told for words in ("memory", "files", "load", "threads"))
    assert not (tmp_path / "run").exists()
