// The app under test: an ordinary one, which knows nothing of the stand-in but its address.
import { AgentEvents, createClient } from "@deepgram/sdk";

const SOUND = { encoding: "linear16", sample_rate: 16000 };

export function makeClient({ http, ws }, key) {
  return createClient(key, {
    global: { fetch: { options: { url: http } } },
    agent: { websocket: { options: { url: ws } } },
  });
}

// Say one thing to the agent, and give all that was said once it has answered.
export async function converse(client, words) {
  const agent = client.agent();
  const said = [];
  let bytes = 0;
  let repliesDone = 0;
  const answered = new Promise((resolve, reject) => {
    agent.on(AgentEvents.Welcome, () =>
      agent.configure({
        audio: { input: SOUND, output: { ...SOUND, container: "none" } },
        agent: {
          listen: { provider: { type: "deepgram", model: "nova-3" } },
          think: { provider: { type: "open_ai", model: "gpt-4o-mini" } },
          speak: { provider: { type: "deepgram", model: "aura-2-thalia-en" } },
          greeting: "Hello!",
        },
      }),
    );
    agent.on(AgentEvents.ConversationText, ({ role, content }) => said.push(`${role}: ${content}`));
    agent.on(AgentEvents.Audio, (sound) => {
      bytes += sound.length;
    });
    agent.on(AgentEvents.AgentAudioDone, () => {
      repliesDone += 1;
      if (repliesDone === 1) {
        agent.injectUserMessage(words);
      } else {
        resolve();
      }
    });
    agent.on(AgentEvents.Error, ({ code, description, message }) =>
      reject(new Error(`${code}: ${description ?? message}`)),
    );
  });
  await answered;
  agent.disconnect();
  return { said, bytes };
}
