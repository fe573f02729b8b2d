"use strict";
// The transcript, in which search looks and which follows the sound. Everything is set as text.
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const clean = (text) => String(text).replace(STEERING, "");
const make = (kind, name, text) => {
  const made = document.createElement(kind); if (name) made.className = name;
  if (text !== undefined) made.textContent = clean(text);
  return made;
};

class Words {
  constructor(model, seek) {
    this.model = model; this.seek = seek; this.list = document.getElementById("rows"); this.entries = []; this.current = null; this.part = null;
  }

  // Everything that is told, in order of time; built a slice at a time, so that the page answers meanwhile.
  fill(done) {
    const model = this.model; const entries = []; const filling = this.filling = Symbol("filling");
    this.list.replaceChildren(); this.entries = []; this.current = this.part = null;
    for (const each of model.words) entries.push([each.from, 2, () => this.said(each), each.to]);
    const heard = new Set(model.words.filter((each) => !each.beside).map((each) => each.turn));
    for (const each of model.turns.values()) if (!heard.has(each.turn)) entries.push([each.at, 1, () => this.silent(each)]);
    for (const each of model.agenda) if (each.title !== null) entries.push([each.at, 0, () => this.line(each.at, "agenda", each.title)]);
    for (const each of model.calls) entries.push([each.at, 3, () => this.tool(each)]);
    for (const each of model.away) entries.push([each.at, 4, () => this.line(each.at, "bad", `${model.label(each.who)} lost its session (${each.text})${each.end === null ? "" : `, back at ${clock(each.end)}`}`)]);
    for (const each of model.lanes.flatMap((lane) => lane.stays)) {
      if (each.at > 0) entries.push([each.at, 4, () => this.line(each.at, "note", `${each.label} joined`)]);
      if (each.end !== null) entries.push([each.end, 4, () => this.line(each.end, "note", `${each.label} left`)]);
    }
    for (const each of model.notes) entries.push([each.at, 5, () => this.note(each)]);
    if (model.end) entries.push([model.end.at, 6, () => this.line(model.end.at, "agenda", `Ended: ${model.end.reason}`)]);
    entries.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const slice = (begin) => {
      if (this.filling !== filling) return; // further marks have come: everything is listed again
      const rows = document.createDocumentFragment();
      for (const [at, , row, end] of entries.slice(begin, begin + 150)) { const made = row(); rows.append(made); this.entries.push({ at, end: end ?? at, row: made }); }
      this.list.append(rows);
      if (begin + 150 < entries.length) setTimeout(slice, 0, begin + 150); else done();
    };
    slice(0);
  }

  row(at, name) {
    const row = make("li", name); const when = make("button", "when", clock(at)); const body = make("div", "body");
    when.type = "button"; when.addEventListener("click", () => this.seek(at)); row.append(when, body); row.at = at;
    return [row, body];
  }

  line(at, name, text) { const [row, body] = this.row(at, name); body.append(make("span", "said", text)); return row; }

  note(each) {
    const name = { failure: "bad", warning: "warn" }[each.level] ?? "why"; const who = each.who ? `${this.model.label(each.who)}: ` : "";
    const [row, body] = this.row(each.at, "note"); body.append(make("span", `said ${name}`, `${who}${each.code}: ${each.text}`)); return row;
  }

  name(who) { const name = make("strong", "", `${this.model.label(who)} `); name.style.color = `var(--${toneOf(this.model.lane(who))})`; return name; }

  said(each) {
    const [row, body] = this.row(each.from, each.beside ? "beside" : "turn"); const said = make("span", "said");
    row.style.borderLeftColor = `var(--${toneOf(this.model.lane(each.who))})`;
    const parts = each.parts.length ? each.parts : [[each.from, 0]];
    row.parts = parts.map(([at, begin], index) => {
      const part = make("span", "", each.text.slice(begin, parts[index + 1]?.[1]).trimEnd());
      part.addEventListener("click", () => this.seek(at)); said.append(part, " "); return [at, part];
    });
    body.append(this.name(each.who), said);
    if (each.lost) { const lost = make("span", "lost", ` ${each.lost}`); lost.prepend(make("span", "hidden", " (not heard:) ")); body.append(lost); }
    body.append(make("div", "why", this.why(each)));
    return row;
  }

  why(each) {
    if (each.beside) return each.beside === "backchannel" ? "a backchannel: it takes no turn" : "beside another's turn";
    const turn = this.model.turns.get(each.turn); const sure = each.certain ? "" : "words not sure; ";
    return turn ? `${sure}turn ${turn.turn}, granted: ${turn.why}${turn.cause ? `; ended: ${turn.cause}` : ""}` : sure;
  }

  silent(turn) {
    const [row, body] = this.row(turn.at, "turn");
    body.append(this.name(turn.who), make("span", "why", `nothing was heard. Turn ${turn.turn}, granted: ${turn.why}${turn.cause ? `; ended: ${turn.cause}` : ""}`)); return row;
  }

  tool(call) {
    const [row, body] = this.row(call.at, "tool"); const more = make("details"); const took = call.end === null ? "" : ` after ${(call.end - call.at).toFixed(1)} s`;
    more.append(make("summary", "said", `${this.model.label(call.who)} calls ${call.tool}: ${call.outcome || (call.ours ? "unanswered" : "run by the service")}${call.code ? ` (${call.code})` : ""}${took}`));
    more.append(make("pre", "", call.arguments || "{}"), make("pre", "", call.content || "")); body.append(more); return row;
  }

  // Mark what is heard at `time`; scroll to it where that is wanted.
  follow(time, scroll) {
    let found = null;
    for (const entry of this.entries) { if (entry.at > time + 0.001) break; if (entry.row.parts || !found) found = entry.row; }
    if (found !== this.current) {
      this.current?.classList.remove("now"); this.current?.removeAttribute("aria-current"); found?.classList.add("now"); found?.setAttribute("aria-current", "true"); this.current = found;
      if (scroll && found) this.list.scrollTop = found.offsetTop - this.list.clientHeight / 3;
    }
    const part = found?.parts?.findLast(([at]) => at <= time + 0.001)?.[1] ?? null;
    if (part !== this.part) { this.part?.classList.remove("now"); part?.classList.add("now"); this.part = part; }
  }

  // Mark where `wanted` stands; the times of rows that have it.
  search(wanted) {
    for (const mark of this.list.querySelectorAll("mark")) mark.replaceWith(mark.textContent);
    const low = wanted.trim().toLowerCase(); const hits = [];
    for (const { at, row } of this.entries) {
      row.normalize(); if (!low || !row.textContent.toLowerCase().includes(low)) continue;
      hits.push(at); this.highlight(row, low);
    }
    return hits;
  }

  highlight(row, low) {
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT); const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    for (let node of nodes) {
      let place;
      while ((place = node.data.toLowerCase().indexOf(low)) >= 0 && node.data.toLowerCase().length === node.data.length) {
        const hit = node.splitText(place); node = hit.splitText(low.length);
        const mark = make("mark"); hit.replaceWith(mark); mark.append(hit);
      }
    }
  }
}
