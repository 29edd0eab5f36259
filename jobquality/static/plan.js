// Moves an action without leaving the page: by its buttons, or drawn by its grip.
// Without scripts the buttons send a plain form.
"use strict";

const status = document.querySelector("[data-order-status]");
const LOST = "The order was not saved. Please reload the page and try again.";
const GIVE_UP = 20000;

function cards(list) {
  return [...list.querySelectorAll(":scope > [data-action]")];
}

// An action at an end of its list can go no further that way.
function settle(list) {
  const all = cards(list);
  all.forEach((card, index) => {
    const up = card.querySelector("[data-order=up]");
    const down = card.querySelector("[data-order=down]");
    if (up) up.disabled = index === 0;
    if (down) down.disabled = index === all.length - 1;
  });
}

async function send(card, choice) {
  const form = card.querySelector("form.work");
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(choice)) body.set(name, value);
  try {
    const response = await fetch(card.querySelector("[data-order]").getAttribute("formaction"), {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(GIVE_UP),
    });
    if (!response.ok) throw new Error(response.status);
    status.textContent = (await response.json()).words;
    return true;
  } catch {
    status.textContent = LOST;
    status.classList.remove("sr");
    status.classList.add("notice", "bad");
    return false;
  }
}

// One request at a time, in the order of the presses: each counts from where the last one ended.
let last = Promise.resolve();

function place(card, list, before, choice) {
  const stood = card.nextElementSibling;
  const focused = document.activeElement;
  list.insertBefore(card, before);
  settle(list);
  keepFocus(card, focused);
  last = last.then(async () => {
    if (await send(card, choice)) return;
    list.insertBefore(card, stood);
    settle(list);
  });
}

// A node that moves loses the focus, and so does a button that can no longer be pressed.
function keepFocus(card, focused) {
  if (!card.contains(focused) || !focused.dataset.order) return;
  const other = focused.dataset.order === "up" ? "down" : "up";
  (focused.disabled ? card.querySelector(`[data-order=${other}]`) : focused).focus();
}

document.addEventListener("submit", (event) => {
  const direction = event.submitter?.dataset.order;
  if (!direction) return;
  event.preventDefault();
  const card = event.submitter.closest("[data-action]");
  const list = card.parentElement;
  const all = cards(list);
  const here = all.indexOf(card);
  if (direction === "up" && here > 0) place(card, list, all[here - 1], { to: "up" });
  if (direction === "down" && here < all.length - 1) place(card, list, all[here + 2] ?? null, { to: "down" });
});

// -- by pointer: mouse, pen or finger ----------------------------------------------------------

function drag(grip) {
  const card = grip.closest("[data-action]");
  const list = card.parentElement;
  let stood;
  let isHeld = false;

  const follow = (event) => {
    if (!isHeld) return;
    const edge = 60;
    if (event.clientY < edge) window.scrollBy({ top: -16, behavior: "instant" });
    if (event.clientY > window.innerHeight - edge) window.scrollBy({ top: 16, behavior: "instant" });
    const isAbove = (other) => {
      const box = other.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    };
    const under = cards(list).find(isAbove) ?? null;
    if (under !== card && under !== card.nextElementSibling) list.insertBefore(card, under);
  };
  const release = (isKept) => {
    if (!isHeld) return;
    isHeld = false;
    card.classList.remove("held");
    const now = card.nextElementSibling;
    list.insertBefore(card, stood);
    if (isKept && now !== stood) place(card, list, now, { before: now?.dataset.action ?? "" });
  };

  grip.hidden = false;
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    stood = card.nextElementSibling;
    isHeld = true;
    card.classList.add("held");
  });
  // On the document: a grip that moves in the page loses the pointer it had caught.
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", () => release(true));
  document.addEventListener("pointercancel", () => release(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") release(false);
  });
}

for (const grip of document.querySelectorAll("[data-grip]")) drag(grip);

// -- on paper ----------------------------------------------------------------------------------

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details[data-more]:not([open])")) {
    fold.open = true;
    fold.dataset.opened = "";
  }
});
window.addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-opened]")) {
    fold.open = false;
    delete fold.dataset.opened;
  }
});
