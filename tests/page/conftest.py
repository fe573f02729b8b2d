"""A real browser, and a page in it."""

import browser as browsers
import page_values
import pytest


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium."""
    yield from browsers.started_or_skipped(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def tab(browser):
    """One tab for the tests of a module: what an earlier page still asks for is not told to the next."""
    with browser.page() as tab:
        yield tab


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Where the page of a meeting with everything is."""
    return page_values.write_page(tmp_path_factory.mktemp("page")).as_uri()


@pytest.fixture
def page(tab, address):
    """That page, opened in a window of a desk, with nothing complained about before."""
    tab.resize(1200, 900)
    tab.prefer("light")
    tab.events.clear()
    tab.open(address)
    return tab
