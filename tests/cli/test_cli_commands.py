"""Every command by `main`: what it prints, and its exit code."""

import json
import re
import shutil
import socket
import wave

import pytest

from trialogue.cli import main
from trialogue.cli.program import app
from trialogue.speech.voices import VOICES
from trialogue.testing import Murmur


def test_the_help_teaches(capsys):
    """`--help` lists every command and every exit code."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [
        name
        for name in ("run", "check", "explain", "schema", "replay", "report", "serve", "voices")
        if not re.search(rf"^│ {name} ", shown, re.MULTILINE)
    ] == []
    assert [
        code for code in (0, 1, 2, 3, 4, 70, 129, 130, 141, 143) if not re.search(rf" {code}\b", shown)
    ] == []


@pytest.mark.parametrize("name", [name for name in app if not name.startswith("-")])
def test_every_command_has_an_example(name, capsys):
    """The help of each command ends with an example that can be typed."""
    assert main([name, "--help"]) == 0
    assert re.search(rf"^  (\w+=\S+ )?trialogue {name}\b", capsys.readouterr().out, re.MULTILINE)


def test_the_version(capsys):
    """`--version` prints the installed release."""
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{version('trialogue')}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rum"], 'trialogue: Unknown command "rum". Did you mean "run"?'),
        (
            ["test", "x.yaml"],
            'trialogue: Unknown command "test". Did you mean "run", which checks expectations, or',
        ),
        (
            ["validate", "x.yaml"],
            'trialogue: Unknown command "validate". Did you mean "check"? Try: trialogue',
        ),
        (
            ["run", "x.yaml", "--expect", "y"],
            "trialogue: Unknown option: --expect: the scenario has expectations, and",
        ),
        (
            ["resume", "x", "-q"],
            "trialogue: Unknown option: -q. Did you mean --quiet? Try: trialogue resume",
        ),
        (["check", "-q"], "trialogue: Unknown option: -q. Try: trialogue check"),
        (["run", "x.yaml", "--vai", "local"], "trialogue: Unknown option: --vai. Did you mean --via?"),
        (["run", "x.yaml", "--via", "lokal"], 'trialogue: Invalid value "lokal" for --via.'),
        (["run"], 'trialogue: Command "run" parameter FILE requires an argument. Try: trialogue run --help'),
        (["check"], 'trialogue: Command "check" parameter FILE requires an argument.'),
        (["run", "x.yaml", "--limit-time", "4q"], "trialogue: --limit-time takes a duration"),
        (["run", "x.yaml", "--me", "dana:x"], "trialogue: --me takes a person as NAME, NAME:text or"),
        (["run", "x.yaml", "--limit-silence", "0s"], "trialogue: --limit-silence takes a duration"),
        (["run", "nowhere/x.yaml"], "trialogue: nowhere/x.yaml:1:1: cannot be read: No such file"),
        (["replay", "nowhere/x"], "trialogue: no journal at nowhere/x"),
        (["serve", "--port", "99999"], "trialogue: --port must be a number from 0 to 65535, not 99999"),
        (["serve", "--port", "-5"], "trialogue: --port must be a number from 0 to 65535, not -5"),
        (["serve", "--tls-cert", "c.pem"], "trialogue: give both --tls-cert and --tls-key, or neither"),
        (["serve", "--tls-ca", "c.pem"], "trialogue: --tls-ca needs --tls-self-signed"),
        (
            ["serve", "--tls-cert", "no.pem", "--tls-key", "no.pem"],
            "trialogue: cannot use the certificate no.pem with the key no.pem: No such file or directory",
        ),
        (["serve", "--host", "0.0.0.0"], "trialogue: --host 0.0.0.0 is reachable from other machines"),
        (
            ["serve", "--host", "203.0.113.5"],
            "trialogue: --host 203.0.113.5 is reachable from other machines",
        ),
        (
            ["voices", "--say", "hi", "--voice", "hart"],
            'trialogue: no voice is called "hart"; did you mean "heart"?',
        ),
        (
            ["voices", "--say", "hi", "--voice", "aura-2-thalai-en"],
            'trialogue: no voice is called "aura-2-thalai-en"; did you mean "aura-2-thalia-en"?',
        ),
        (
            ["voices", "--say", "hi", "--voice", "qq"],
            'trialogue: no voice is called "qq"; trialogue voices lists them',
        ),
        (["serve", "--api-key-env", "NOT_SET_HERE"], "trialogue: set NOT_SET_HERE to the key"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_line(arguments, told, capsys):
    """A wrong use is one line on stderr, nothing on stdout, and the exit code of whoever must act."""
    assert main(arguments) == (4 if arguments[0] == "replay" else 2)
    shown, line = capsys.readouterr()
    assert shown == ""
    assert line.startswith(told)
    assert line.count("\n") == 1


def test_a_missing_file_of_a_checkout_says_how_to_write_one(tmp_path, monkeypatch, capsys):
    """The error for a missing `scenarios/` file names the command that writes one."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", "scenarios/edge-cache.yaml"]) == 2
    assert "of a checkout; trialogue new edge-cache.yaml writes one" in capsys.readouterr().err


