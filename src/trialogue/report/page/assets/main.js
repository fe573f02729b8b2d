"use strict";
// The page: data in, controls wired.
const by = (id) => document.getElementById(id);
const data = JSON.parse(by("data").textContent);
const model = new Model();
for (const mark of data.marks) model.take(mark);
model.now = Math.max(model.now, data.meeting.duration_s);
const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const lanes = new Lanes(model, Object.fromEntries(Object.entries(data.waves).map(([who, wave]) => [who, bytes(wave)])), data.rate);
const words = new Words(model, (time) => go(time));
const sound = new Sound(data.sound, model.now, () => shown());
let moment = -1; let hits = []; let hit = -1; let plots = null; let shownAt = -1;

const link = (time) => {
  const pins = lanes.pins.length ? `&pins=${lanes.pins.map((each) => each.toFixed(1)).join(",")}` : "";
  return `#t=${time.toFixed(1)}${pins}`;
};
const tell = (text) => { by("told").textContent = text; };

function shown() {
  const time = sound.time; const head = by("head"); const where = lanes.x(time);
  if (sound.playing) lanes.reveal(time);
  head.style.transform = `translateX(${sound.playing ? lanes.x(time) : where}px)`; head.hidden = where < -2 || where > lanes.width + 2;
  by("play").textContent = sound.playing ? "Pause" : "Play"; by("play").setAttribute("aria-pressed", String(sound.playing));
  by("clock").textContent = `${clock(time, 1)} / ${clock(model.now)}`;
  const slider = by("time"); slider.setAttribute("aria-valuenow", time.toFixed(1)); const holder = model.at(time).turn;
  slider.setAttribute("aria-valuetext", `${clock(time, 1)}, ${holder ? `${clean(model.label(holder.who))} has the floor` : "the floor is free"}`);
  words.follow(time, by("follow").checked);
  if (sound.failed) by("silent").textContent = "The sound cannot be played here.";
  if (Math.abs(time - shownAt) > 0.2 || !sound.playing) { shownAt = time; present(time); }
}

function present(time) {
  const here = model.at(time); const name = (each) => model.label(each.who); const rows = [];
  rows.push(["Floor", here.turn ? `${name(here.turn)}, turn ${here.turn.turn}, since ${clock(here.turn.at, 1)}` : "free"]);
  if (here.turn) rows.push(["Why granted", here.turn.why]);
  if (here.turn?.cause) rows.push(["Will end", `${here.turn.cause}, at ${clock(here.turn.end, 1)}`]);
  rows.push(["Heard", here.spans.map((each) => name(each) + (each.small ? " (backchannel)" : "")).join(", ") || "nobody"]);
  rows.push(["Queue", here.queue.map((each) => `${name(each)} for ${(time - each.at).toFixed(1)} s`).join(", ") || "empty"]);
  if (here.item?.title) rows.push(["Agenda", here.item.title]);
  if (here.calls.length) rows.push(["Tools", here.calls.map((each) => `${name(each)}: ${each.tool}`).join(", ")]);
  if (here.away.length) rows.push(["Away", here.away.map((each) => `${name(each)} (${each.text})`).join(", ")]);
  by("now").replaceChildren(...rows.flatMap(([term, text]) => [make("dt", "", term), make("dd", "", text)]));
}

function go(time, { reveal = true } = {}) {
  sound.seek(time); if (reveal) lanes.reveal(sound.time); shown();
  history.replaceState(null, "", link(sound.time));
}

// Further marks of a meeting that goes on: the lanes and the transcript grow.
function take(marks) {
  const whole = lanes.to >= model.now;
  for (const mark of marks) model.take(mark);
  lanes.strip = undefined; sound.length = model.now; by("time").setAttribute("aria-valuemax", model.now.toFixed(1));
  if (whole) lanes.to = Math.max(1, model.now);
  lanes.measure(); words.fill(shown);
}

