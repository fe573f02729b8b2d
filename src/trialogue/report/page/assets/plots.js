"use strict";
// Measures: tables at once, plots when they come into view.
const drawTables = (tables) => {
  const place = document.getElementById("tables");
  for (const { title, head, rows } of tables) {
    const table = make("table"); table.append(make("caption", "", title));
    const top = make("tr"); for (const each of head) { const cell = make("th", "", each); cell.scope = "col"; top.append(cell); }
    const thead = make("thead"); thead.append(top); const body = make("tbody");
    for (const row of rows) {
      const line = make("tr");
      row.forEach((each, index) => { const cell = make(index ? "td" : "th", "", each); if (!index) cell.scope = "row"; line.append(cell); });
      body.append(line);
    }
    const box = make("div", "scroll"); box.tabIndex = 0; box.role = "region"; box.ariaLabel = title;
    table.append(thead, body); box.append(table); place.append(box);
  }
};

class Plots {
  constructor(plots, model, seek) {
    this.model = model; this.seek = seek; this.drawn = []; this.place = document.getElementById("plots");
    const seen = new IntersectionObserver((entries) => { if (entries.some((each) => each.isIntersecting)) { seen.disconnect(); this.show(); } }, { rootMargin: "200px" });
    this.figures = plots.map((plot) => { const figure = this.figure(plot); this.place.append(figure); return figure; });
    seen.observe(this.place);
  }

  figure(plot) {
    const figure = make("figure"); const names = make("div", "names"); const count = plot.at.length;
    figure.append(make("figcaption", "", `${plot.title}${plot.unit ? ` (${plot.unit})` : ""}`)); figure.plot = plot;
    for (const [who] of plot.series) if (who) { const name = make("span", "", this.model.label(who)); name.style.color = `var(--${toneOf(this.model.lane(who))})`; names.append(name); }
    figure.canvas = make("div"); figure.canvas.role = "img"; figure.canvas.ariaLabel = `${plot.title}: ${count} values from ${clock(plot.at[0])} to ${clock(plot.at[count - 1])}; a click goes there`;
    figure.append(names, figure.canvas); return figure;
  }

  show() { this.isShown = true; this.draw(); }

  draw() {
    if (!this.isShown) return;
    for (const each of this.drawn) each.destroy();
    this.drawn = this.figures.map((figure) => this.plot(figure));
  }

  plot(figure) {
    const plot = figure.plot; const faint = tone("faint"); const grid = { stroke: tone("line"), width: 1 };
    const axis = { stroke: faint, grid, ticks: grid };
    const stroke = (who) => tone(who ? toneOf(this.model.lane(who)) : "accent");
    const shape = { points: { paths: () => null, points: { show: true, size: 5 } }, lines: { points: { show: false } }, steps: { paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } } }[plot.shape];
    const series = plot.series.map(([who]) => ({ ...shape, stroke: stroke(who), fill: undefined, width: 2, spanGaps: true, points: { ...shape.points, fill: stroke(who) } }));
    const made = new uPlot({
      width: figure.clientWidth, height: 200, legend: { show: false }, scales: { x: { time: false } }, cursor: { drag: { x: false, y: false } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map((each) => clock(each)) }, { ...axis, size: 55 }], series: [{}, ...series],
    }, [plot.at, ...plot.series.map(([, values]) => values)], figure.canvas);
    made.over.addEventListener("click", () => this.seek(made.posToVal(made.cursor.left, "x")));
    return made;
  }
}
