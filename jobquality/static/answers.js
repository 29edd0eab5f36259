// Saves each answer by itself and says so only when the server has confirmed it.
// What is not confirmed stays in localStorage, keyed by assessment, and is sent again.
"use strict";

const waiting = document.querySelector("[data-waiting]");
const form = document.querySelector("[data-answers]");
const KEY = `answers:${waiting.dataset.assessment}`;
const NOTE_PAUSE = 900;
const ELSEWHERE_PAUSE = 3000;
const RETRY_FIRST = 2000;
const RETRY_MOST = 60000;
const GIVE_UP = 20000;
const TRIED_KEPT = 20;

const store = {
  all() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) || {};
    } catch {
      return {};
    }
  },
  put(slug, item) {
    this.write({ ...this.all(), [slug]: item });
  },
  drop(slug) {
    const items = this.all();
    delete items[slug];
    this.write(items);
  },
  write(items) {
    try {
      if (Object.keys(items).length) localStorage.setItem(KEY, JSON.stringify(items));
      else localStorage.removeItem(KEY);
    } catch {
      // A full or forbidden store: the answer still stands on the page and is sent from there.
    }
  },
};

// An item holds all that the server asks for, so that any page of the assessment can send it.
function post(slug, item) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("edition", item.edition);
  body.set(`${slug}-revision`, item.revision);
  body.set(`${slug}-meaning`, item.meaning);
  body.set(`${slug}-choice`, item.answer.choice);
  body.set(`${slug}-note`, item.answer.note);
  if (item.answer.is_not_sure) body.set(`${slug}-is_not_sure`, "on");
  return fetch(item.url, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(GIVE_UP),
  });
}

// For how long the server asks to be left alone, in milliseconds; never longer than we would wait.
function waitOf(response) {
  const seconds = Number(response.headers.get("Retry-After"));
  return seconds > 0 ? Math.min(seconds * 1000, RETRY_MOST) : 0;
}