function visit(index) {
  if (!data.moments.length) return;
  moment = (index + data.moments.length) % data.moments.length; const each = data.moments[moment];
  go(each.at);
  by("moments").querySelectorAll("button").forEach((button, place) => { if (place === moment) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current"); });
  tell(`${clock(each.at)}: ${each.who ? `${model.label(each.who)}: ` : ""}${each.text}`);
}

function showPins() {
  by("pins").replaceChildren(...lanes.pins.map((time) => {
    const item = make("li"); const anchor = make("a", "", `Pin at ${clock(time, 1)}`); const drop = make("button", "", "Remove");
    anchor.href = `#t=${time.toFixed(1)}`; anchor.addEventListener("click", (event) => { event.preventDefault(); go(time); });
    drop.type = "button"; drop.ariaLabel = `Remove the pin at ${clock(time, 1)}`;
    drop.addEventListener("click", () => { lanes.pins = lanes.pins.filter((each) => each !== time); showPins(); go(sound.time); });
    item.append(anchor, " ", drop); return item;
  }));
  lanes.draw();
}

function pin() {
  const time = Math.round(sound.time * 10) / 10;
  lanes.pins = [...new Set([...lanes.pins, time])].sort((a, b) => a - b); showPins(); go(sound.time);
  navigator.clipboard?.writeText(location.href).then(() => tell("Pinned; the link is copied"), () => tell("Pinned; the address is its link"));
}

function fromAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1)); const pins = (wanted.get("pins") ?? "").split(",").filter(Boolean).map(Number).filter(Number.isFinite);
  if (wanted.has("pins")) { lanes.pins = pins.slice(0, 100); showPins(); }
  const time = Number.parseFloat(wanted.get("t") ?? "");
  if (Number.isFinite(time)) { sound.seek(time); lanes.reveal(sound.time); shown(); return true; }
  return false;
}

function look(step) {
  if (!hits.length) return;
  hit = (hit + step + hits.length) % hits.length; by("found").textContent = `${hit + 1} of ${hits.length}`; go(hits[hit]);
}

function search() {
  hits = words.search(by("wanted").value); hit = -1; lanes.hits = hits; lanes.draw();
  by("found").textContent = by("wanted").value.trim() ? `${hits.length} found` : "";
}

const toggle = () => { if (sound.playing) sound.pause(); else sound.play().catch((error) => { by("silent").textContent = `The sound cannot be played: ${error.name}`; }); };
const zoomed = (factor) => { const time = sound.time; lanes.zoom(factor, time >= lanes.from && time <= lanes.to ? time : (lanes.from + lanes.to) / 2); shown(); };
const KEYS = {
  " ": toggle, n: () => visit(moment + 1), p: () => visit(moment - 1), "+": () => zoomed(0.5), "=": () => zoomed(0.5), "-": () => zoomed(2),
  0: () => { lanes.show(0, model.now); shown(); }, t: pin, "/": () => by("wanted").focus(),
};
const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 };

function pressed(event) {
  const typing = event.target.closest("input, select, textarea"); const pressing = event.target.closest("button, a, summary");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || (pressing && [" ", "Enter"].includes(event.key))) return;
  const inList = event.target.closest("#rows, #moments"); const step = STEPS[event.key];
  if (KEYS[event.key]) { KEYS[event.key](); }
  else if (step && !(inList && event.key.startsWith("Page"))) go(sound.time + step * (event.shiftKey ? 10 : 1));
  else if (event.target === by("time") && event.key === "Home") go(0);
  else if (event.target === by("time") && event.key === "End") go(model.now);
  else return;
  event.preventDefault();
}

// A mouse drags the time; a finger drags the view, two fingers zoom it, and a tap goes there.
function pointing() {
  const box = by("time"); const fingers = new Map(); let moved = 0;
  const place = (event) => event.clientX - box.getBoundingClientRect().left;
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    fingers.set(event.pointerId, place(event)); moved = 0; box.setPointerCapture(event.pointerId);
    if (event.pointerType === "mouse") go(lanes.timeAt(place(event)), { reveal: false });
  });
  box.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.get(event.pointerId); const x = place(event); const others = [...fingers].filter(([id]) => id !== event.pointerId);
    fingers.set(event.pointerId, x); moved += Math.abs(x - before);
    if (event.pointerType === "mouse") go(lanes.timeAt(x), { reveal: false });
    else if (others.length) { const other = others[0][1]; const apart = Math.abs(x - other); if (apart > 8) lanes.zoom(Math.abs(before - other) / apart, lanes.timeAt((x + other) / 2)); shown(); }
    else { const shift = (before - x) / lanes.width * (lanes.to - lanes.from); lanes.show(lanes.from + shift, lanes.to + shift); shown(); }
  });
  const lift = (event) => { if (event.type === "pointerup" && event.pointerType !== "mouse" && moved < 8 && fingers.size === 1) go(lanes.timeAt(place(event)), { reveal: false }); fingers.delete(event.pointerId); };
  box.addEventListener("pointerup", lift); box.addEventListener("pointercancel", lift);
  box.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) { lanes.zoom(Math.exp(event.deltaY / 300), lanes.timeAt(place(event))); }
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) { const shift = (event.deltaX || event.deltaY) / lanes.width * (lanes.to - lanes.from); lanes.show(lanes.from + shift, lanes.to + shift); }
    else return;
    event.preventDefault(); shown();
  }, { passive: false });
}

