"use strict";
// What is known of the meeting. `take` adds one mark; marks come in one by one, from the file or, later, live.
class Model {
  constructor() {
    this.lanes = []; this.turns = new Map(); this.spans = []; this.words = []; this.queue = []; this.calls = [];
    this.away = []; this.notes = []; this.agenda = []; this.attempts = []; this.end = null; this.now = 0;
    this.spanOf = new Map(); this.callOf = new Map(); this.wordsOf = new Map();
  }

  take(mark) {
    const rule = Model.RULES[mark.k];
    if (rule) rule(this, mark);
    for (const at of [mark.at, mark.to]) if (at > this.now) this.now = at;
  }

  lane(who) { return this.lanes.findIndex((lane) => lane.who === who); }

  label(who) { const lane = this.lanes[this.lane(who)]; return lane ? lane.label : who; }

  // Stretches with silence (0) or with two voices or more, from the first moment to the last.
  voices() {
    const steps = [];
    for (const span of this.spans) steps.push([span.at, 1], [span.end ?? this.now, -1]);
    steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const found = []; let since = 0; let count = 0;
    for (const [at, change] of [...steps, [this.now, 0]]) {
      if (at > since && count !== 1) found.push({ at: since, end: at, count });
      since = Math.max(since, at); count += change;
    }
    return found;
  }

  at(time) {
    const within = (each) => each.at <= time && time < (each.end ?? Infinity);
    return {
      turn: [...this.turns.values()].findLast(within), spans: this.spans.filter(within),
      queue: this.queue.filter(within), calls: this.calls.filter(within), away: this.away.filter(within),
      item: this.agenda.findLast((each) => each.at <= time),
    };
  }
}

const close = (list, who, at) => {
  const last = list.findLast((each) => each.who === who && each.end === null);
  if (last) last.end = at;
};

Model.RULES = {
  lane(model, mark) {
    const place = model.lane(mark.who); const stays = [...(model.lanes[place]?.stays ?? []), { ...mark, end: null }];
    if (place < 0) model.lanes.push({ ...mark, stays }); else model.lanes[place] = { ...mark, stays };
  },
  left(model, mark) { const lane = model.lanes[model.lane(mark.who)]; if (lane) close(lane.stays, mark.who, mark.at); },
  grant(model, mark) { close(model.queue, mark.who, mark.at); model.turns.set(mark.turn, { ...mark, end: null, cause: "" }); },
  over(model, mark) { const turn = model.turns.get(mark.turn); if (turn) { turn.end = mark.at; turn.cause = mark.cause; } },
  on(model, mark) { const span = { ...mark, end: null, small: false }; model.spans.push(span); model.spanOf.set(mark.id, span); },
  off(model, mark) { const span = model.spanOf.get(mark.id); if (span) span.end = mark.at; },
  words(model, mark) {
    const key = mark.beside ? `${mark.who} ${mark.from}` : mark.turn;
    if (!model.wordsOf.has(key)) model.words.push(mark); else model.words[model.words.indexOf(model.wordsOf.get(key))] = mark;
    model.wordsOf.set(key, mark);
  },
  ask(model, mark) {
    if (!model.queue.some((each) => each.who === mark.who && each.end === null)) model.queue.push({ ...mark, end: null });
  },
  unask(model, mark) { close(model.queue, mark.who, mark.at); },
  call(model, mark) { const call = { ...mark, end: null, outcome: "" }; model.calls.push(call); model.callOf.set(mark.id, call); },
  result(model, mark) { const call = model.callOf.get(mark.id); if (call) Object.assign(call, { end: mark.at, outcome: mark.outcome, code: mark.code, content: mark.content }); },
  away(model, mark) { model.away.push({ ...mark, end: null }); },
  back(model, mark) { close(model.away, mark.who, mark.at); },
  note(model, mark) { model.notes.push(mark); },
  fault(model, mark) { model.notes.push({ ...mark, level: "failure", code: "fault" }); },
  agenda(model, mark) { model.agenda.push(mark); },
  attempt(model, mark) {
    model.attempts.push(mark);
    if (mark.outcome === "backchannel") for (const span of model.spans) if (span.who === mark.who && Math.abs(span.at - mark.at) < 0.002) span.small = true;
  },
  end(model, mark) { model.end = mark; for (const each of model.queue) each.end ??= mark.at; },
  close(model, mark) { for (const list of [model.away, model.queue]) for (const each of list) each.end ??= mark.at; },
};