class Question {
  constructor(element) {
    this.element = element;
    this.slug = element.dataset.question;
    this.status = element.querySelector("[data-status]");
    this.clearButton = element.querySelector("[data-clear]");
    // Says what was answered before and has to be confirmed; gone once a line is chosen and saved.
    this.confirmBox = element.querySelector("[data-confirm-box]");
    this.isSending = false;
    this.isBlocked = false;
    // What was sent and never confirmed: the server may have saved it all the same.
    this.tried = [];
    this.pause = RETRY_FIRST;
    element.addEventListener("change", (event) => this.changed(event.target));
    element.querySelector("textarea").addEventListener("input", () => this.later(NOTE_PAUSE));
    this.clearButton.addEventListener("click", (event) => {
      event.preventDefault();
      this.choose("");
      this.isBlocked = false;
      this.send();
      this.radios[0].focus();
    });
    this.confirmBox?.querySelector("[data-confirm]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.choose(event.currentTarget.dataset.confirm);
      this.isBlocked = false;
      this.send();
      this.chosen.focus();
    });
    this.restore();
  }

  get radios() {
    return [...this.element.querySelectorAll("input[type=radio]")];
  }

  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  field(name) {
    return this.element.querySelector(`[name="${this.slug}-${name}"]`);
  }

  get answer() {
    return {
      choice: this.chosen?.value ?? "",
      is_not_sure: this.field("is_not_sure").checked,
      note: this.field("note").value,
    };
  }

  get item() {
    return {
      answer: this.answer,
      revision: this.field("revision").value,
      meaning: this.field("meaning").value,
      edition: form.querySelector("[name=edition]").value,
      url: this.element.dataset.save,
      page: location.pathname,
      tried: this.tried,
    };
  }

  choose(value) {
    for (const radio of this.radios) radio.checked = radio.value === value;
  }

  show(answer, revision) {
    this.choose(answer.choice);
    this.field("is_not_sure").checked = answer.is_not_sure;
    this.field("note").value = answer.note;
    this.field("revision").value = revision;
  }

  say(text, kind = "") {
    this.status.textContent = text;
    this.status.className = `saved ${kind}`;
  }

  restore() {
    const item = store.all()[this.slug];
    if (!item) return;
    const drawn = this.item;
    this.tried = item.tried ?? [];
    this.show(item.answer, item.revision);
    if (item.meaning === drawn.meaning) {
      this.send();
      return;
    }
    // The answer was given to another wording: only its author can say whether it still holds.
    this.block("Not saved: the question has changed");
    const changed = "This question has changed since you answered it. Check your choice against the new wording.";
    this.ask([changed], {
      "Keep my choice": () => {
        // The box shows what is stored, so that it may be replaced.
        if (this.confirmBox) this.field("revision").value = drawn.revision;
        this.send();
      },
      "Drop it": () => this.settle(drawn.answer, drawn.revision),
    });
  }

  changed(target) {
    if (target.type === "radio") this.element.querySelector("[data-why]").open = true;
    // A note that was saved while it was typed is not sent again when the field is left.
    if (target.type === "textarea" && !store.all()[this.slug]) return;
    this.isBlocked = false;
    this.send();
  }

  later(pause) {
    clearTimeout(this.timer);
    this.keep();
    this.say("Not saved yet", "wait");
    this.timer = setTimeout(() => this.send(), pause);
  }

  keep() {
    store.put(this.slug, this.item);
    this.redraw();
  }

  redraw() {
    this.clearButton.hidden = !this.chosen;
    count();
  }

  send() {
    clearTimeout(this.timer);
    this.keep();
    if (!this.isBlocked && !this.isSending) this.sending = this.deliver();
  }

  async deliver() {
    this.isSending = true;
    this.say("Saving…", "wait");
    const sent = this.item;
    this.tried = [...this.tried, { answer: sent.answer, revision: sent.revision }].slice(-TRIED_KEPT);
    store.put(this.slug, this.item);
    try {
      const response = await post(this.slug, sent);
      const data = response.ok || [409, 422].includes(response.status) ? await response.json() : {};
      this.isSending = false;
      this.answered(response, data, JSON.stringify(sent.answer));
    } catch {
      this.isSending = false;
      this.tryAgain("Not saved yet: no connection. We will keep trying.");
    }
  }

  answered(response, data, sent) {
    if (response.ok) this.saved(data, sent);
    else if (data.problem === "conflict") this.conflict(data);
    else if (data.message) this.block(data.message);
    else if (response.status >= 500) this.tryAgain("Not saved yet: the site has a problem. We will keep trying.");
    else if (response.status === 429) this.tryAgain("Not saved yet: too many requests at once. We will try again shortly.", waitOf(response));
    else if (response.status === 404) this.block("Not saved: this browser has lost access. Open your private link again.");
    else this.block("Not saved: please reload the page. Your choice is kept on this device.");
  }

  saved(data, sent) {
    this.pause = RETRY_FIRST;
    this.tried = [];
    this.field("revision").value = data.revision;
    this.field("was").value = data.was;
    if (sent !== JSON.stringify(this.answer)) {
      this.send();
      return;
    }
    store.drop(this.slug);
    if (this.chosen) this.confirmBox?.remove();
    const time = new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    this.say(`✓ Saved ${time}`);
  }

  tryAgain(text, least = 0) {
    this.say(text, "bad");
    this.timer = setTimeout(() => this.send(), Math.max(this.pause, least));
    this.pause = Math.min(this.pause * 2, RETRY_MOST);
  }

  block(text) {
    this.isBlocked = true;
    this.say(text, "bad");
  }

  // Whether the answer found is our own, saved by an attempt whose reply was lost.
  isOwn(found) {
    return this.tried.some(
      ({ answer, revision }) =>
        Number(revision) + 1 === found.revision &&
        answer.choice === found.choice &&
        answer.is_not_sure === found.is_not_sure &&
        answer.note.trim() === found.note,
    );
  }

  conflict(data) {
    if (this.isOwn(data)) {
      this.tried = [];
      this.field("revision").value = data.revision;
      this.send();
      return;
    }
    this.block("Not saved: changed elsewhere");
    const when = new Date(data.saved_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const theirs = [`${data.by} saved on ${when}: “${data.words}”`];
    if (data.note) theirs.push(`Note: “${data.note}”`);
    this.ask([...theirs, "Your choice below is not saved."], {
      "Keep mine": () => {
        this.field("revision").value = data.revision;
        this.send();
      },
      "Use the other": () => {
        this.field("was").value = data.was;
        this.settle(data, data.revision);
        this.say("The other answer was kept");
      },
    });
  }

  settle(answer, revision) {
    this.tried = [];
    this.show(answer, revision);
    store.drop(this.slug);
    this.redraw();
    this.say("");
  }

  // Shows a question to the reader with a button for each way to settle it.
  ask(lines, ways) {
    const box = document.createElement("div");
    box.className = "dialog";
    box.setAttribute("role", "alert");
    const paragraphs = lines.map(() => document.createElement("p"));
    for (const [number, line] of lines.entries()) paragraphs[number].textContent = line;
    const row = document.createElement("p");
    row.className = "row";
    for (const [label, action] of Object.entries(ways)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn small ghost";
      button.textContent = label;
      button.addEventListener("click", () => {
        box.remove();
        this.isBlocked = false;
        action();
        (this.chosen ?? this.radios[0]).focus();
      });
      row.append(button);
    }
    box.append(...paragraphs, row);
    this.element.querySelector("[data-conflict]").replaceChildren(box);
  }
}

