// The app under test: an ordinary one, which knows nothing of the stand-in but its address.
import { DeepgramClient } from "@deepgram/sdk";

const SOUND = { encoding: "linear16", sample_rate: 16000 };

export function makeClient({ http, ws, ...who }) {
  const environment = { base: http, production: ws, agent: ws, agentRest: http };
  return new DeepgramClient({ environment, ...who });
}

// Ask one question, answer the functions that the agent calls, and give all that was said.
export async function converse(client, question, functions) {
  const agent = await client.agent.v1.connect();
  const said = [];
  let bytes = 0;
  let repliesDone = 0;
  const over = new Promise((resolve, reject) => {
    agent.on("close", resolve);
    agent.on("error", reject);
  });
  agent.on("message", (message) => {
    if (message instanceof Blob) {
      bytes += message.size;
      return;
    }
    switch (message.type) {
      case "Welcome":
        agent.sendSettings({
          type: "Settings",
          audio: { input: SOUND, output: { ...SOUND, container: "none" } },
          agent: {
            listen: { provider: { type: "deepgram", model: "nova-3" } },
            think: {
              provider: { type: "open_ai", model: "gpt-4o-mini" },
              functions: Object.entries(functions).map(([name, { description, parameters }]) => ({
                name,
                description,
                parameters,
              })),
            },
            speak: { provider: { type: "deepgram", model: "aura-2-thalia-en" } },
            greeting: "Hello!",
          },
        });
        break;
      case "ConversationText":
        said.push(`${message.role}: ${message.content}`);
        break;
      case "FunctionCallRequest":
        for (const { id, name, arguments: given } of message.functions) {
          const content = functions[name].call(JSON.parse(given));
          agent.sendFunctionCallResponse({ type: "FunctionCallResponse", id, name, content });
        }
        break;
      case "AgentAudioDone":
        repliesDone += 1;
        if (repliesDone === 1) {
          agent.sendInjectUserMessage({ type: "InjectUserMessage", content: question });
        } else {
          agent.close();
        }
        break;
      case "Error":
        said.push(`error: ${message.code} ${message.description}`);
        agent.close();
        break;
    }
  });
  agent.connect();
  await agent.waitForOpen();
  await over;
  return { said, bytes };
}
