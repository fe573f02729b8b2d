"""Deepgram's entry in the list of services."""

from __future__ import annotations

from trialogue.services.deepgram.dialect import DeepgramDialect
from trialogue.services.deepgram.scenario import DeepgramKeys
from trialogue.services.deepgram.voices import AURA
from trialogue.services.hosted import Hosted
from trialogue.services.service import Service

SERVICE = Service(
    "Deepgram",
    DeepgramDialect(),
    DeepgramKeys(),
    Hosted(
        "wss://agent.deepgram.com/v1/agent/converse",
        key_variable="DEEPGRAM_API_KEY",
        domain="deepgram.com",
        scheme="Token",
    ),
    AURA,
)
