// Digits from paper: Enter moves on and, on the last box, saves; a wrong digit is said at once.
// Without this the form is a plain one, and the server says the same.
"use strict";

const form = document.querySelector("[data-digits]");
const fields = [...(form?.querySelectorAll("[data-field]") ?? [])];
const isRight = ({ value, dataset }) => !dataset.allowed || value.trim() === "" || (value.trim().length === 1 && dataset.allowed.includes(value.trim()));

// Of the radios of one question only the first is a stop on the way.
function following(field) {
  return fields.slice(fields.indexOf(field) + 1).find((other) => other.name !== field.name);
}

function say(field) {
  if (field.type === "radio") return;
  const wrong = !isRight(field);
  document.getElementById(`${field.id}-error`).textContent = wrong ? field.dataset.rule : "";
  field.closest(".field").classList.toggle("wrong", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

for (const field of fields) {
  field.addEventListener("input", () => say(field));
  field.addEventListener("focus", () => field.type === "text" && field.select());
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    say(field);
    if (!isRight(field)) field.select();
    else if (following(field)) following(field).focus();
    else form.requestSubmit();
  });
}

form?.addEventListener("submit", (event) => {
  const wrong = fields.find((field) => !isRight(field));
  if (!wrong) return;
  event.preventDefault();
  say(wrong);
  wrong.focus();
});

const keys = document.querySelector("[data-keys]");
if (keys && form) keys.hidden = false;
// Not by autofocus: Enter before this file is read would send the form with one digit.
fields[0]?.focus();
