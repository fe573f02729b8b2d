"use strict";
// Two meetings on one axis of time: the recorded one, and the one that other rules made of it.
const by = (id) => document.getElementById(id);
const data = JSON.parse(by("data").textContent);
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const clean = (text) => String(text).replace(STEERING, "");
const make = (kind, name, text) => {
  const made = document.createElement(kind); if (name) made.className = name;
  if (text !== undefined) made.textContent = clean(text);
  return made;
};
const clock = (time, digits = 0) => {
  const whole = Math.max(0, digits ? time : Math.floor(time + 0.0005));
  const seconds = (whole % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${seconds}`;
};
const length = Math.max(1, ...data.sides.map((side) => side.duration_s));
const tones = new Map(data.lanes.map((lane, place) => [lane.who, `var(--lane-${place % 8})`]));
const label = (who) => data.lanes.find((lane) => lane.who === who)?.label ?? who;
const percent = (time) => `${(100 * time) / length}%`;
// Differences: the moment from which the meetings differ, and each different choice.
const places = [...new Set([...(data.horizon ? [data.horizon.at] : []), ...data.others.map((each) => each.at)])].sort((a, b) => a - b);
let time = data.horizon?.at ?? places[0] ?? 0; let zoom = 1; const bars = []; const heads = [];

function side(told, place) {
  const made = make("div", "side"); const title = make("h3", "", `${told.title}, ${clock(told.duration_s)}`); made.append(title);
  if (place === 0) {
    const ticks = make("div", "ticks"); ticks.ariaHidden = "true";
    for (const each of data.others) { const tick = make("i", "tick"); tick.style.left = percent(each.at); ticks.append(tick); }
    made.append(ticks);
  }
  const box = make("div", "rows"); box.style.position = "relative";
  for (const lane of data.lanes) {
    const row = make("div", "row"); row.dataset.who = lane.who; const name = make("span", "who", lane.label); name.style.color = tones.get(lane.who); row.append(name);
    for (const each of told.spans.filter((span) => span.who === lane.who)) {
      const made = place === 1 && data.horizon && each.at >= data.horizon.at - 0.0005; const bar = make("div", made ? "bar made" : "bar");
      bar.style.left = percent(each.at); bar.style.width = percent(each.end - each.at); bar.style.backgroundColor = tones.get(lane.who);
      bars.push([bar, each]); row.append(bar);
    }
    box.append(row);
  }
  const head = make("div", "head"); heads.push(head); box.append(head);
  if (data.horizon) { const part = make("div", "part"); part.style.left = percent(data.horizon.at); box.append(part); }
  made.append(box); return made;
}

function show({ reveal = true } = {}) {
  by("clock").textContent = `${clock(time, 1)} / ${clock(length)}`;
  for (const head of heads) head.style.left = percent(time);
  for (const [bar, each] of bars) bar.classList.toggle("now", each.at <= time && time < each.end);
  for (const row of by("turns").tBodies[0].rows) row.classList.toggle("now", row.spans.some((each) => each && each.at <= time && time < each.end));
  by("choices").querySelectorAll("button").forEach((button) => { if (button.at === time) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current"); });
  const lines = by("lines"); lines.setAttribute("aria-valuenow", time.toFixed(1));
  const heard = data.sides.map((told) => told.spans.filter((each) => each.at <= time && time < each.end).map((each) => label(each.who)).join(" and ") || "nobody");
  lines.setAttribute("aria-valuetext", `${clock(time, 1)}: recorded ${heard[0]}, what if ${heard[1]}`);
  if (reveal) { const x = (time / length) * by("axis").clientWidth; if (x < lines.scrollLeft || x > lines.scrollLeft + lines.clientWidth) lines.scrollLeft = x - lines.clientWidth * 0.3; }
}

function go(wanted, options) {
  time = Math.min(length, Math.max(0, wanted)); show(options); history.replaceState(null, "", `#t=${time.toFixed(1)}`);
}

function visit(step) {
  const later = places.filter((at) => at > time + 0.0005); const earlier = places.filter((at) => at < time - 0.0005);
  const found = step > 0 ? later[0] ?? places[0] : earlier.at(-1) ?? places.at(-1);
  if (found === undefined) return;
  go(found);
  const choice = data.others.find((each) => each.at === found);
  by("told").textContent = choice ? `${clock(found)}: ${clean(choice.then)} recorded, ${clean(choice.now)} what if` : `${clock(found)}: here they part`;
}

function zoomed(factor) {
  zoom = Math.min(64, Math.max(1, zoom * factor)); by("axis").style.width = `${100 * zoom}%`; by("lines").scrollLeft = (time / length) * by("axis").clientWidth - by("lines").clientWidth / 2; show();
}

function cell(each) {
  const made = make("td"); if (!each) { made.textContent = "-"; return made; }
  const name = make("strong", "", `${label(each.who)} `); name.style.color = tones.get(each.who); made.append(make("time", "", clock(each.at)), name, make("span", "", each.text)); return made;
}

function fill() {
  document.title = clean(`${data.name}: what if ${data.changes}`); by("name").textContent = clean(`${data.name}: what if ${data.changes}`);
  by("outcome").textContent = clean(data.outcome);
  by("choices").replaceChildren(...data.others.map((each) => {
    const item = make("li"); const button = make("button", "", `${clock(each.at)}  turn ${each.turn}: ${each.then} → ${each.now}`);
    button.type = "button"; button.at = each.at; button.addEventListener("click", () => go(each.at)); item.append(button); return item;
  }));
  if (!data.others.length) by("choices").replaceChildren(make("li", "", `None of ${data.asked}: at every free floor both choose the same.`));
  const rows = by("turns").tBodies[0]; const [then, now] = data.sides.map((told) => told.turns);
  for (let place = 0; place < Math.max(then.length, now.length); place++) {
    const row = make("tr", data.horizon && place + 1 >= data.horizon.turn ? "other" : ""); const head = make("th", "", String(place + 1)); head.scope = "row";
    row.spans = [then[place], now[place]]; row.append(head, cell(then[place]), cell(now[place])); rows.append(row);
  }
  for (const [name, ...values] of data.figures) { const row = make("tr"); const head = make("th", "", name); head.scope = "row"; row.append(head, ...values.map((value) => make("td", "", value))); by("figures").tBodies[0].append(row); }
  by("axis").replaceChildren(...data.sides.map(side)); by("lines").setAttribute("aria-valuemax", length.toFixed(1));
}

const KEYS = { n: () => visit(1), p: () => visit(-1), "+": () => zoomed(2), "=": () => zoomed(2), "-": () => zoomed(0.5) };
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key];
  if (KEYS[event.key]) KEYS[event.key]();
  else if (step) go(time + step * (event.shiftKey ? 10 : 1));
  else if (event.target === by("lines") && event.key === "Home") go(0);
  else if (event.target === by("lines") && event.key === "End") go(length);
  else return;
  event.preventDefault();
}

fill();
document.addEventListener("keydown", pressed);
by("next").addEventListener("click", () => visit(1)); by("back").addEventListener("click", () => visit(-1));
by("closer").addEventListener("click", () => zoomed(2)); by("wider").addEventListener("click", () => zoomed(0.5));
by("axis").addEventListener("click", (event) => go(((event.clientX - by("axis").getBoundingClientRect().left) / by("axis").clientWidth) * length, { reveal: false }));
const wanted = Number.parseFloat(new URLSearchParams(location.hash.slice(1)).get("t") ?? "");
if (Number.isFinite(wanted)) time = Math.min(length, Math.max(0, wanted));
show();
document.documentElement.dataset.page = "whole";
