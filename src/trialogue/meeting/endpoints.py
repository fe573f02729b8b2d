"""Endpoints for thinking and speaking outside an agent's service, as far as the operator allows them.

1. The vendor or the embedded server sends the endpoint the scenario's headers and everything said in the
   meeting: so a scenario alone cannot choose it.
2. The vendor's hosts and this machine need no permission, nor a model's vendor whose key the operator has
   set; any other host is allowed by name, over TLS.
3. An address may contain secrets of the environment: only a host that the file spells out is reported.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from trialogue.errors import ScenarioError
from trialogue.model.text import safe_text
from trialogue.option_or_argument import either
from trialogue.scenario.endpoints import endpoints
from trialogue.scenario.problems import Path, path_text
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.tool_keys import HttpCall, McpCall
from trialogue.scenario.variables import environment_names, reveal
from trialogue.services import SERVICES, service_of
from trialogue.services.keys import EndpointKeys
from trialogue.tools.permissions import is_loopback, permission

_PLAIN = frozenset({"http", "ws"})
_SECURE = frozenset({"https", "wss"})


def check_endpoints(resolved: Resolved, hosts: tuple[str, ...]) -> None:
    """Raise `ScenarioError`, with line and column, for endpoints neither here nor at one of `hosts`."""
    problems = [
        f"{resolved.places.near(path)}: {path_text(path)}: {wrong}"
        for path, endpoint in _asked(resolved)
        if (wrong := why_forbidden(endpoint.url, hosts))
    ]
    if problems:
        raise ScenarioError(*problems)


def foreign_hosts(resolved: Resolved) -> tuple[str, ...]:
    """Hosts of endpoints and tools that need permission, each once; secrets in an address are not shown."""
    urls = [endpoint.url for _, endpoint in _asked(resolved) if why_forbidden(endpoint.url, ())]
    urls += [spec.action.url for spec in resolved.tools if isinstance(spec.action, HttpCall | McpCall)]
    hosts = (_host_and_scheme(url)[0] for url in urls if not environment_names(url))
    return tuple(dict.fromkeys(safe_text(host) for host in hosts if host and not is_loopback(host)))


def _asked(resolved: Resolved) -> Iterator[tuple[Path, EndpointKeys]]:
    """Endpoints that the meeting may call."""
    return endpoints(resolved.document, are_on_record=resolved.answers_for_models)


def why_forbidden(url: str, hosts: tuple[str, ...]) -> str:
    """Reason for which an address is forbidden, without secrets; empty for none."""
    host, scheme = _host_and_scheme(reveal(url, os.environ))
    if not host or scheme not in _PLAIN | _SECURE:
        return "needs a plain http://, https://, ws:// or wss:// address"
    if is_loopback(host):
        return ""
    shown = "its host" if environment_names(url) else safe_text(host)
    if not (_is_vendors(host) or host in hosts or host in given_hosts()):
        return f"{shown} is not this machine; allow it with {_permission(shown, host)}"
    return "" if scheme in _SECURE else f"{shown} must use https:// or wss://"


def allows(hosts: tuple[str, ...], url: str) -> bool:
    """Whether the embedded server may call this address: here, or at one of `hosts` over TLS."""
    host, scheme = _host_and_scheme(url)
    if is_loopback(host):
        return scheme in _SECURE | _PLAIN
    return scheme in _SECURE and host in (*hosts, *given_hosts())


def given_hosts() -> tuple[str, ...]:
    """Hosts that this process's environment permits, by the keys that are set."""
    services = (service_of(name) for name in SERVICES)
    return tuple(host for service in services for host in service.permitted_hosts(os.environ))


def _is_vendors(host: str) -> bool:
    """Whether it is a host of a listed service, which gets its agents' words in any case."""
    listed = (service_of(name).hosted for name in SERVICES)
    domains = (hosted.domain for hosted in listed if hosted is not None)
    return any(f".{host}".endswith(f".{domain}") for domain in domains)


def _permission(shown: str, host: str) -> str:
    if shown == host:
        return permission("host", host)
    return either("--allow-host", "Permissions(hosts=...)")


def _host_and_scheme(url: str) -> tuple[str, str]:
    """Host and scheme of an address; both are empty for an invalid one, or one with a user name."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    is_plain = url.isprintable() and "\\" not in url and parts.username is None
    return (parts.hostname or "", parts.scheme) if is_plain else ("", "")
