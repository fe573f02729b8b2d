"""A customer service with functions, like the vendor's own demo: `python function_calling.py`.

One question needs two functions, the second with the result of the first; the last one ends the call with
words of the app. It needs `websockets` alone.
"""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ.get("VOICE_AGENT_URL", "wss://agent.deepgram.com/v1/agent/converse")
FAREWELL = "Thank you for calling! Have a great day!"
CUSTOMERS = {"CUST0042": {"customer_id": "CUST0042", "name": "Ada Lovelace", "phone": "+15550042"}}
ORDERS = {"CUST0042": [{"order_id": "ORD0007", "status": "shipped"}]}


def function(name, description, required, **properties):
    """A function in the form of the service."""
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"name": name, "description": description, "parameters": parameters}


def text(description, **more):
    """A parameter with a text."""
    return {"type": "string", "description": description, **more}


CUSTOMER_ID = text("The customer's ID, as CUST0001")
FUNCTIONS = [
    function(
        "find_customer",
        "Look up a customer by customer ID, phone number or email.",
        [],
        customer_id=CUSTOMER_ID,
        phone=text("Phone number with the country's code, as +15551234567"),
        email=text("Email address"),
    ),
    function("get_orders", "Get the orders of a customer.", ["customer_id"], customer_id=CUSTOMER_ID),
    function("get_appointments", "Get a customer's appointments.", ["customer_id"], customer_id=CUSTOMER_ID),
    function(
        "end_call",
        "End the conversation when the user says goodbye or thanks.",
        ["farewell_type"],
        farewell_type=text("Which words end it", enum=["thanks", "general", "help"]),
    ),
]
SOUND = {"encoding": "linear16", "sample_rate": 16000}
SETTINGS = {
    "type": "Settings",
    "audio": {"input": SOUND, "output": {**SOUND, "container": "none"}},
    "agent": {
        "language": "en",
        "listen": {"provider": {"type": "deepgram", "model": "nova-3"}},
        "think": {
            "provider": {"type": "open_ai", "model": "gpt-4o-mini", "temperature": 0.7},
            "prompt": "You are a service for customers. Look up what they ask for.",
            "functions": FUNCTIONS,
        },
        "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
        "greeting": "Hello! How can I help you?",
    },
}


def find_customer(customer_id=None, **_):
    """The customer, or the reason why there is none."""
    return CUSTOMERS.get(customer_id, {"error": "no such customer"})


def get_orders(customer_id):
    """The orders of a customer."""
    return {"orders": ORDERS.get(customer_id, [])}


DONE_BY = {
    "find_customer": find_customer,
    "get_orders": get_orders,
    "end_call": lambda **_: {"status": "closing"},
}


async def answer(socket, call):
    """Call a function, and send its result."""
    print(f"called: {call['name']}({call['arguments']})")
    result = DONE_BY[call["name"]](**json.loads(call["arguments"]))
    response = {"id": call["id"], "name": call["name"], "content": json.dumps(result)}
    await socket.send(json.dumps({"type": "FunctionCallResponse", **response}))


async def converse():
    """Ask, wait for the answer, say goodbye, and hang up after the farewell; returns the transcript."""
    asks = ["My customer ID is CUST0042. Where are my orders?", "Goodbye."]
    said = []
    headers = {"Authorization": f"Token {os.environ.get('DEEPGRAM_API_KEY', 'none')}"}
    async with connect(URL, additional_headers=headers) as socket:
        await socket.send(json.dumps(SETTINGS))
        async for message in socket:
            if isinstance(message, bytes):
                continue
            told = json.loads(message)
            match told["type"]:
                case "ConversationText":
                    said.append(told["content"])
                    print(f"{told['role']}: {told['content']}")
                case "FunctionCallRequest":
                    (call,) = told["functions"]
                    await answer(socket, call)
                    if call["name"] == "end_call":
                        farewell = {"type": "InjectAgentMessage", "message": FAREWELL, "behavior": "queue"}
                        await socket.send(json.dumps(farewell))  # after a reply that may have begun
                case "AgentAudioDone" if FAREWELL in said:
                    return said
                case "AgentAudioDone" if asks:
                    await socket.send(json.dumps({"type": "InjectUserMessage", "content": asks.pop(0)}))
                case "Error" | "InjectionRefused":
                    raise SystemExit(f"the service says {told}")
    raise SystemExit("the service has hung up")


if __name__ == "__main__":
    assert FAREWELL in asyncio.run(asyncio.wait_for(converse(), 60))
