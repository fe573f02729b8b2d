"use strict";
// The lanes: a canvas that shows the part of the meeting between `from` and `to`.
const probe = document.getElementById("probe");
const tone = (name) => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
const toneOf = (lane) => `lane-${Math.max(0, lane) % 8}`;
const clock = (time, digits = 0) => {
  const whole = Math.max(0, digits ? time : Math.floor(time + 0.0005));
  const hours = Math.floor(whole / 3600); const minutes = Math.floor(whole / 60) % 60;
  const seconds = (whole % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  return `${hours ? `${hours}:` : ""}${String(minutes).padStart(2, "0")}:${seconds}`;
};

class Lanes {
  constructor(model, waves, rate) {
    this.model = model; this.waves = waves; this.rate = rate; this.from = 0; this.to = Math.max(1, model.now);
    this.canvas = document.getElementById("canvas"); this.box = document.getElementById("time");
    this.labels = document.getElementById("labels"); this.hits = []; this.pins = [];
    this.measure();
  }

  rows() {
    const narrow = this.box.clientWidth < 560; const rows = [["ruler", 22, ""]];
    if (this.model.agenda.length) rows.push(["agenda", 20, "Agenda"]);
    this.model.lanes.forEach((lane, place) => rows.push([place, narrow ? 36 : this.model.lanes.length > 8 ? 34 : 46, lane.label]));
    rows.push(["floor", 16, "Floor"]);
    if (this.model.queue.length) rows.push(["queue", 8 + 5 * Math.min(4, this.model.lanes.length), "Queue"]);
    rows.push(["voices", 18, "Voices"]);
    if (this.model.notes.length) rows.push(["notes", 16, "Notes"]);
    return rows;
  }

  measure() {
    const places = this.rows(); let top = 0;
    this.places = new Map(places.map(([key, height]) => { const place = [key, { top, height }]; top += height; return place; }));
    this.height = top; this.width = this.box.clientWidth;
    const sharp = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * sharp); this.canvas.height = Math.round(top * sharp);
    this.canvas.style.height = `${top}px`;
    this.pen = this.canvas.getContext("2d"); this.pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    this.labels.replaceChildren(...places.map(([key, height, text]) => {
      const label = document.createElement("div"); const inner = document.createElement("span");
      label.className = typeof key === "number" ? "lane" : "row"; label.style.height = `${height}px`;
      if (typeof key === "number") label.style.color = `var(--${toneOf(key)})`;
      inner.textContent = text; inner.title = text; label.append(inner); return label;
    }));
    this.draw();
  }

  x(time) { return (time - this.from) / (this.to - this.from) * this.width; }

  timeAt(x) { return Math.min(this.model.now, Math.max(0, this.from + x / Math.max(1, this.width) * (this.to - this.from))); }

  show(from, to) {
    const whole = Math.max(1, this.model.now); const length = Math.min(whole, Math.max(2, to - from));
    this.from = Math.min(Math.max(0, from), whole - length); this.to = this.from + length;
    this.draw();
  }

  zoom(factor, around) {
    const length = (this.to - this.from) * factor; const part = (around - this.from) / (this.to - this.from);
    this.show(around - length * part, around + length * (1 - part));
  }

  reveal(time) {
    const length = this.to - this.from;
    if (time < this.from || time > this.to) this.show(time - length * 0.2, time + length * 0.8);
  }

  seen(list) { return list.filter((each) => each.at <= this.to && (each.end ?? this.model.now) >= this.from); }

  bar(each, top, height, least = 1) {
    const left = this.x(each.at); const width = Math.max(least, this.x(each.end ?? this.model.now) - left);
    this.pen.fillRect(left, top, width, height);
  }

  draw() {
    const pen = this.pen; this.tones = this.model.lanes.map((_, place) => tone(toneOf(place)));
    this.ink = tone("ink"); this.faint = tone("faint"); this.line = tone("line"); this.bad = tone("bad"); this.warn = tone("warn"); this.tool = tone("tool");
    pen.clearRect(0, 0, this.width, this.height); pen.font = "11px system-ui, sans-serif"; pen.textBaseline = "middle";
    for (const { top } of this.places.values()) { pen.fillStyle = this.line; pen.fillRect(0, top, this.width, 1); }
    this.drawRuler(); this.drawAgenda();
    this.model.lanes.forEach((lane, place) => this.drawLane(lane, place));
    this.drawFloor(); this.drawQueue(); this.drawVoices(); this.drawNotes();
  }

  drawRuler() {
    const { top, height } = this.places.get("ruler"); const pen = this.pen;
    const wanted = (this.to - this.from) / Math.max(2, this.width / 90);
    const step = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200].find((each) => each >= wanted) ?? 3600;
    pen.fillStyle = this.faint;
    for (let time = Math.ceil(this.from / step) * step; time <= this.to; time += step) {
      pen.fillRect(this.x(time), top + height - 5, 1, 5); pen.fillText(clock(time, step < 1 ? 1 : 0), this.x(time) + 3, top + 9);
    }
    pen.fillStyle = tone("warn");
    for (const time of this.hits) pen.fillRect(this.x(time), top, 2, height);
    pen.fillStyle = tone("accent");
    for (const time of this.pins) { const x = this.x(time); pen.beginPath(); pen.moveTo(x - 5, top); pen.lineTo(x + 5, top); pen.lineTo(x, top + 9); pen.fill(); }
  }

  drawAgenda() {
    const place = this.places.get("agenda"); if (!place) return;
    const points = this.model.agenda; const pen = this.pen;
    points.forEach((each, index) => {
      if (each.title === null) return;
      const end = points[index + 1]?.at ?? this.model.now; const left = Math.max(0, this.x(each.at)); const right = Math.min(this.width, this.x(end));
      if (right <= left) return;
      pen.save(); pen.beginPath(); pen.rect(left, place.top, right - left, place.height); pen.clip();
      pen.fillStyle = tone("band"); pen.fillRect(left + 1, place.top + 2, right - left - 2, place.height - 3);
      pen.fillStyle = this.ink; pen.fillText(clean(each.title), left + 5, place.top + place.height / 2 + 1); pen.restore();
    });
  }

  drawLane(lane, place) {
    const { top, height } = this.places.get(place); const pen = this.pen; const middle = top + height / 2; const who = lane.who;
    const mine = (list) => this.seen(list).filter((each) => each.who === who);
    pen.globalAlpha = 0.14; pen.fillStyle = this.tones[place];
    for (const turn of mine([...this.model.turns.values()])) this.bar(turn, top + 1, height - 1);
    pen.globalAlpha = 0.3; pen.fillStyle = this.bad;
    for (const away of mine(this.model.away)) this.bar(away, top + 1, height - 1, 3);
    pen.fillStyle = this.tones[place];
    for (const span of mine(this.model.spans)) {
      if (span.small) { this.outline(span, top + 4, height - 9); continue; }
      pen.globalAlpha = 0.38; this.bar(span, top + 5, height - 11);
    }
    pen.globalAlpha = 1; this.drawWave(place, who, middle, (height - 10) / 2);
    for (const call of mine(this.model.calls)) {
      pen.fillStyle = ["failed", "timed-out", "unknown"].includes(call.outcome) ? this.bad : this.tool; this.bar(call, top + height - 5, 4, 4);
    }
    for (const each of this.model.attempts) {
      if (each.who !== who || each.outcome === "backchannel" || each.at < this.from || each.at > this.to) continue;
      const x = this.x(each.at); pen.fillStyle = pen.strokeStyle = this.warn;
      pen.beginPath(); pen.moveTo(x, top + 9); pen.lineTo(x - 4, top + 2); pen.lineTo(x + 4, top + 2); pen.closePath();
      if (each.outcome === "succeeded") pen.fill(); else pen.stroke();
    }
    pen.fillStyle = this.faint;
    for (const stay of lane.stays) {
      if (stay.at > 0) pen.fillRect(this.x(stay.at), top, 1, height);
      if (stay.end !== null) pen.fillRect(this.x(stay.end), top, 1, height);
    }
  }

  outline(span, top, height) {
    const left = this.x(span.at); const pen = this.pen; pen.globalAlpha = 1; pen.lineWidth = 1.5; pen.strokeStyle = pen.fillStyle;
    pen.setLineDash([3, 2]); pen.strokeRect(left, top, Math.max(4, this.x(span.end ?? this.model.now) - left), height); pen.setLineDash([]);
  }

  drawWave(place, who, middle, reach) {
    const wave = this.waves[who]; const pen = this.pen; if (!wave) return;
    const step = (this.to - this.from) / this.width * this.rate; const begin = this.from * this.rate;
    pen.fillStyle = this.tones[place]; pen.beginPath();
    for (let x = 0; x < this.width; x++) {
      let loud = 0; const first = Math.floor(begin + x * step); const last = Math.max(first + 1, Math.floor(begin + (x + 1) * step));
      for (let index = first; index < last && index < wave.length; index++) if (wave[index] > loud) loud = wave[index];
      if (loud > 1) { const half = Math.max(0.5, Math.sqrt(loud / 255) * reach); pen.rect(x, middle - half, 1, 2 * half); }
    }
    pen.fill();
  }

  drawFloor() {
    const { top, height } = this.places.get("floor");
    for (const turn of this.seen([...this.model.turns.values()])) { this.pen.fillStyle = this.tones[this.model.lane(turn.who)] ?? this.faint; this.bar(turn, top + 3, height - 5); }
  }

  drawQueue() {
    const place = this.places.get("queue"); if (!place) return;
    const rows = Math.min(4, this.model.lanes.length);
    for (const each of this.seen(this.model.queue)) {
      const lane = this.model.lane(each.who); this.pen.fillStyle = this.tones[lane] ?? this.faint;
      this.bar(each, place.top + 4 + 5 * (Math.max(0, lane) % rows), 4, 3);
    }
  }

  drawVoices() {
    const { top, height } = this.places.get("voices"); this.strip ??= this.model.voices();
    for (const each of this.seen(this.strip)) {
      const silent = each.count === 0; if (silent && each.end - each.at < 0.2) continue;
      this.pen.globalAlpha = silent ? 0.45 : 1; this.pen.fillStyle = silent ? this.faint : this.bad; this.bar(each, silent ? top + height / 2 : top + 2, silent ? 2 : height - 3);
    }
    this.pen.globalAlpha = 1;
  }

  drawNotes() {
    const place = this.places.get("notes"); if (!place) return;
    const order = { note: 0, warning: 1, failure: 2 };
    for (const note of [...this.seen(this.model.notes)].sort((a, b) => order[a.level] - order[b.level])) {
      this.pen.fillStyle = { failure: this.bad, warning: this.warn }[note.level] ?? this.faint;
      this.pen.beginPath(); this.pen.arc(this.x(note.at), place.top + place.height / 2, note.level === "note" ? 2 : 4, 0, 7); this.pen.fill();
    }
  }
}
