"""Code that is not ours: what is told where it cannot be imported."""

import pytest

from trialogue.errors import SetupError
from trialogue.importing import import_extra, import_named, made_by_named

BROKEN = {
    "cannot_load": "raise ImportError('libgomp.so.1: failed to map segment from shared object')",
    "wants_more": "import a_library_that_is_not_there",
    "says_nothing": "raise MemoryError",
    "leaves": "raise SystemExit(3)",
    "misspelt": "def f(:",
}


@pytest.fixture(autouse=True)
def broken(tmp_path, monkeypatch):
    """Modules that are there and do not load."""
    for name, code in BROKEN.items():
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("module", ["not_there_at_all", "not_there_at_all.inner"])
def test_a_missing_package_is_named_with_its_command(module):
    """The line has the command that installs it."""
    with pytest.raises(SetupError) as caught:
        import_extra(module, "local speech", "local")
    for named in ("local speech needs the package 'not_there_at_all'", "pip install 'trialogue[local]'"):
        assert named in str(caught.value)


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("cannot_load", "ImportError: libgomp.so.1: failed to map segment from shared object"),
        ("wants_more", "ModuleNotFoundError: No module named 'a_library_that_is_not_there'"),
        ("says_nothing", "MemoryError"),
    ],
)
def test_a_package_that_does_not_load_says_why(module, why):
    """Nobody is told to install what is installed."""
    with pytest.raises(SetupError) as caught:
        import_extra(module, "local speech", "local")
    assert "local speech" in str(caught.value)
    assert repr(module) in str(caught.value)
    assert str(caught.value).endswith(why)
    assert "pip install" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("not_there:f", "tool x: No module named 'not_there'"),
        ("math:no_such", "tool x: module 'math' has no attribute 'no_such'"),
        ("misspelt:f", "tool x: cannot load misspelt: SyntaxError: invalid syntax (misspelt.py, line 1)"),
        ("says_nothing:f", "tool x: cannot load says_nothing: MemoryError"),
        ("leaves:f", "tool x: cannot load leaves: SystemExit: 3"),
    ],
)
def test_an_authors_module_that_does_not_load_is_told(name, told):
    """Whatever it raises is the author's to mend: one line, and no exit of its own."""
    with pytest.raises(SetupError) as caught:
        import_named("tool x", name)
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "time:sleep",
            "engines: time:sleep() failed: TypeError: time.sleep() takes exactly one argument (0 given)",
        ),
        ("math:pi", "engines: math:pi is no function"),
    ],
)
def test_an_authors_function_that_cannot_be_called_is_told(name, told):
    """A function with arguments failed each test of a file with a traceback of ours."""
    with pytest.raises(SetupError) as caught:
        made_by_named("engines", name)
    assert str(caught.value) == told
