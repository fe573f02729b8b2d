// The server, in a process of its own: sound without speech, at a port that the system chooses.
// `trialogue` must be on the PATH, or be named by TRIALOGUE.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export async function startServer() {
  const program = process.env.TRIALOGUE ?? "trialogue";
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
