// Runs in the page that "mpm replay --html" writes: filter, search, keys.

const steps = [...document.querySelectorAll("li.step")];
const form = document.querySelector("form");
const search = form.elements.namedItem("search");
const count = document.querySelector("output");

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
      (wanted === "" || step.textContent.toLowerCase().includes(wanted));
    step.hidden = !fits;
    if (fits) shown++;
  }
  count.textContent = `${shown} of ${steps.length} steps`;
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

/** Goes to the next step that is shown, or with -1 to the one before. */
function move(by) {
  const at = steps.indexOf(current());
  for (let next = at + by; next >= 0 && next < steps.length; next += by) {
    if (steps[next].hidden) continue;
    const link = steps[next].querySelector("h2 a");
    steps[next].scrollIntoView();
    link.focus({ preventScroll: true });
    return;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target === search) {
    if (event.key === "Escape") search.blur();
    return;
  }
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") search.focus();
  else return;
  event.preventDefault();
});

// What is folded is printed too.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});

filter();