function theme() {
  const order = ["system", "light", "dark"]; const button = by("theme"); const next = order[(order.indexOf(document.documentElement.dataset.theme ?? "system") + 1) % 3];
  document.documentElement.dataset.theme = next; button.textContent = `Theme: ${next}`; redraw();
}

const redraw = () => { lanes.measure(); plots?.draw(); shown(); };

function legend() {
  const marks = [["lane-0", "heard"], ["lane-0 faded", "has the floor"], ["bad", "overlap, failure, lost session"], ["tool", "tool call"], ["warn", "interruption, warning"]];
  const made = marks.map(([name, text]) => { const each = make("span"); const swatch = make("i"); const [variable, faded] = name.split(" "); swatch.style.background = `var(--${variable})`; if (faded) swatch.style.opacity = 0.25; each.append(swatch, text); return each; });
  const small = make("span"); const outline = make("i"); outline.style.border = "1px dashed currentColor"; small.append(outline, "backchannel"); by("legend").replaceChildren(...made, small);
}

function heading() {
  const meeting = data.meeting; document.title = clean(`${meeting.name}: ${meeting.reason}`); by("name").textContent = clean(meeting.name);
  const chip = make("span", `chip ${meeting.ok ? "good" : "bad"}`, meeting.ok ? "ok" : "not ok");
  by("outcome").replaceChildren(chip, clean(` ${meeting.outcome}`));
  by("silent").textContent = data.sound ? "" : "No recording in this page.";
}

function listMoments() {
  by("moments").replaceChildren(...data.moments.map((each, place) => {
    const item = make("li"); const who = each.who ? `${model.label(each.who)}: ` : "";
    const button = make("button", { failure: "bad", fault: "bad", warning: "warn" }[each.what] ?? "", `${clock(each.at)}  ${who}${each.text}`);
    button.type = "button"; button.addEventListener("click", () => visit(place)); item.append(button); return item;
  }));
  if (!data.moments.length) by("moments").replaceChildren(make("li", "", "None: nothing failed, and there was no silence."));
}

heading(); pointing(); legend();
by("time").setAttribute("aria-valuemax", model.now.toFixed(1));
document.addEventListener("keydown", pressed);
by("play").addEventListener("click", toggle); by("worse").addEventListener("click", () => visit(moment + 1)); by("better").addEventListener("click", () => visit(moment - 1));
by("closer").addEventListener("click", () => zoomed(0.5)); by("wider").addEventListener("click", () => zoomed(2)); by("whole").addEventListener("click", KEYS[0]);
by("pin").addEventListener("click", pin); by("theme").addEventListener("click", theme); by("rate").addEventListener("change", (event) => sound.speed(Number(event.target.value)));
by("search").addEventListener("submit", (event) => { event.preventDefault(); if (!hits.length) search(); look(1); });
by("wanted").addEventListener("input", search);
window.addEventListener("hashchange", fromAddress); window.addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
matchMedia("print").addEventListener("change", () => { plots?.show(); redraw(); }); // paper has a width and colours of its own
if (!fromAddress()) { if (data.moments.length) { moment = 0; sound.seek(data.moments[0].at); } shown(); }
document.documentElement.dataset.lanes = "drawn";
setTimeout(() => {
  listMoments(); if (moment >= 0) by("moments").querySelector("button")?.setAttribute("aria-current", "true");
  words.fill(() => { drawTables(data.tables); plots = new Plots(data.plots, model, go); shown(); document.documentElement.dataset.page = "whole"; });
}, 0);
