"""One reply of the stand-in's agent: its stages, its calls, its times."""

import pytest

from trialogue.errors import LocalProtocolError
from trialogue.server.latency import Stopwatch
from trialogue.server.options import LatencyStyle, ServerOptions
from trialogue.server.reply import REPLY_TRANSITIONS, Reply, ReplyStage, ReplyStep
from trialogue.server.think.ports import WantedCall
from trialogue.services.deepgram.messages import AgentStartedSpeaking, FunctionCallResponse, LatencyReport

CALLS = (WantedCall("1", "look", "{}"), WantedCall("2", "look", "{}"), WantedCall("3", "tell", "{}"))


def reply(stage: ReplyStage = ReplyStage.THINKING) -> Reply:
    return Reply(1, ("a",), stage, stopwatch())


def stopwatch(style: LatencyStyle = LatencyStyle.SEPARATE, *, wants_experimental: bool = False) -> Stopwatch:
    return Stopwatch(10.0, ServerOptions(latency_style=style, slow_think_s=5.0), wants_experimental)


@pytest.mark.parametrize("stage", ReplyStage)
@pytest.mark.parametrize("step", ReplyStep)
def test_a_step_goes_along_the_table_or_changes_nothing(stage: ReplyStage, step: ReplyStep) -> None:
    """A step that is not in the table of a reply's stages is an error, and changes nothing."""
    one = reply(stage)
    after = REPLY_TRANSITIONS.get((stage, step))
    if after is None:
        with pytest.raises(LocalProtocolError, match="takes no"):
            one.take(step)
        after = stage
    else:
        one.take(step)
    assert one.stage is after


def test_every_stage_can_be_cut_but_the_last() -> None:
    """A reply can be cut at each stage but the last."""
    cuttable = {stage for stage, step in REPLY_TRANSITIONS if step is ReplyStep.CUT}
    assert cuttable == {*ReplyStage} - {ReplyStage.OVER}


def test_its_end_moves_on_behind_words_that_were_added() -> None:
    """A reply to which words were added ends after them."""
    one = reply(ReplyStage.ENDING)
    one.order_end()
    one.order_end()
    assert [one.reach_end(), one.reach_end()] == [False, True]
    assert one.stage is ReplyStage.OVER


def test_an_end_before_it_is_complete_is_none() -> None:
    """A reply does not end while the model has words to come."""
    one = reply()
    one.order_end()
    assert not one.reach_end()


def test_a_response_without_an_id_is_for_the_oldest_call_of_its_name() -> None:
    """An older client, which gives no ids, gets its answers to the right calls."""
    one = reply()
    one.want(CALLS)
    response = FunctionCallResponse(name="look", content="x")
    found = one.call_of(response)
    assert found == CALLS[0]
    one.answer_call(CALLS[0], "x")
    assert one.call_of(response) == CALLS[1]
    assert one.has_news
    assert [call.id for call in one.unanswered()] == ["2", "3"]


def test_only_the_first_sentence_and_the_first_sound_are_told() -> None:
    """A reply reports its latency once, not for each sentence."""
    watch = stopwatch(wants_experimental=True)
    assert watch.think(11.0) == (LatencyReport(ttt_text_latency=1.0),)
    assert watch.think(12.0) == ()
    assert watch.sound(13.0) == (
        AgentStartedSpeaking(total_latency=3.0, tts_latency=2.0, ttt_latency=1.0),
        LatencyReport(tts_latency=2.0),
        LatencyReport(total_latency=3.0),
    )
    assert watch.sound(14.0) == ()


def test_combined_latencies_come_once() -> None:
    """A reply has one combined latency message, as documented."""
    watch = stopwatch(LatencyStyle.COMBINED)
    assert watch.think(11.0) == ()
    combined = LatencyReport(ttt_text_latency=1.0, tts_latency=2.0, total_latency=3.0)
    assert watch.sound(13.0) == (combined,)


def test_words_that_nobody_thought_have_no_latency() -> None:
    """A greeting reports no time of thinking."""
    watch = stopwatch()
    assert watch.sound(11.0) == ()


def test_slow_thinking_is_told_again_and_again_until_something_comes() -> None:
    """A slow model is reported every five seconds, with the seconds so far."""
    watch = stopwatch()
    watch.begin_pass(10.0)
    assert watch.slow(14.9) == ""
    assert "5 seconds" in watch.slow(15.0)
    assert watch.slow(19.9) == ""
    assert "10 seconds" in watch.slow(20.0)
    watch.end_pass()
    assert watch.slow(99.0) == ""
