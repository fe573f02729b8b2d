"use strict";
// The page of the control route: asks its own server, and sets everything as text.
// Unchanged rows are not drawn again: focus and selected text stay.
(() => {
  const at = (id) => document.getElementById(id);
  const EVERY_MS = 1000;
  const NEWEST = "last";
  let token = decodeURIComponent(location.hash.slice(1));
  let chosen = NEWEST;
  let shown = "";
  let timer = 0;

  async function ask(method, name, body) {
    let answer;
    try {
      answer = await fetch("/_trialogue/" + name, {
        method, headers: { authorization: "Bearer " + token }, body: body && JSON.stringify(body),
      });
    } catch {
      throw new Error("The server does not answer.");
    }
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    return said;
  }

  // An error of an order is shown until the next order, an error of a look until one succeeds.
  const troubles = { order: "", look: "" };
  function tell(of, trouble) {
    troubles[of] = trouble;
    const told = troubles.order || troubles.look;
    if (at("trouble").textContent !== told) at("trouble").textContent = told;
  }

  // Rows of a table: a row is filled again only if its key has changed.
  function fill(body, keys, draw) {
    while (body.rows.length > keys.length) body.deleteRow(-1);
    keys.forEach((key, index) => {
      const row = body.rows[index] || body.insertRow();
      if (row.dataset.key === key) return;
      row.dataset.key = key;
      row.replaceChildren();
      draw(row, index);
    });
  }

  function cell(row, text) {
    const made = row.insertCell();
    made.textContent = text;
    return made;
  }

  function showSessions(sessions) {
    at("nobody").hidden = sessions.length > 0;
    at("sessions").hidden = sessions.length === 0;
    const newestFirst = sessions.slice().reverse();
    fill(at("sessions").tBodies[0], newestFirst.map((each) => JSON.stringify([each, each.id === shown])), (row, index) => {
      const each = newestFirst[index];
      const name = document.createElement("button");
      name.textContent = each.id.slice(0, 8);
      name.title = each.id;
      name.addEventListener("click", () => { chosen = each.id; look(); });
      row.insertCell().append(name);
      if (each.id === shown) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
      cell(row, each.path + (each.query ? "?" + each.query : ""));
      cell(row, each.messages);
      cell(row, each.faults.join(", "));
      cell(row, each.ended ? "ended" : "open");
    });
  }

  function words(each) {
    if (each.type === "sound") return `${each.bytes.toLocaleString("en")} bytes`;
    if (typeof each.message !== "object") return each.message;
    const { type, ...rest } = each.message;
    return Object.keys(rest).length ? JSON.stringify(rest) : "";
  }

  function showSession(session) {
    at("shown").hidden = !session;
    if (!session) return;
    at("shown-title").textContent = `Session ${session.id.slice(0, 8)}${session.ended ? ", ended" : ""}`;
    at("newest").hidden = chosen === NEWEST;
    for (const id of ["say", "user", "fault"]) at(id).hidden = Boolean(session.ended);
    const said = session.said;
    fill(at("said").tBodies[0], said.map((each) => session.id + JSON.stringify(each)), (row, index) => {
      const each = said[index];
      row.className = each.by;
      cell(row, each.at_s.toFixed(2));
      cell(row, each.by);
      const what = row.insertCell();
      const type = document.createElement("b");
      type.textContent = each.type || "?";
      what.append(type, " ", words(each));
    });
  }

  async function look() {
    try {
      const sessions = await ask("GET", "sessions");
      at("desk").hidden = false;
      at("enter").hidden = true;
      if (!sessions.some((each) => each.id === chosen)) chosen = NEWEST;
      shown = chosen === NEWEST && sessions.length ? sessions[sessions.length - 1].id : chosen;
      showSessions(sessions);
      showSession(sessions.length ? await ask("GET", "sessions/" + shown) : null);
      tell("look", "");
      return true;
    } catch (fault) {
      at("enter").hidden = !at("desk").hidden;
      tell("look", fault.message);
      return false;
    }
  }

  function on(id, name, bodyOf) {
    at(id).addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = event.target;
      try {
        await ask("POST", name, bodyOf(Object.fromEntries(new FormData(form))));
      } catch (fault) {
        tell("order", fault.message);
        return;
      }
      tell("order", "");
      for (const field of form.querySelectorAll("input:not([type])")) field.value = "";
      await look();
    });
  }

  async function enter() {
    if (!await look()) return;
    const faults = await ask("GET", "faults");
    for (const id of ["fault", "next"]) {
      at(id).elements.fault.replaceChildren(...faults.map((each) => {
        const option = document.createElement("option");
        option.value = each.name;
        option.textContent = `${each.name}: ${each.what}`;
        return option;
      }));
    }
    clearInterval(timer);
    timer = setInterval(look, EVERY_MS);
  }

  on("say", "say", (said) => ({ ...said, session: shown }));
  on("user", "user", (said) => ({ ...said, session: shown }));
  on("fault", "faults", (said) => ({ ...said, session: shown, after: 0 }));
  on("next", "faults", (said) => said);
  on("latency", "latency", (said) => ({ seconds: Number(said.seconds) }));
  on("reset", "reset", () => ({}));
  at("newest").addEventListener("click", () => { chosen = NEWEST; look(); });
  at("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    token = at("token").value;
    enter();
  });
  if (token) enter();
})();