def test_a_good_file_is_said_to_be_good(small, capsys):
    """`check` says that a file is valid, and what it contains."""
    assert main(["check", str(small)]) == 0
    assert capsys.readouterr().out == f"{small}: good, 2 participants, moderated floor, virtual clock\n"


@pytest.mark.parametrize(
    ("more", "is_noted"),
    [("", True), ("end: {any: [{said: {match: Hi}}]}\n", False), ("run: {limits: {turns: 4}}\n", False)],
)
def test_a_file_that_only_silence_ends_is_noted(more, is_noted, tmp_path, capsys):
    """`check` notes a scenario that only silence ends."""
    file = tmp_path / "open.yaml"
    file.write_text(f"trialogue: 1\nname: x\ncast: {{ann: {{lines: [Hi.]}}}}\n{more}")
    assert main(["check", str(file)]) == 0
    assert ("note: nothing ends it but 30 s of silence" in capsys.readouterr().out) is is_noted
    assert main(["check", str(file), "--limit-turns", "3"]) == 0
    assert "note:" not in capsys.readouterr().out


def test_every_problem_is_told(small, tmp_path, capsys):
    """`check` prints all problems of all files with their places, and exits with 2."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("trialogue: 1\nname: x\ncats: {}\ncast: {ann: {promt: hello}}\n")
    assert main(["check", str(small), str(bad)]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{small}: good")
    heads = [line for line in lines[1:] if line.startswith(str(bad))]
    assert [line.split(" ")[0] for line in heads] == [f"{bad}:3:1:", f"{bad}:4:14:"]
    assert lines[-1].startswith("more: trialogue explain E-KEY-UNKNOWN")
    assert 'did you mean "cast"?' in lines[1]


def test_problems_as_json(small, tmp_path, capsys):
    """`check --json` has each problem with its file, place, path, code and message."""
    bad = tmp_path / "bad.yaml"
    bad.write_text(small.read_text().replace("title", "titel"))
    assert main(["check", str(bad), "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)
    assert (problem["file"], problem["line"], problem["path"], problem["code"]) == (
        str(bad),
        7,
        "cast.bob",
        "E-KEY-UNKNOWN",
    )


def test_overrides_are_checked_too(small, capsys):
    """`check` refuses a scenario that cannot run with the given options."""
    assert main(["check", str(small), "--via", "deepgram"]) == 2
    assert "E-CLOCK-LIVE" in capsys.readouterr().out


def test_values_are_explained(small, capsys):
    """`explain` shows each value with its origin: a line of the file, an option, or the default."""
    assert main(["explain", str(small), "--seed", "9", "--limit-time", "90s"]) == 0
    told = {line.split()[0]: line.split(None, 1)[1] for line in capsys.readouterr().out.splitlines()}
    assert told["run.seed"] == "9  # --seed"
    assert told["run.limits.time"] == '"1m30s"  # --limit-time'
    assert told["run.limits.turns"] == f"5  # {small}:4:58"
    assert told["floor.think"] == '"20s"  # default'


def test_values_as_json(small, capsys):
    """`explain --json` has the same values for programs."""
    assert main(["explain", str(small), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert {"path": "run.seed", "value": 3, "origin": f"{small}:4:29"} in values


def test_the_schema_is_one(capsys):
    """`schema` prints JSON that is valid in the dialect that it names."""
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_run_is_told_again(run_folder, capsys):
    """`replay` prints the same from a run's directory and from its journal."""
    assert main(["replay", str(run_folder)]) == 0
    told = capsys.readouterr().out
    assert [line[7:] for line in told.splitlines()] == [
        "Ann    Hello.",
        "       Bob, please.",
        "Bobby  It works.",
        "       It is fast.",
        "Ann    The meeting is closed.",
        "── ended: the words that end it were said ──",
    ]
    assert main(["replay", str(run_folder / "journal.jsonl")]) == 0
    assert capsys.readouterr().out == told


