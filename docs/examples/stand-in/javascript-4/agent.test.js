import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { converse, makeClient } from "./agent.js";
import { startServer } from "./server.js";

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await server.stop();
});

test("the agent greets and answers", { timeout: 30_000 }, async () => {
  const { said, bytes } = await converse(makeClient(server, "any"), "Good morning");
  assert.deepEqual(said.slice(0, 2), ["assistant: Hello!", "user: Good morning"]);
  assert.match(said.slice(2).join(" "), /Good morning/);
  assert.ok(bytes > 16_000, `${bytes} bytes of sound`);
});

test("tokens are granted", { timeout: 30_000 }, async () => {
  const { result, error } = await makeClient(server, "any").auth.grantToken();
  assert.equal(error, null);
  assert.ok(result.access_token.split(".").length === 3);
});
