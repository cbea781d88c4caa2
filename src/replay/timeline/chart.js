// Runs in the page that "mpm timeline --html" writes: the chart above the list.

const SVG = "http://www.w3.org/2000/svg";
const figure = document.querySelector("figure");
const chart = figure.querySelector("svg");
const range = figure.querySelector(".range");

/** A row of the chart for each group of types, with its title. */
const ROWS = [
  ["Sessions", ["session", "detour"], 36],
  ["Agents", ["agent_session"], 48],
  ["Saves", ["save", "checkpoint"], 22],
  ["Commits", ["commit"], 22],
  ["Other", ["operation", "error"], 22],
];
const LABEL = 70;
const EDGE = 8;
const AXIS = 22;

const marks = steps.map((step) => ({
  step,
  type: step.dataset.type,
  from: Date.parse(step.dataset.at),
  to: Date.parse(step.dataset.end ?? step.dataset.at),
  curve: (step.dataset.context ?? "").split(" ").filter(Boolean)
    .map((point) => point.split(":").map(Number)),
}));
const first = Math.min(...marks.map(({ from }) => from));
const last = Math.max(...marks.map(({ to }) => to), first + 60_000);
let [left, right] = [first, last];

function element(name, attributes, parent = chart) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  parent.append(made);
  return made;
}

/** Steps of the axis in milliseconds: minutes, hours, days, months. */
const STEPS = [
  1,
  5,
  15,
  60,
  180,
  720,
  1440,
  10_080,
  43_200,
  129_600,
  259_200,
  525_600,
]
  .map((minutes) => minutes * 60_000);

function drawAxis(width, height, place) {
  const step = STEPS.find((one) => (right - left) / one <= width / 110) ??
    STEPS.at(-1);
  for (let at = Math.ceil(left / step) * step; at <= right; at += step) {
    const x = place(at);
    element("line", { class: "grid", x1: x, x2: x, y1: 0, y2: height - AXIS });
    const text = new Date(at).toISOString();
    element("text", { x: x + 3, y: height - 6 }).textContent = step < 86_400_000
      ? text.slice(5, 16).replace("T", " ")
      : text.slice(0, 10);
  }
}

/** Draws the events that are shown and within the range. */
function draw() {
  const width = Math.max(280, chart.clientWidth);
  const height = ROWS.reduce((sum, [, , high]) => sum + high, AXIS);
  chart.replaceChildren();
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.style.height = `${height}px`;
  const scale = (width - LABEL - EDGE) / (right - left);
  const place = (time) => LABEL + (time - left) * scale;
  drawAxis(width, height, place);
  const shown = marks.filter(({ step, from, to }) =>
    !step.hidden && to >= left && from <= right
  );
  let top = 0;
  for (const [title, types, high] of ROWS) {
    element("text", { x: 0, y: top + high / 2 + 4 }).textContent = title;
    const row = shown.filter(({ type }) => types.includes(type));
    drawRow(row, { top, high, place });
    top += high;
  }
  const text = (time) => new Date(time).toISOString().slice(0, 16);
  range.textContent = `${text(left).replace("T", " ")} to ${
    text(right).replace("T", " ")
  }`;
}

function drawRow(row, { top, high, place }) {
  const most = Math.max(
    1,
    ...row.flatMap(({ curve }) => curve.map(([, tokens]) => tokens)),
  );
  // Marks on the same pixel cover each other: one is enough.
  const taken = new Set();
  for (const mark of row) {
    const x = Math.max(LABEL, place(mark.from));
    const end = Math.max(x, place(mark.to));
    const isBar = mark.to > mark.from || mark.type === "session";
    const key = `${Math.round(x)} ${Math.round(end)}`;
    if (taken.has(key)) continue;
    taken.add(key);
    const drawn = isBar
      ? element("rect", {
        ...{ class: `mark bar ${mark.type}`, x, y: top + 4, rx: 3 },
        ...{ width: Math.max(3, end - x), height: high - 8 },
      })
      : element("circle", {
        ...{ class: `mark ${mark.type}`, cx: x, cy: top + high / 2, r: 4 },
      });
    element("title", {}, drawn).textContent =
      mark.step.querySelector("h2").textContent;
    drawn.addEventListener("click", () => show(mark.step));
    if (mark.curve.length < 2) continue;
    element("polyline", {
      class: "curve",
      points: mark.curve.filter(([time]) => time >= left && time <= right)
        .map(([time, tokens]) =>
          `${place(time)},${top + high - 4 - (high - 8) * tokens / most}`
        ).join(" "),
    });
  }
}

/** Makes the range larger or smaller around its middle, or moves it. */
function zoom(factor, shift = 0) {
  const size = Math.min(
    last - first,
    Math.max(60_000, (right - left) * factor),
  );
  const middle = (left + right) / 2 + shift * size;
  left = Math.max(first, Math.min(last - size, middle - size / 2));
  right = left + size;
  draw();
}

const ACTIONS = {
  "+": () => zoom(0.5),
  "-": () => zoom(2),
  "0": () => zoom(Infinity),
  "h": () => zoom(1, -0.25),
  "l": () => zoom(1, 0.25),
};

for (const button of figure.querySelectorAll("button")) {
  button.addEventListener("click", () => ACTIONS[button.value]());
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target === search || number !== undefined) return;
  if (Object.hasOwn(ACTIONS, event.key)) ACTIONS[event.key]();
});
document.addEventListener("filtered", draw);
addEventListener("resize", draw);
draw();
