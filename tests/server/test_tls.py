"""Encryption: by an authority made for the run, by the operator's certificate, and what cannot be used."""

from __future__ import annotations

import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx  # noqa: ASYNC127 -- a peer, as people's programs have it
import pytest
import trio
import trustme
from attrs import evolve
from fakes import fake_equipment
from websockets.trio.client import connect

from trialogue.compute import InThreads
from trialogue.errors import SetupError
from trialogue.server.admission import Access
from trialogue.server.listener import Server, open_server
from trialogue.server.tls import certified, self_signed


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[Server]:
    """An encrypted server on loopback while the block runs."""
    async with trio.open_nursery() as nursery:
        equipment = evolve(fake_equipment(), compute=InThreads())
        server: Server = await nursery.start(open_server, equipment, Access(tls=context))
        with trio.fail_after(50):
            await trio.lowlevel.checkpoint()
            yield server
        nursery.cancel_scope.cancel()


async def talk(server: Server, trusted: Path) -> tuple[int, str]:
    """What a client that trusts an authority's certificate is answered, by both protocols."""
    context = ssl.create_default_context(cafile=trusted)
    async with httpx.AsyncClient(verify=context, timeout=10) as client:
        status = (await client.get(f"https://localhost:{server.port}/health")).status_code
    async with connect(server.url, ssl=context) as socket:
        return status, json.loads(await socket.recv())["type"]


async def test_a_self_signed_server_is_trusted_by_its_authority(tmp_path: Path) -> None:
    """A self-signed server is trusted by its authority for requests and sockets."""
    async with serving(self_signed((), tmp_path / "ca.pem")) as server:
        assert server.url == f"wss://127.0.0.1:{server.port}/v1/agent/converse"
        assert await talk(server, tmp_path / "ca.pem") == (200, "Welcome")


async def test_a_certificate_of_the_operators(tmp_path: Path) -> None:
    """The operator's certificate, with its key in another file, encrypts requests and sockets."""
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    async with serving(certified(tmp_path / "cert.pem", tmp_path / "key.pem")) as server:
        assert await talk(server, tmp_path / "ca.pem") == (200, "Welcome")


async def test_a_client_without_tls_does_no_harm(tmp_path: Path) -> None:
    """A plain request to an encrypted server is hung up on, and the server goes on."""
    async with serving(self_signed((), tmp_path / "ca.pem")) as server:
        with pytest.raises(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=10) as client:
                await client.get(f"http://127.0.0.1:{server.port}/health")
        assert await talk(server, tmp_path / "ca.pem") == (200, "Welcome")


def test_further_names_are_in_the_certificate(tmp_path: Path) -> None:
    """The self-signed certificate has the names that the operator allows."""
    context = self_signed(("agent.voice.test",), tmp_path / "ca.pem")
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    client = trusting.wrap_bio(ours, theirs, server_hostname="agent.voice.test")
    server = context.wrap_bio(theirs, ours, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    assert ("DNS", "agent.voice.test") in client.getpeercert()["subjectAltName"]


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """The error for a wrong certificate or key names the file."""
    (tmp_path / "no.pem").write_text("no certificate")
    for certificate in (tmp_path / "missing.pem", tmp_path / "no.pem"):
        with pytest.raises(SetupError, match=certificate.name):
            certified(certificate, certificate)
    with pytest.raises(SetupError, match="cannot write"):
        self_signed((), tmp_path / "no" / "ca.pem")


def test_a_missing_package_for_certificates_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error for a missing package of certificates says how to install it."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(SetupError, match=r"trialogue\[tls\]"):
        self_signed((), tmp_path / "ca.pem")
    assert not (tmp_path / "ca.pem").exists()
