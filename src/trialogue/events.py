"""Events and commands of a meeting, and its records, for apps."""

from trialogue.agent.events import *  # noqa: F403 - events of an agent without a meeting
from trialogue.model.commands import *  # noqa: F403 - closed unions, listed where they are defined
from trialogue.model.events import *  # noqa: F403 - likewise
from trialogue.model.records import Record as Record  # noqa: PLC0414 - exported
from trialogue.model.transcript import Utterance as Utterance  # noqa: PLC0414 - likewise
