"""Wording of error messages to clients; the hosted service's where it is known."""

from __future__ import annotations

from typing import Final

UNPARSABLE: Final = "Text message received from client did not match any of the formats we expect."

NO_SETTINGS: Final = (
    "We did not receive a message within our timeout. "
    "Please send a 'Settings' message at the beginning of the session."
)
NO_AUDIO: Final = (
    "We did not receive audio within our timeout. "
    "Please make sure you are sending binary messages containing user speech."
)
NO_MESSAGE: Final = (
    "We waited too long for a message from the client. "
    "Please send audio, or a 'KeepAlive' message every 8 seconds."
)
SETTINGS_FIRST: Final = "A message was received before 'Settings', which must be the first."
SETTINGS_ONCE: Final = "Settings have already been applied."
NOT_RAW: Final = "The audio is not in the format that Settings declared."
LISTEN_IS_FIXED: Final = "Version and model of the listen provider are fixed for the session."
NO_THINK_LIVE: Final = "Think Live is not enabled."
NO_SUCH_FUNCTION: Final = "The model called a function that was not offered."
NO_THOUGHT: Final = "No think provider gave a response."
THOUGHT: Final = "An answer is being looked for."
HALF_THOUGHT: Final = "The think provider's response broke off."
NO_VOICE: Final = "No speak provider gave audio."
NO_WORDS: Final = "the message has no words"
NO_FLUX: Final = "ForceEndTurn needs a Flux listen provider."
ENDS_SOON: Final = "The session will end soon."
TOO_LONG: Final = "The session has reached its maximum length."

CONTAINERS: Final = (b"RIFF", b"OggS", b"fLaC", b"ID3\x03", b"ID3\x04", b"\x1aE\xdf\xa3")
"""First bytes of files that are no raw samples: WAV, Ogg, FLAC, MP3, WebM."""
