"""What a vendor's agents cost: by the tier of the model, and by no other tier's price."""

import pytest

from trialogue.model.participants import Price
from trialogue.scenario import loads, resolve

STANDARD = Price("deepgram/voice-agent", usd_a_minute=0.075, as_of="2025-06-16")


def price(think, via="deepgram"):
    """The price of an agent that thinks so."""
    text = f"{{trialogue: 1, name: m, cast: {{a: {{via: {via}, prompt: p, think: {think}}}}}}}"
    return resolve(loads(text)).plan.participants[0].price


@pytest.mark.parametrize(
    "think",
    [
        "{provider: open_ai, model: gpt-4o-mini}",
        "[{provider: open_ai, model: gpt-5-mini}, {provider: google, model: gemini-3.5-flash}]",
    ],
)
def test_models_of_the_standard_tier_have_its_price(think):
    """All of a list have to be of it."""
    assert price(think) == STANDARD


@pytest.mark.parametrize(
    ("think", "model"),
    [
        ("{provider: open_ai, model: gpt-5.5}", "gpt-5.5"),
        ("{provider: google}", "google"),
        ("[{provider: open_ai, model: gpt-4o-mini}, {provider: open_ai, model: gpt-5}]", "gpt-5"),
    ],
)
def test_a_model_whose_tier_has_no_price_is_unpriced(think, model):
    """It is named, and counted at nobody else's price."""
    assert price(think) == Price(f"deepgram/voice-agent with {model}", usd_a_minute=None, as_of="")


def test_where_nobody_says_who_thinks_the_built_in_model_is_priced():
    """Deepgram's default here is of the tier Standard."""
    text = "{trialogue: 1, name: m, cast: {a: {via: deepgram, prompt: p}}}"
    assert resolve(loads(text)).plan.participants[0].price == STANDARD
