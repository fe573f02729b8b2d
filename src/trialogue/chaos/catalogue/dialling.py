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
        "nobody listens at the address",
        BadAddress.REFUSED,
        Fate.RETURNS,
        "cannot reach",
        dials=2,
    ),
    Fault(
        "unknown-host",
        2,
        "the name of the host is not known",
        BadAddress.UNKNOWN_HOST,
        Fate.RETURNS,
        "cannot reach",
    ),
    Fault(
        "silent",
        3,
        "the peer accepts, then says nothing",
        WrongAnswer(is_held=True),
        Fate.RETURNS,
        r"dial\.timeout",
        notice_s=11.0,
    ),
    Fault(
        "closed-at-once",
        4,
        "the peer closes before its answer",
        WrongAnswer(),
        Fate.RETURNS,
        "without an answer",
    ),
    Fault(
        "unauthorized",
        7,
        "401, and the key echoed",
        http("401 Unauthorized", body=_KEY_ECHO),
        Fate.FAILS,
        "401",
    ),
    Fault("no-credit", 7, "402", http("402 Payment Required"), Fate.FAILS, "402"),
    Fault("forbidden", 7, "403", http("403 Forbidden"), Fate.FAILS, "403"),
    Fault("not-found", 7, "404", http("404 Not Found"), Fate.FAILS, "404"),
    Fault(
        "too-many", 8, "429 with Retry-After: 7", http("429 Too Many", "Retry-After: 7"), Fate.RETURNS, "429"
    ),
    Fault("broken-500", 9, "500", http("500 Internal Server Error"), Fate.RETURNS, "500"),
    Fault("broken-502", 9, "502", http("502 Bad Gateway"), Fate.RETURNS, "502"),
    Fault("broken-503", 9, "503 twice", http("503 Unavailable"), Fate.RETURNS, "503", dials=2),
    Fault(
        "redirected",
        10,
        "302 to elsewhere",
        http("302 Found", "Location: ws://elsewhere/"),
        Fate.FAILS,
        "302",
    ),
    Fault("no-websocket", 10, "200 and a page", http("200 OK", body="<html>"), Fate.FAILS, "answered 200"),
    Fault(
        "dripped",
        11,
        "the upgrade at a byte a second",
        WrongAnswer(_upgraded(), 1.0, True),
        Fate.RETURNS,
        r"dial\.timeout",
        notice_s=11.0,
    ),
    Fault(
        "no-http",
        12,
        "an answer that is no HTTP",
        WrongAnswer(b"SSH-2.0-OpenSSH\r\n\r\n"),
        Fate.RETURNS,
        "not HTTP",
    ),
    Fault(
        "bad-accept",
        12,
        "an answer to another key",
        WrongAnswer(_upgraded(accept="bm8=")),
        Fate.RETURNS,
        "valid upgrade",
    ),
    Fault(
        "huge-header",
        12,
        "200 KB of headers",
        WrongAnswer(_upgraded("X: " + "x" * 200_000)),
        Fate.RETURNS,
        "handshake",
    ),
    Fault(
        "unasked-extension",
        12,
        "an extension that was not offered",
        WrongAnswer(_upgraded("Sec-WebSocket-Extensions: permessage-deflate")),
        Fate.RETURNS,
        "valid upgrade",
    ),
    Fault(
        "unasked-subprotocol",
        12,
        "a subprotocol that was not offered",
        WrongAnswer(_upgraded("Sec-WebSocket-Protocol: chat")),
        Fate.RETURNS,
        "valid upgrade",
    ),
)
