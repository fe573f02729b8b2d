"""What a person's ear costs."""

import pytest

from trialogue.model.participants import Price
from trialogue.scenario import loads, resolve

SEATED = """
trialogue: 1
name: seated
cast:
  ann: {via: VIA, lines: [One.]}
  dana: {role: human, via: microphone, listen: {LISTEN}}
"""


def price(listen, via="deepgram"):
    """The price of a person's seat beside an agent at a service."""
    agent = "lines: [One.]" if via == "local" else "think: {provider: open_ai, model: gpt-4o-mini}"
    text = SEATED.replace("lines: [One.]", agent).replace("VIA", via).replace("LISTEN", listen)
    return resolve(loads(text)).plan.participants[1].price


@pytest.mark.parametrize(
    ("listen", "service", "usd", "as_of"),
    [
        ("", "deepgram/listen/flux-general-en", 0.0065, "2026-09-04"),
        ("language: de", "deepgram/listen/flux-general-multi", 0.0078, "2026-11-04"),
        ("model: nova-3", "deepgram/listen/nova-3", 0.0048, "2026-08-01"),
        ("model: nova-3, language: multi", "deepgram/listen/nova-3/multi", 0.0058, "2026-08-01"),
    ],
)
def test_an_ear_costs_by_its_model(listen, service, usd, as_of):
    """An ear costs the vendor's price for a minute of its model."""
    assert price(listen) == Price(service, usd_a_minute=usd, as_of=as_of)


def test_a_model_that_is_not_in_the_table_is_unpriced():
    """A recognizer without a known price is listed as unpriced, and not as free."""
    assert price("model: nova-2") == Price("deepgram/listen/nova-2")


def test_the_embedded_ear_is_free():
    """Offline recognition adds nothing to a meeting's cost."""
    assert price("", via="local") is None
