"""Speech engines without speech, for tests of whole meetings; see `trialogue.speech.murmur`."""

from trialogue.speech.murmur import HEAR_RATE, SPEAK_RATE, Murmur, Threshold, murmuring_engines

__all__ = ["HEAR_RATE", "SPEAK_RATE", "Murmur", "Threshold", "murmuring_engines"]