def test_a_run_is_verified(run_folder, capsys):
    """`replay --verify` says how many records were decided again, and how fast."""
    assert main(["replay", str(run_folder), "--verify"]) == 0
    assert re.fullmatch(r"verified \d+ records in \d+\.\d\d s: no divergence\n", capsys.readouterr().out)


def test_a_divergence_is_shown(run_folder, capsys, monkeypatch):
    """A divergence is shown with the recorded decision and the present one."""

    class Mute:
        def __init__(self, plan, policies=None):
            pass

        def handle(self, event, now):
            return []

    monkeypatch.setattr("trialogue.meeting.policy_loading.Brain", Mute)
    assert main(["replay", str(run_folder), "--verify"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert "record 1, at 0.000 s, was decided differently" in told[0]
    assert told[1] == "  after MeetingStarted()"
    assert told[2].startswith("  - SetHearing") or told[2].startswith("  - WakeAt")


def test_a_folder_of_runs_is_verified_at_once(run_folder, tmp_path, capsys, monkeypatch):
    """A folder of runs is verified with a line for each, and the gravest exit code."""
    runs = tmp_path / "runs"
    for name in ("a", "b"):
        shutil.copytree(run_folder, runs / name)
    assert main(["replay", str(runs), "--verify"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 runs: 2 verified, 0 not"
    damaged = runs / "a" / "journal.jsonl"
    damaged.write_bytes(damaged.read_bytes().replace(b'"ann"', b'"amy"', 1))
    assert main(["replay", str(runs), "--verify"]) == 4
    told = capsys.readouterr().out.splitlines()
    assert "its first line is damaged" in told[0]
    assert told[1].startswith("b: verified ")
    monkeypatch.setattr("trialogue.brain.meeting.Brain._settle", lambda self: False)
    assert main(["replay", str(runs), "--verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["run"], each["exit_code"], each["diverged"]) for each in told] == [
        ("a", 4, False),
        ("b", 1, True),
    ]
    assert any(line.startswith("owners.") for line in told[1]["divergence"]["state"])


def test_a_divergence_is_told_to_machines(run_folder, capsys, monkeypatch):
    """A divergence as JSON has its record, both decisions, and the journal's other problems."""

    class Mute:
        def __init__(self, plan, policies=None):
            pass

        def handle(self, event, now):
            return []

    (run_folder / "manifest.json").write_bytes(b"")
    monkeypatch.setattr("trialogue.meeting.policy_loading.Brain", Mute)
    assert main(["replay", str(run_folder), "--verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["diverged"], told["divergence"]["seq"], told["error"]) == (True, 1, None)
    assert told["divergence"]["decided"] == []
    assert len(told["divergence"]["recorded"]) > 1
    assert [each["kind"] for each in told["problems"]] == ["manifest"]


def _cut(lines):
    return [*lines[:-3], b'{"v":1,"se']


def _foreign(lines):
    said = b'{"v":1,"seq":9,"at":1.0,"event":{"type":"SentenceSaid"},"commands":[],"hash":"x"}\n'
    return [*lines[:8], said, *lines[8:]]


def _twice(lines):
    return [*lines[:8], lines[7], *lines[8:]]


def _blank(lines):
    return [*lines[:8], b"\n", *lines[8:]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_cut, ["torn-tail", "not-closed"]),
        (lambda lines: lines[:-3], ["not-closed"]),
        (_foreign, ["foreign-line"]),
        (_twice, ["foreign-line"]),
        (_blank, ["torn-write"]),
    ],
    ids=["torn", "cut", "foreign", "twice", "blank"],
)
def test_verifying_tells_all_that_replaying_tells(run_folder, capsys, change, told):
    """Verifying a damaged journal reports its damage in words and as JSON, with an exit code of its own."""
    journal = run_folder / "journal.jsonl"
    journal.write_bytes(b"".join(change(journal.read_bytes().splitlines(keepends=True))))
    (run_folder / "manifest.json").unlink()
    assert main(["replay", str(run_folder)]) == 0
    replayed = capsys.readouterr().err
    assert main(["replay", str(run_folder), "--verify"]) == 4
    shown, said = capsys.readouterr()
    assert said == replayed != ""
    assert "no divergence" in shown
    assert main(["replay", str(run_folder), "--verify", "--json"]) == 4
    result = json.loads(capsys.readouterr().out)
    assert (result["diverged"], result["closed"]) == (False, "not-closed" not in told)
    assert [each["kind"] for each in result["problems"]] == told


def test_a_failed_replay_is_reported_as_json(run_folder, capsys):
    """A damaged journal gives an error as JSON, and not an empty output."""
    journal = run_folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"SessionReady", b"SessionXeady", 1))
    assert main(["replay", str(run_folder), "--verify", "--json"]) == 4
    result = json.loads(capsys.readouterr().out)
    assert "is damaged at byte" in result["error"]
    assert "damaged" in {each["kind"] for each in result["problems"]}


def test_the_files_of_a_run_are_verified(run_folder, capsys):
    """A changed file of a run is named, with exit code 4, recordings among them."""
    assert main(["verify-files", str(run_folder)]) == 0
    shown = capsys.readouterr().out
    names = {path.relative_to(run_folder).as_posix() for path in run_folder.rglob("*") if path.is_file()}
    assert names - {name for name in names if name in shown} == {"manifest.json"}
    assert f"{len(names) - 1} files: unchanged\n" in shown
    (run_folder / "mine.txt").write_text("note")
    assert main(["verify-files", str(run_folder)]) == 0
    assert f"{len(names) - 1} files: unchanged; 1 more not in the manifest" in capsys.readouterr().out
    (run_folder / "result.json").write_text("{}")
    assert main(["verify-files", str(run_folder)]) == 4
    lines = capsys.readouterr().out.splitlines()
    assert "changed   result.json" in lines
    assert "unknown   mine.txt" in lines
    assert main(["verify-files", str(run_folder), "--json"]) == 4
    result = json.loads(capsys.readouterr().out)
    assert (result["whole"], result["status"], result["files"]["result.json"]) == (
        False,
        "closed",
        "changed",
    )


@pytest.mark.parametrize("command", [["replay"], ["replay", "--verify"], ["report"]])
def test_a_damaged_journal_is_lost(run_folder, capsys, command):
    """A damaged journal ends `replay` with exit code 4 and the place of the damage."""
    journal = run_folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"SessionReady", b"SessionXeady", 1))
    assert main([command[0], str(run_folder), *command[1:]]) == 4
    assert re.search(r"trialogue: .*journal\.jsonl is damaged at byte \d+\n", capsys.readouterr().err)


def test_a_journal_of_a_crash_is_read(run_folder, capsys):
    """`report` of a crashed run gives its figures, and says on stderr that the journal is incomplete."""
    journal = run_folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-3]) + b'{"v":1,"se')
    (run_folder / "manifest.json").unlink()
    assert main(["report", str(run_folder)]) == 0
    shown, told = capsys.readouterr()
    assert shown.startswith("small ended after 00:0")
    assert re.search(r"trialogue: the last line is incomplete \(byte \d+\)", told)


