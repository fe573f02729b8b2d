#!/usr/bin/env bash
# The vendor's own conformance suite for web starter apps, against the stand-in: an app of theirs whose proxy is
# unchanged but for the address, and the suite as it is published.
#
#   tests/clients/starter-contracts.sh [APP [SUITE]]
#
# APP and SUITE are repositories to clone; they are public, and need a network, as npm does. `trialogue` and node
# must be on the PATH. It is no part of the tests: those of our own are in tests/server/test_starter_contract.py.
set -euo pipefail
app=${1:-https://github.com/deepgram-starters/node-voice-agent}
suite=${2:-https://github.com/deepgram/starter-contracts}
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
reached() { for _ in $(seq 120); do (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.5; done; return 1; }

git clone -q --depth 1 "$app" "$work/app"
git clone -q --depth 1 "$suite" "$work/suite"
for each in app suite; do (cd "$work/$each" && npm install --no-audit --no-fund --silent); done

port=$(free_port)
trialogue serve --voices murmur --quiet --port "$port" >"$work/server.log" &
started+=($!)
reached "$port"

sed -i "s#wss://agent.deepgram.com#ws://127.0.0.1:$port#" "$work/app/server.js"  # the one change
grep -q "ws://127.0.0.1:$port/v1/agent/converse" "$work/app/server.js"
app_port=$(free_port)
(cd "$work/app" && DEEPGRAM_API_KEY=any HOST=127.0.0.1 PORT=$app_port exec node server.js >"$work/app.log" 2>&1) &
started+=($!)
reached "$app_port"

cd "$work/suite"
WS_URL=ws://127.0.0.1:$app_port npx vitest run interfaces/voice-agent/conformance/converse.spec.js
