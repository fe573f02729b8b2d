import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { converse, makeClient } from "./agent.js";
import { startServer } from "./server.js";

// Without a key of the server's own any will do.
const KEY = process.env.DEEPGRAM_API_KEY ?? "any";

const WEATHER = {
  get_weather: {
    description: "The weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    call: () => "sunny, 21 degrees",
  },
};

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await server.stop();
});

test("the agent greets, calls a function and says what came of it", { timeout: 30_000 }, async () => {
  const client = makeClient({ ...server, apiKey: KEY });
  const { said, bytes } = await converse(client, "What is the weather in Paris?", WEATHER);
  assert.deepEqual(said.slice(0, 2), ["assistant: Hello!", "user: What is the weather in Paris?"]);
  assert.match(said.slice(2).join(" "), /sunny, 21 degrees/);
  assert.ok(bytes > 16_000, `${bytes} bytes of sound`);
});

test("a granted token opens a socket as a browser shows it", { timeout: 30_000 }, async () => {
  const client = makeClient({ ...server, apiKey: KEY });
  const granted = await client.auth.v1.tokens.grant({ ttl_seconds: 60 });
  const offered = ["bearer", granted.access_token, "x-deepgram-session-id", "5"];
  const socket = new WebSocket(`${server.ws}/v1/agent/converse`, offered);
  const first = await new Promise((resolve, reject) => {
    socket.once("message", (data) => resolve(JSON.parse(data.toString())));
    socket.once("error", reject);
  });
  assert.equal(first.type, "Welcome");
  assert.equal(socket.protocol, "bearer");
  socket.close();
});

test("think models are listed, and a text is spoken as a file", { timeout: 30_000 }, async () => {
  const client = makeClient({ ...server, apiKey: KEY });
  const { models } = await client.agent.v1.settings.think.models.list();
  assert.ok(models.some(({ id }) => id === "gpt-4o-mini"));
  const speech = await client.speak.v1.audio.generate({ text: "Good morning." });
  assert.ok((await speech.arrayBuffer()).byteLength > 1000);
});
