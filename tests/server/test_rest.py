"""Plain HTTP, mostly by the official SDK: tokens, models, stored agents, and what there is not."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx  # noqa: ASYNC127 -- a peer, as people's programs have it
import pytest
import trio
from attrs import evolve
from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from fakes import fake_equipment
from websockets.exceptions import InvalidStatus
from websockets.trio.client import connect

from trialogue.compute import InThreads
from trialogue.server.admission import LOOPBACK, Access
from trialogue.server.listener import Server, open_server
from trialogue.server.rest.grants import Grants, TokenState
from trialogue.server.rest.routes import ROUTES, Route
from trialogue.server.rest.stored import MAX_AGENTS, NotStored, StoredAgent, StoredAgents, StoredVariable
from trialogue.server.terms import TermsRefused

KEYED = Access(api_key="secret")
T = TypeVar("T")


def name_of(route: Route) -> str:
    """A test's name."""
    return f"{route.method} {route.path}"


@asynccontextmanager
async def serving(access: Access = LOOPBACK) -> AsyncIterator[Server]:
    """A server on loopback while the block runs."""
    async with trio.open_nursery() as nursery:
        equipment = evolve(fake_equipment(), compute=InThreads())
        server: Server = await nursery.start(open_server, equipment, access)
        with trio.fail_after(30):
            await trio.lowlevel.checkpoint()
            yield server
        nursery.cancel_scope.cancel()


async def by_sdk(server: Server, use: Callable[[DeepgramClient], T], **who: str) -> T:
    """Let the official SDK, which blocks, use the server."""
    http, ws = f"http://127.0.0.1:{server.port}", f"ws://127.0.0.1:{server.port}"
    here = DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)
    client = DeepgramClient(environment=here, **(who or {"api_key": "secret"}))
    return await trio.to_thread.run_sync(use, client, abandon_on_cancel=True)


async def ask(server: Server, method: str, path: str, **more: Any) -> httpx.Response:
    """Ask with a client that is not ours."""
    async with httpx.AsyncClient(timeout=10) as client:
        return await client.request(method, f"http://127.0.0.1:{server.port}{path}", **more)


async def first_message(server: Server, **options: Any) -> str:
    """The type of the first message on a socket that was let in."""
    async with connect(f"ws://127.0.0.1:{server.port}/v1/agent/converse", **options) as socket:
        return str(json.loads(await socket.recv())["type"])


# --- what there is not --------------------------------------------------------------------------------


async def test_any_other_path_is_answered_with_its_name() -> None:
    """An unknown path gets 404 with its name."""
    async with serving() as server:
        answer = await ask(server, "GET", "/v1/nothing?x=1")
    body = answer.json()
    assert answer.status_code == 404
    assert body == {
        "err_code": "NOT_FOUND",
        "err_msg": "There is nothing at /v1/nothing.",
        "request_id": answer.headers["dg-request-id"],
    }


async def test_another_method_is_told_those_that_there_are() -> None:
    """A wrong method gets 405 with `Allow`."""
    async with serving() as server:
        answer = await ask(server, "DELETE", "/v1/projects/p/agents")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, GET")


async def test_a_socket_that_is_asked_for_as_a_page_says_what_it_is() -> None:
    """A plain request to a socket's path gets 426, and 405 for a method that reads nothing."""
    async with serving() as server:
        for path in ("/v1/agent/converse", "/v2/listen", "/v1/speak"):
            answer = await ask(server, "GET", path)
            assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
        posted = await ask(server, "POST", "/v1/agent/converse")
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/health", "/v1/auth/grant", "/nothing"])
async def test_no_socket_is_opened_elsewhere(path: str) -> None:
    """An upgrade at a path of plain requests gets 404."""
    async with serving() as server:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{server.port}{path}"):
                pytest.fail("opened")
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """A body that is no JSON object gets 400."""
    async with serving() as server:
        answer = await ask(server, "POST", "/v1/auth/grant", content=body)
    assert (answer.status_code, answer.json()["err_code"]) == (400, "INVALID_JSON")


