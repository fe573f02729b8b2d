"use strict";
// The page of the control route: asks its own server, and sets everything as text.
(() => {
  const at = (id) => document.getElementById(id);
  const EVERY_MS = 1000;
  let token = decodeURIComponent(location.hash.slice(1));
  let chosen = "last";

  async function ask(method, name, body) {
    const answer = await fetch("/_trialogue/" + name, {
      method, headers: { authorization: "Bearer " + token }, body: body && JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    return said;
  }

  function cell(row, text) {
    const made = row.insertCell();
    made.textContent = text;
    return made;
  }

  function showSessions(sessions) {
    at("nobody").hidden = sessions.length > 0;
    at("sessions").hidden = sessions.length === 0;
    const rows = at("sessions").tBodies[0];
    rows.replaceChildren();
    for (const each of sessions) {
      const row = rows.insertRow();
      const name = document.createElement("button");
      name.textContent = each.id.slice(0, 8);
      name.addEventListener("click", () => { chosen = each.id; look(); });
      row.insertCell().append(name);
      row.setAttribute("aria-selected", String(each.id === chosen));
      cell(row, each.path + (each.query ? "?" + each.query : ""));
      cell(row, each.messages);
      cell(row, each.faults.join(", "));
      cell(row, each.ended ? "over" : "goes on");
    }
  }

  function showSaid(said) {
    at("said").replaceChildren(...said.map((each) => {
      const line = document.createElement("li");
      const what = each.type === "sound" ? `${each.bytes} bytes of sound` : JSON.stringify(each.message);
      line.className = each.by;
      line.textContent = `${each.at_s.toFixed(2)} ${each.by}: ${what}`;
      return line;
    }));
  }

  async function look() {
    try {
      const sessions = await ask("GET", "sessions");
      at("desk").hidden = false;
      showSessions(sessions);
      const isThere = sessions.some((each) => each.id === chosen);
      if (!isThere) chosen = "last";
      showSaid(sessions.length ? (await ask("GET", "sessions/" + chosen)).said : []);
      at("trouble").textContent = "";
    } catch (fault) {
      at("trouble").textContent = fault.message;
    }
  }

  function on(id, name, bodyOf) {
    at(id).addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await ask("POST", name, bodyOf(Object.fromEntries(new FormData(event.target))));
        at("trouble").textContent = "";
      } catch (fault) {
        at("trouble").textContent = fault.message;
      }
      await look();
    });
  }

  async function enter() {
    await look();
    if (at("desk").hidden) return;
    const faults = await ask("GET", "faults");
    at("fault").elements.fault.replaceChildren(...faults.map((each) => {
      const option = document.createElement("option");
      option.value = each.name;
      option.textContent = `${each.name}: ${each.what}`;
      return option;
    }));
    setInterval(look, EVERY_MS);
  }

  on("say", "say", (said) => said);
  on("user", "user", (said) => ({ say: said.say }));
  on("fault", "faults", (said) => ({ fault: said.fault, session: "last", after: 0 }));
  on("latency", "latency", (said) => ({ seconds: Number(said.seconds) }));
  on("reset", "reset", () => ({}));
  at("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    token = at("token").value;
    enter();
  });
  if (token) enter();
})();
