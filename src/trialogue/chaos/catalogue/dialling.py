"""Faults of dialling: bad addresses, and peers with wrong answers."""

from __future__ import annotations

from trialogue.chaos.catalogue.values import BadAddress, Fate, Fault
from trialogue.chaos.faulty_socket import WrongAnswer


def http(status: str, *headers: str, body: str = "") -> WrongAnswer:
    """HTTP response, whose length is that of the body after its placeholders are filled."""
    lines = [f"HTTP/1.1 {status}", *headers, "Content-Length: {length}", "", body]
    return WrongAnswer("\r\n".join(lines).encode())


def _upgraded(*headers: str, accept: str = "{accept}") -> bytes:
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    return "\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept}", *headers, "", ""]).encode()


_KEY_ECHO = '{"err_code":"INVALID_AUTH","err_msg":"{auth} is not good"}'

DIALS = (
    Fault(
        "refused",
        1,
        "no server listens at the address",
        BadAddress.REFUSED,
        Fate.RETURNS,
        "cannot reach",
        dials=2,
    ),
    Fault(
        "unknown-host",
        2,
        "the host's name is unknown",
        BadAddress.UNKNOWN_HOST,
        Fate.RETURNS,
        "cannot reach",
    ),
    Fault(
        "silent",
        3,
        "the peer accepts the connection, then sends nothing",
        WrongAnswer(is_held=True),
        Fate.RETURNS,
        r"dial\.timeout",
        notice_s=11.0,
    ),
    Fault(
        "closed-at-once",
        4,
        "the peer closes the connection without an answer",
        WrongAnswer(),
        Fate.RETURNS,
        "without an answer",
    ),
    Fault(
        "unauthorized",
        7,
        "the peer answers 401 and repeats the key",
        http("401 Unauthorized", body=_KEY_ECHO),
        Fate.FAILS,
        "answered 401",
    ),
    Fault("no-credit", 7, "the peer answers 402", http("402 Payment Required"), Fate.FAILS, "answered 402"),
    Fault("forbidden", 7, "the peer answers 403", http("403 Forbidden"), Fate.FAILS, "answered 403"),
    Fault("not-found", 7, "the peer answers 404", http("404 Not Found"), Fate.FAILS, "answered 404"),
    Fault(
        "too-many",
        8,
        "the peer answers 429 with Retry-After: 7",
        http("429 Too Many", "Retry-After: 7"),
        Fate.RETURNS,
        "answered 429",
    ),
    Fault(
        "broken-500",
        9,
        "the peer answers 500",
        http("500 Internal Server Error"),
        Fate.RETURNS,
        "answered 500",
    ),
    Fault("broken-502", 9, "the peer answers 502", http("502 Bad Gateway"), Fate.RETURNS, "answered 502"),
    Fault(
        "broken-503",
        9,
        "the peer answers 503 twice",
        http("503 Unavailable"),
        Fate.RETURNS,
        "answered 503",
        dials=2,
    ),
    Fault(
        "redirected",
        10,
        "the peer answers 302, with another address",
        http("302 Found", "Location: ws://elsewhere/"),
        Fate.FAILS,
        "answered 302",
    ),
    Fault(
        "no-websocket",
        10,
        "the peer answers 200, with a web page",
        http("200 OK", body="<html>"),
        Fate.FAILS,
        "answered 200",
    ),
    Fault(
        "dripped",
        11,
        "the peer's answer arrives at one byte per second",
        WrongAnswer(_upgraded(), 1.0, True),
        Fate.RETURNS,
        r"dial\.timeout",
        notice_s=11.0,
    ),
    Fault(
        "no-http",
        12,
        "the peer's answer is not HTTP",
        WrongAnswer(b"SSH-2.0-OpenSSH\r\n\r\n"),
        Fate.RETURNS,
        "not HTTP",
    ),
    Fault(
        "bad-accept",
        12,
        "the peer's answer has a wrong Sec-WebSocket-Accept",
        WrongAnswer(_upgraded(accept="bm8=")),
        Fate.RETURNS,
        "valid upgrade",
    ),
    Fault(
        "huge-header",
        12,
        "the peer's answer has 200 KB of headers",
        WrongAnswer(_upgraded("X: " + "x" * 200_000)),
        Fate.RETURNS,
        "handshake",
    ),
    Fault(
        "unasked-extension",
        12,
        "the peer chooses an extension that was not offered",
        WrongAnswer(_upgraded("Sec-WebSocket-Extensions: permessage-deflate")),
        Fate.RETURNS,
        "valid upgrade",
    ),
    Fault(
        "unasked-subprotocol",
        12,
        "the peer chooses a subprotocol that was not offered",
        WrongAnswer(_upgraded("Sec-WebSocket-Protocol: chat")),
        Fate.RETURNS,
        "valid upgrade",
    ),
)