async def test_a_body_beyond_a_mebibyte_is_refused() -> None:
    """A body over 1 MiB gets 413 in the service's words."""
    async with serving() as server:
        answer = await ask(server, "POST", "/v1/projects/p/agents", content=bytes(1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["err_code"]) == (413, "PAYLOAD_TOO_LARGE")


# --- who may ask --------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [route for route in ROUTES if route.needs.name != "NOTHING"], ids=name_of)
async def test_a_stranger_is_refused_at_every_route_that_wants_a_key(route: Any) -> None:
    """A request without a key gets 401 before its body is read."""
    path = route.path.replace("{", "").replace("}", "")
    async with serving(KEYED) as server:
        answer = await ask(server, route.method, path)
    assert (answer.status_code, answer.json()["err_code"]) == (401, "INVALID_AUTH")


async def test_health_is_told_to_anybody() -> None:
    """`/health` answers without a key and under any name."""
    async with serving(KEYED) as server:
        answer = await ask(server, "GET", "/health", headers={"Host": "anything.example"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_pages_of_other_names_may_not_ask() -> None:
    """A page of another origin gets 403 where the server has no key."""
    async with serving() as server:
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            assert (await ask(server, "POST", "/v1/auth/grant", headers=headers)).status_code == 403


async def test_names_that_the_operator_allows_are_let_in() -> None:
    """Only the hosts and origins that the operator allowed can connect."""
    async with serving(Access(names=frozenset({"voice.test"}))) as server:
        for headers, status in (
            ({"Host": "voice.test:8090"}, 200),
            ({"Origin": "https://voice.test"}, 200),
            ({"Host": "voice.test.example"}, 403),
        ):
            answer = await ask(server, "POST", "/v1/auth/grant", headers=headers)
            assert answer.status_code == status


async def test_any_name_is_let_in_with_the_key() -> None:
    """A request with the key is let in under any `Host` and `Origin`."""
    async with serving(KEYED) as server:
        headers = {"Host": "trialogue:8090", "Origin": "http://app.test", "Authorization": "Token secret"}
        assert (await ask(server, "POST", "/v1/auth/grant", headers=headers)).status_code == 200
        stream = await trio.open_tcp_stream("127.0.0.1", server.port)
        shown = {"Authorization": "Token secret"}
        url = "ws://trialogue:8090/v1/agent/converse"
        async with connect(url, stream=stream, origin="http://app.test", additional_headers=shown) as socket:
            assert json.loads(await socket.recv())["type"] == "Welcome"


# --- tokens -------------------------------------------------------------------------------------------


def granted(client: DeepgramClient) -> Any:
    return client.auth.v1.tokens.grant()


async def test_a_granted_token_opens_sockets_every_way() -> None:
    """A granted token opens a socket as a header or a subprotocol, and not as a key."""
    async with serving(KEYED) as server:
        response = await by_sdk(server, granted)
        token = response.access_token
        assert response.expires_in == 30
        bearer = {"Authorization": f"bearer {token}"}
        assert await first_message(server, additional_headers=bearer) == "Welcome"
        assert await first_message(server, subprotocols=["bearer", token]) == "Welcome"
        with pytest.raises(InvalidStatus):
            await first_message(server, subprotocols=["token", token])


async def test_the_sdk_converses_with_a_token() -> None:
    """The SDK can connect with `access_token=` instead of a key."""

    def welcome(client: DeepgramClient) -> str:
        with client.agent.v1.connect() as agent:
            return str(agent.recv().type)

    async with serving(KEYED) as server:
        token = (await by_sdk(server, granted)).access_token
        assert await by_sdk(server, welcome, access_token=token) == "Welcome"


async def test_a_token_grants_nothing_further() -> None:
    """A token gets 403 where a key is needed."""
    async with serving(KEYED) as server:
        token = (await by_sdk(server, granted)).access_token
        with pytest.raises(ApiError) as refused:
            await by_sdk(server, granted, access_token=token)
    assert refused.value.status_code == 403
    assert refused.value.body["err_code"] == "INSUFFICIENT_PERMISSIONS"


@pytest.mark.parametrize("ttl", [0, 3601, -1, "60", True])
async def test_a_tokens_life_is_bounded(ttl: object) -> None:
    """A token lives for a second at least and an hour at most."""
    async with serving() as server:
        answer = await ask(server, "POST", "/v1/auth/grant", json={"ttl_seconds": ttl})
    assert (answer.status_code, answer.json()["err_code"]) == (400, "PAYLOAD_ERROR")


def test_a_token_expires_and_cannot_be_made_up() -> None:
    """A token that is expired, forged or of another server is refused."""
    now = [1000.0]
    grants = Grants(lambda: now[0])
    token = grants.grant(60)
    header, claims, signature = token.split(".")
    later = base64.urlsafe_b64encode(b'{"exp":9e9}').rstrip(b"=").decode()
    assert grants.check(token) is TokenState.FRESH
    assert Grants(lambda: now[0]).check(token) is TokenState.FOREIGN
    for forged in (
        f"{header}.{later}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        "x",
        "é",
        "",
    ):
        assert grants.check(forged) is TokenState.FOREIGN
    now[0] += 60
    assert grants.check(token) is TokenState.EXPIRED


def test_a_token_looks_like_one_of_the_services() -> None:
    """A token has three parts, and its claims have the time of its end."""
    token = Grants(lambda: 1000.0).grant(60)
    claims = token.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"] == 1060


# --- models and projects ------------------------------------------------------------------------------


async def test_the_sdk_lists_think_models() -> None:
    """The SDK lists models of each provider that it knows, without a key."""
    async with serving(KEYED) as server:
        found = await by_sdk(server, lambda client: client.agent.v1.settings.think.models.list().models)
        assert (await ask(server, "GET", "/v1/agent/settings/think/models")).status_code == 200
    assert None not in found
    assert {"open_ai", "anthropic", "google", "groq"} == {model.provider for model in found}


async def test_the_sdk_lists_models_of_listening_and_voices() -> None:
    """The voices are those that have one of ours."""
    async with serving(KEYED) as server:
        found = await by_sdk(server, lambda client: client.manage.v1.models.list())
    assert "nova-3" in {model.canonical_name for model in found.stt}
    assert "aura-2-thalia-en" in {model.canonical_name for model in found.tts}


async def test_the_sdk_finds_a_project() -> None:
    """The SDK lists one project, and finds any that it asks for."""
    async with serving(KEYED) as server:
        [listed] = (await by_sdk(server, lambda client: client.manage.v1.projects.list())).projects
        shown = await by_sdk(server, lambda client: client.manage.v1.projects.get("mine"))
    assert listed.project_id
    assert shown.project_id == "mine"


# --- stored agents ------------------------------------------------------------------------------------

CONFIG = {"greeting": "Stored hello.", "think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}


async def test_the_sdk_keeps_an_agent_and_settings_name_it() -> None:
    """The SDK creates, lists, shows, changes, uses and deletes an agent."""
    sound = {"encoding": "linear16", "sample_rate": 16_000}

    def live(client: DeepgramClient) -> list[str]:
        agents = client.voice_agent.configurations
        made = agents.create("p", config=json.dumps(CONFIG), metadata={"a": "b"})
        assert made.config == CONFIG
        assert [each.agent_id for each in agents.list("p").agents or []] == [made.agent_id]
        assert agents.list("another").agents == []
        agents.update("p", made.agent_id, metadata={"c": "d"})
        assert agents.get("p", made.agent_id).metadata == {"c": "d"}
        said: list[str] = []
        with client.agent.v1.connect() as agent:
            agent.send_raw({"type": "Settings", "audio": {"input": sound}, "agent": made.agent_id})
            while not said:
                message = agent.recv()
                if getattr(message, "type", "") == "ConversationText":
                    said.append(message.content)
        agents.delete("p", made.agent_id)
        assert agents.list("p").agents == []
        return said

    async with serving(KEYED) as server:
        assert await by_sdk(server, live) == ["Stored hello."]


async def test_the_sdk_keeps_variables_and_agents_use_them() -> None:
    """A stored agent uses the current values of its variables, and shows their names."""

    def live(client: DeepgramClient) -> list[str]:
        variables, agents = client.voice_agent.variables, client.voice_agent.configurations
        made = variables.create("p", key="DG_HELLO", value="Good day.")
        agent_id = agents.create("p", config='{"greeting": DG_HELLO}').agent_id
        assert agents.get("p", agent_id).config == {"greeting": "DG_HELLO"}
        said = [greeting_of(client, agent_id)]
        variables.update("p", made.variable_id, value="Good night.")
        assert variables.get("p", made.variable_id).value == "Good night."
        assert [each.key for each in variables.list("p").variables or []] == ["DG_HELLO"]
        said.append(greeting_of(client, agent_id))
        variables.delete("p", made.variable_id)
        assert variables.list("p").variables == []
        said.append(greeting_of(client, agent_id))
        return said

    async with serving(KEYED) as server:
        assert await by_sdk(server, live) == ["Good day.", "Good night.", "INVALID_SETTINGS"]


def greeting_of(client: DeepgramClient, agent_id: str) -> str:
    """What a stored agent says first, or the code of the error."""
    with client.agent.v1.connect() as agent:
        agent.send_raw({"type": "Settings", "audio": {}, "agent": agent_id})
        while True:
            message = agent.recv()
            if getattr(message, "type", "") in {"ConversationText", "Error"}:
                return str(getattr(message, "content", None) or message.code)


async def test_a_missing_configuration_is_not_found() -> None:
    """A missing configuration gets 404 in every project."""
    async with serving() as server:
        made = (await ask(server, "POST", "/v1/projects/p/agents", json={"config": "{}"})).json()
        for project, agent in (("p", "nobody"), ("q", made["agent_id"])):
            answer = await ask(server, "GET", f"/v1/projects/{project}/agents/{agent}")
            assert (answer.status_code, answer.json()["err_code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "config must be a string"),
        ({"config": {}}, "config must be a string"),
        ({"config": "{"}, "config is not JSON"),
        ({"config": "[]"}, "a JSON object"),
        ({"config": '{"greeting": 5}'}, "$.greeting"),
        ({"config": '{"greeting": "x' }, "config is not JSON"),
        ({"config": "{}", "api_version": 2}, "api_version"),
        ({"config": "{}", "metadata": {"a": 1}}, "metadata"),
    ],
)  # fmt: skip
async def test_an_invalid_agent_is_not_stored(body: dict[str, object], said: str) -> None:
    """An invalid agent gets 400 with the path of its fault, and is not stored."""
    async with serving() as server:
        answer = await ask(server, "POST", "/v1/projects/p/agents", json=body)
        kept = (await ask(server, "GET", "/v1/projects/p/agents")).json()["agents"]
    assert (answer.status_code, kept) == (400, [])
    assert said in answer.json()["err_msg"]


@pytest.mark.parametrize(
    "body",
    [{"key": "HELLO", "value": 1}, {"key": "DG_a", "value": 1}, {"key": "DG_A"}, {"key": 5, "value": 1}],
)
async def test_an_invalid_variable_is_not_stored(body: dict[str, object]) -> None:
    """A variable with an impossible name, or without a value, gets 400."""
    async with serving() as server:
        answer = await ask(server, "POST", "/v1/projects/p/agent-variables", json=body)
        good = {"key": "DG_A", "value": None, "is_sensitive": False}
        kept = await ask(server, "POST", "/v1/projects/p/agent-variables", json=good)
        again = await ask(server, "POST", "/v1/projects/p/agent-variables", json=good)
    assert (answer.status_code, kept.status_code, again.status_code) == (400, 200, 400)


def test_names_within_strings_are_text() -> None:
    """A variable's name inside other text of the settings is not replaced."""
    agents = StoredAgents()
    agents.keep_agent(StoredAgent("a", "p", r'{"greeting": "a \" DG_HELLO"}'))
    assert agents["a"].greeting == 'a " DG_HELLO'


def test_a_string_without_an_end_is_searched_once() -> None:
    """A text of many quotes is refused in bounded time."""
    with pytest.raises(NotStored, match="is not JSON"):
        StoredAgents().keep_agent(StoredAgent("a", "p", '"' + '\\"' * 32_000))


def test_a_variable_named_again_and_again_is_refused() -> None:
    """A configuration that names a variable so often that it grows too large is refused."""
    agents = StoredAgents()
    agents.keep_agent(StoredAgent("a", "p", '{"greeting": DG_A, "x": [' + ", ".join(["DG_A"] * 5_000) + "]}"))
    agents.keep_variable(StoredVariable("v", "p", "DG_A", "x" * 60_000))
    with pytest.raises(TermsRefused, match="1048576 characters"):
        agents["a"]


def test_a_server_keeps_so_many_agents() -> None:
    """A server at its limit of stored agents refuses another, and can change the others."""
    agents = StoredAgents()
    for number in range(MAX_AGENTS):
        agents.keep_agent(StoredAgent(str(number), "p", "{}"))
    with pytest.raises(NotStored, match="delete one first"):
        agents.keep_agent(StoredAgent("more", "p", "{}"))
    assert agents.relabel(agents.agents["0"], {"a": "b"}).metadata == {"a": "b"}