def test_a_run_is_measured_again(run_folder, capsys):
    """`report` of a run gives the figures of its result.json."""
    assert main(["report", str(run_folder), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again.pop("by_sound")["records"]["transfer"] == again["measures"]["timing"]["transfer"]
    then = json.loads((run_folder / "result.json").read_text())
    assert {**again, "speed": then["speed"], "files": then["files"]} == then
    assert main(["report", str(run_folder)]) == 0
    assert "  Bobby      1 " in capsys.readouterr().out


def test_voices_are_listed(capsys):
    """`voices` lists all voices, with those of the hosted service that they stand in for."""
    assert main(["voices"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == list(VOICES)
    assert lines[-1] == "a scenario names a voice by its model: speak: {model: hugo}"
    assert "ben      0.58    0.86  1.00  orion, saturn" in lines


def test_lists_for_machines(capsys):
    """`--json` has the same voices and faults as the lists for people."""
    assert main(["voices", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in listed] == list(VOICES)
    assert next(each for each in listed if each["name"] == "ben")["stands_in_for"] == ["orion", "saturn"]
    assert main(["chaos", "--list", "--json"]) == 0
    faults = json.loads(capsys.readouterr().out)
    assert all(each.keys() == {"name", "row", "made_by", "what"} for each in faults)
    assert "server" in {each["made_by"] for each in faults}


def test_turns_and_results_as_json(run_folder, capsys):
    """`--json` has the turns of a journal and the result of a replay."""
    assert main(["replay", str(run_folder), "--json"]) == 0
    turns = json.loads(capsys.readouterr().out)
    assert [each["turn"] for each in turns] == sorted(each["turn"] for each in turns)
    assert {"participant", "start_s", "end_s", "heard", "intended", "cause", "was_cut"} <= turns[0].keys()
    assert main(["replay", str(run_folder), "--verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["diverged"] is False


def test_a_voice_is_heard(tmp_path, capsys):
    """`voices --say` writes a WAV file, and for a text without words it is an error without a file."""
    from trialogue.cli.voices import say
    from trialogue.errors import SetupError

    out = tmp_path / "v.wav"
    assert say("Good morning.", "aura-2-orion-en", out, Murmur()) == 0
    with wave.open(str(out)) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() > 12_000
    assert re.fullmatch(r".*v\.wav: \d\.\d s in the voice ben\n", capsys.readouterr().out)
    with pytest.raises(SetupError, match="nothing that can be spoken"):
        say("...", "ben", tmp_path / "no.wav", Murmur())
    with pytest.raises(SetupError, match=r"cannot write .*: No such file"):
        say("Yes.", "ben", tmp_path / "no" / "v.wav", Murmur())
    assert [path.name for path in tmp_path.iterdir()] == ["v.wav"]


def test_how_a_client_dials_is_code(capsys):
    """The lines that `serve` prints for the official SDK make a client of that server."""
    from trialogue.cli.serve import how_to_dial
    from trialogue.cli.view_lines import plain
    from trialogue.server.listener import Server

    told = [plain(each) for each in how_to_dial(Server("127.0.0.1", 8090), None)]
    code = [line[4:] for line in told if line.startswith("    ")]
    names = {}
    exec("\n".join(code[:-2]), names)
    assert names["here"].agent == "ws://127.0.0.1:8090"
    assert code[-2] == 'with DeepgramClient(api_key="any", environment=here).agent.v1.connect() as agent:'
    assert told[0] == "listening at ws://127.0.0.1:8090/v1/agent/converse"
    assert told[1] == "speech to text at ws://127.0.0.1:8090/v2/listen and /v1/listen"


def test_printed_addresses_can_be_dialled(tmp_path):
    """`serve` prints addresses that clients can dial, with the authority to trust."""
    from trialogue.cli.serve import how_to_dial
    from trialogue.cli.view_lines import plain
    from trialogue.server.listener import Server

    server = Server("0.0.0.0", 8090, is_secure=True)
    told = [plain(each) for each in how_to_dial(server, None, tmp_path / "ca.pem")]
    assert told[0] == "listening at wss://127.0.0.1:8090/v1/agent/converse"
    assert told[2] == f"from other machines at wss://{socket.gethostname()}:8090/v1/agent/converse"
    assert told[3].startswith(f"for clients to trust it, set SSL_CERT_FILE={tmp_path / 'ca.pem'}")
    assert any('"https://127.0.0.1:8090", "wss://127.0.0.1:8090"' in line for line in told)
    with_key = [plain(each) for each in how_to_dial(Server("127.0.0.1", 8090), "AGENT_KEY")]
    assert any('api_key=os.environ["AGENT_KEY"]' in line for line in with_key)


def test_check_tells_the_variables_that_this_environment_lacks(small, capsys, monkeypatch):
    """`check` names unset variables, and with `--file-only` it does not."""
    for name in ("TABLE_KEY", "DEEPGRAM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    small.write_text(
        "trialogue: 1\nname: small\nrun: {limits: {turns: 1}}\ncast:\n"
        '  ann: {via: deepgram, prompt: "Hello ${env:TABLE_KEY}", think: {provider: open_ai, model: x}}\n'
    )
    assert main(["check", str(small)]) == 2
    told = capsys.readouterr().out
    for name in ("TABLE_KEY", "DEEPGRAM_API_KEY"):
        assert f"cast.ann: needs the environment variable {name}, which is not set [E-ENVIRONMENT]" in told
    assert main(["check", str(small), "--file-only"]) == 0
    monkeypatch.setenv("TABLE_KEY", "x")
    monkeypatch.setenv("DEEPGRAM_API_KEY", "x")
    assert main(["check", str(small)]) == 0
