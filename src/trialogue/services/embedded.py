"""The embedded server as a service: it stands in a vendor's place, and speaks that vendor's dialect."""

from __future__ import annotations

from trialogue.services.deepgram.dialect import DeepgramDialect
from trialogue.services.port import Service

SERVICE = Service("the embedded server", DeepgramDialect())
