// The server: one that runs already, at VOICE_AGENT_HTTP and VOICE_AGENT_WS, or one in a process of its own, with
// sound without speech, at a port that the system chooses. `trialogue` must then be on the PATH, or be named by
// TRIALOGUE.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export async function startServer() {
  const { VOICE_AGENT_HTTP: http, VOICE_AGENT_WS: ws, TRIALOGUE: program = "trialogue" } = process.env;
  if (http && ws) {
    return { http, ws, async stop() {} };
  }
  const child = spawn(program, ["serve", "--voices", "murmur", "--quiet", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // With --quiet it prints its address, once it can be dialled, and nothing else.
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`the server ended with ${code}`))),
  ]);
  const { host } = new URL(line);
  return {
    http: `http://${host}`,
    ws: `ws://${host}`,
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