// Progress in the rail: this page's own answers over what the server counted elsewhere.
const total = document.querySelector("[data-answered]");
const here = document.querySelector("[data-here]");
const meter = document.querySelector("[data-meter]");
const isAnswered = (element) => Boolean(element.querySelector("input[type=radio]:checked"));
const elements = [...document.querySelectorAll("[data-question]")];
const elsewhere = total ? Number(total.dataset.answered) - elements.filter(isAnswered).length : 0;

function count() {
  const answered = elements.filter(isAnswered).length;
  if (here) here.textContent = `${answered}/${elements.length}`;
  if (!total) return;
  const asked = Number(total.dataset.asked);
  total.textContent = `${elsewhere + answered} of ${asked} answered`;
  meter.setAttribute("width", Math.floor(((elsewhere + answered) * 100) / asked));
}

const questions = elements.map((element) => new Question(element));

// Whether an answer was saved, and whether its question is asked no longer.
async function outcome(request) {
  try {
    const response = await request;
    if (response.status !== 409) return [response.ok, false];
    return [false, (await response.json()).problem === "retired"];
  } catch {
    return [false, false];
  }
}

// Answers left unconfirmed on another page are sent from here, after giving that page, should it
// still be open, the time to do so. What cannot be saved from here is settled there.
async function sendFromHere() {
  let link;
  let hasSaved = false;
  for (const [slug, item] of Object.entries(store.all())) {
    if (questions.some((question) => question.slug === slug)) continue;
    const [isSaved, isRetired] = await outcome(post(slug, item));
    // Kept, as it counts again should the move be undone; there is no page to settle it on.
    if (isRetired) continue;
    if (!isSaved) link = `${item.page}#${slug}`;
    else if (JSON.stringify(store.all()[slug]) === JSON.stringify(item)) store.drop(slug);
    hasSaved ||= isSaved;
  }
  if (link) waiting.querySelector("a").href = link;
  waiting.hidden = !link;
  // Hub and review count what the server had.
  if (hasSaved && !link && !form) location.reload();
}
setTimeout(sendFromHere, ELSEWHERE_PAUSE);

addEventListener("online", () => {
  for (const question of questions) if (store.all()[question.slug]) question.send();
  sendFromHere();
});

// The whole page is posted by its button: after what is on its way, so that it cannot collide.
form?.addEventListener("submit", async (event) => {
  for (const question of questions) clearTimeout(question.timer);
  if (!questions.some((question) => question.isSending)) return;
  event.preventDefault();
  await Promise.all(questions.map((question) => question.sending));
  form.requestSubmit(event.submitter);
});
