// Looks how far a document has come, ever less often, and starts its download once when it is there.
// Without scripts the link "Check again" does the looking.
"use strict";

const FIRST = 700;
const MOST = 5000;
const MOST_WHEN_LONG = 30000;
const GIVE_UP = 10000;
const GONE = [403, 404];
const region = document.querySelector("[data-making]");
const progress = document.querySelector("[data-progress]");
const trouble = document.querySelector("[data-trouble]");
let pause = FIRST;

const shown = () => region.firstElementChild;
const isUnderWay = () => ["waiting", "long"].includes(shown().dataset.state);

function dress() {
  progress.hidden = shown().dataset.state !== "waiting";
  const look = region.querySelector("[data-look]");
  if (look) look.closest("p").hidden = shown().dataset.state === "waiting";
}

// Only what has changed is put in place, so that nothing is read out twice.
function show(source) {
  const fresh = new DOMParser().parseFromString(source, "text/html").getElementById("making");
  if (!fresh) throw new Error("not the state");
  const words = shown().dataset.words ?? "";
  if (fresh.dataset.state === shown().dataset.state && fresh.textContent === words) return;
  fresh.dataset.words = fresh.textContent;
  shown().replaceWith(fresh);
  dress();
}

async function look() {
  try {
    const response = await fetch(location.pathname, {
      headers: { "X-Fragment": "making" },
      redirect: "error",
      signal: AbortSignal.timeout(GIVE_UP),
    });
    if (GONE.includes(response.status)) {
      progress.hidden = true;
      trouble.hidden = false;
      trouble.textContent = "This page can no longer be opened here. Reload it to see why.";
      return;
    }
    if (!response.ok) throw new Error(response.status);
    show(await response.text());
    trouble.hidden = true;
  } catch {
    trouble.hidden = false;
    trouble.textContent = "We cannot see how far along it is: the server did not answer. This page will try again by itself.";
  }
  const download = region.querySelector("[data-download]");
  if (download) {
    location.assign(download.href);
  } else if (isUnderWay()) {
    pause = Math.min(pause * 1.3, shown().dataset.state === "long" ? MOST_WHEN_LONG : MOST);
    setTimeout(look, pause);
  }
}

if (region && isUnderWay()) {
  shown().dataset.words = shown().textContent;
  dress();
  setTimeout(look, pause);
}
