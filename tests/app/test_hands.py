"""A hand that an agent raises outside its own turn."""

from trialogue.journal.reader import read
from trialogue.model.commands import AnswerTool, GrantFloor
from trialogue.model.events import ToolRequested

SCENARIO = """
trialogue: 1
name: hands
run: {limits: {time: 60s, turns: 5}}
floor: {policy: queue, otherwise: round-robin}
cast:
  tech: {lines: ["Our cache is in Frankfurt, and all the world has to ask it there.", "So it is."]}
  biz:
    think:
      provider: scripted
      script:
        - when: {heard: "(?i)europe"}
          call: {tool: request_floor, arguments: {priority: high}}
          say: "I know that."
        - {otherwise: "Europe is a third of our customers."}
  law: {lines: ["I have nothing to add.", "Nor now."]}
  dana:
    role: human
    via:
      clips:
        - {say: "And what about Europe, if I may ask?", when: {speaking: tech, for: 1s}}
"""


def test_an_agent_that_listens_to_a_person_raises_its_hand(tmp_path, hold):
    """The listening ear hears the question outside its turn, calls the tool, and has the floor next."""
    path = tmp_path / "hands.yaml"
    path.write_text(SCENARIO)
    result = hold(path)
    records = list(read(result.folder / "journal.jsonl"))
    asked = [record for record in records if isinstance(record.event, ToolRequested)]
    assert [record.event.participant for record in asked] == ["biz"]
    answers = [
        command for record in records for command in record.commands if isinstance(command, AnswerTool)
    ]
    assert [command.content for command in answers] == ["Your hand is up."]
    grants = [command for record in records for command in record.commands if isinstance(command, GrantFloor)]
    assert [(grant.to, grant.reason) for grant in grants[:3]] == [
        ("tech", "next in order"),
        ("dana", "interrupts"),
        ("biz", "first in the queue"),
    ]
