"""Reports of a meeting: transcripts, measures, the result. Pure functions: values in, text out."""

from trialogue.report.exports import EXPORTS, KEPT, Export, HeldMeeting
from trialogue.report.markdown import markdown
from trialogue.report.measures import Measures, measures
from trialogue.report.result import Failure, Result, Run, result
from trialogue.report.rttm import rttm
from trialogue.report.srt import srt
from trialogue.report.webvtt import webvtt

__all__ = [
    "EXPORTS",
    "KEPT",
    "Export",
    "Failure",
    "HeldMeeting",
    "Measures",
    "Result",
    "Run",
    "markdown",
    "measures",
    "result",
    "rttm",
    "srt",
    "webvtt",
]
