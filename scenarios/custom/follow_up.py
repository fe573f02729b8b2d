"""A policy of one's own: a pure function of what the floor sees."""
# ruff: noqa: INP001 - a module that lies beside its scenario, not a package

from trialogue.policy import POLICIES, Decision, FloorView, Next


def follow_up(view: FloorView) -> Decision:
    """After an answer, the floor goes back to the participant who asked, else to the one who is named."""
    if len(view.turns) >= 2:
        asked, answered = view.turns[-2:]
        is_answer = asked.heard.endswith("?") and not answered.heard.endswith("?")
        if is_answer and asked.participant != answered.participant and asked.participant in view.present:
            return Next(asked.participant, "asked, and has the answer")
    return POLICIES["addressed"].choose(view)
