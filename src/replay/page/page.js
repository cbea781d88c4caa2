// Runs in the pages that "mpm replay --html" and "mpm timeline --html" write:
// filter, search, keys.

const list = document.querySelector("ol[data-noun]");
const steps = [...list.children];
const form = document.querySelector("form");
const search = form.elements.namedItem("search");
const count = document.querySelector("output");

/** The text of each step in small letters, once it was searched. */
const texts = new Map();

function textOf(step) {
  let text = texts.get(step);
  if (text === undefined) {
    texts.set(step, text = step.textContent.toLowerCase());
  }
  return text;
}

/** Shows the steps of the types that are ticked and that hold the text. */
function filter() {
  const wanted = search.value.trim().toLowerCase();
  const types = new Set(
    [...form.querySelectorAll("input[type=checkbox]:checked")]
      .map(({ value }) => value),
  );
  let shown = 0;
  for (const step of steps) {
    const fits = types.has(step.dataset.type) &&
      (wanted === "" || textOf(step).includes(wanted));
    if (step.hidden === fits) step.hidden = !fits;
    if (fits) shown++;
  }
  count.textContent = `${shown} of ${steps.length} ${list.dataset.noun}`;
  document.dispatchEvent(new Event("filtered"));
}

let timer;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(filter, 100);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  filter();
});

/** The step at the top of the window, or the one that has the focus. */
function current() {
  const focused = document.activeElement?.closest("li.step");
  if (focused && !focused.hidden) return focused;
  return steps.find((step) =>
    !step.hidden && step.getBoundingClientRect().bottom > 80
  );
}

/** Goes to a step. */
function show(step) {
  step.scrollIntoView();
  step.querySelector("h2 a").focus({ preventScroll: true });
}

/** Goes to the next step that is shown, or with -1 to the one before. */
function move(by) {
  const at = steps.indexOf(current());
  for (let next = at + by; next >= 0 && next < steps.length; next += by) {
    if (!steps[next].hidden) return show(steps[next]);
  }
}

/** Goes to the step whose number was typed after `g`. */
let number;

function jump(key) {
  if (/^\d$/.test(key)) {
    number += key;
    count.textContent = `Go to ${number}`;
    return;
  }
  const step = document.getElementById(`step-${number}`);
  number = undefined;
  filter();
  if (key !== "Enter" || !step) return;
  step.hidden = false;
  show(step);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target === search) {
    if (event.key === "Escape") search.blur();
    return;
  }
  if (number !== undefined) jump(event.key);
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") search.focus();
  else if (event.key === "g") {
    number = "";
    count.textContent = "Go to number, then Enter";
  } else return;
  event.preventDefault();
});

// What is folded is printed too.
addEventListener("beforeprint", () => {
  for (const folded of list.querySelectorAll("details")) folded.open = true;
});

filter();
