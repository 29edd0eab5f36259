// Works the ticked set out as it changes: asks for the same page's result and puts it in place.
// Without scripts, or without a network, the button does it.
"use strict";

const PAUSE = 120;
const GIVE_UP = 10000;
const form = document.querySelector("[data-what-if]");
const live = document.querySelector("[data-live]");
const trouble = document.querySelector("[data-trouble]");
const button = document.querySelector("[data-work-out]");
let timer;
let asking;

const isTick = (name) => name === "step" || name === "strategy";

function address() {
  const ticks = [...new FormData(form)].filter(([name]) => isTick(name));
  const query = new URLSearchParams(ticks).toString();
  return query ? `${location.pathname}?${query}` : location.pathname;
}

// What stands on the page is not of these ticks (yet), so it cannot be made the plan.
function isOld(old) {
  const result = document.getElementById("result");
  result.setAttribute("aria-busy", old);
  const adopt = result.querySelector("[data-adopt]");
  if (adopt) adopt.disabled = old;
}

function show(source) {
  const page = new DOMParser().parseFromString(source, "text/html");
  for (const id of ["result", "running"]) {
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (!fresh) throw new Error("not the result");
    for (const box of fresh.querySelectorAll("details[data-keep-open]")) {
      box.open = old.querySelector(`details[data-keep-open="${box.dataset.keepOpen}"]`)?.open ?? false;
    }
    old.replaceWith(fresh);
  }
  live.textContent = document.getElementById("result").dataset.said;
}

async function workOut() {
  const mine = new AbortController();
  asking = mine;
  const slow = setTimeout(() => mine.abort("slow"), GIVE_UP);
  try {
    const response = await fetch(address(), {
      headers: { "X-Fragment": "result" },
      redirect: "error",
      signal: mine.signal,
    });
    if (!response.ok) throw new Error(response.status);
    const source = await response.text();
    if (asking !== mine) return;
    show(source);
    trouble.hidden = true;
    button.hidden = true;
  } catch {
    if (asking !== mine) return; // a newer one is on its way
    trouble.hidden = false;
    trouble.textContent = "Not calculated: the server did not answer. Your choices are kept. Press “Calculate” to try again.";
    button.hidden = false;
  } finally {
    clearTimeout(slow);
  }
}

if (form) {
  button.hidden = true;
  form.addEventListener("change", (event) => {
    if (!isTick(event.target.name)) return;
    document.querySelector("[data-proposed]")?.remove();
    isOld(true);
    asking?.abort();
    asking = undefined;
    clearTimeout(timer);
    history.replaceState(null, "", address());
    timer = setTimeout(workOut, PAUSE);
  });
}
