"use strict";
// Sorts the runs by the column whose head is pressed; by figures where the cells have any.
document.title = JSON.parse(document.getElementById("data").textContent).title;
const table = document.getElementById("runs"); const body = table.tBodies[0];
const key = (row, column) => {
  const cell = row.cells[column]; const value = cell?.dataset.value;
  return value === undefined ? cell?.textContent ?? "" : value === "" ? -Infinity : Number(value);
};
for (const head of table.tHead.rows[0].cells) {
  head.querySelector("button").addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...body.rows].sort((a, b) => {
      const left = key(a, head.cellIndex); const right = key(b, head.cellIndex);
      return (up ? 1 : -1) * (typeof left === "number" && typeof right === "number" ? left - right || 0 : String(left).localeCompare(String(right)));
    });
    body.append(...rows);
  });
}
