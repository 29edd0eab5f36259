// Prints the page at a press; without scripts the browser's own menu does.
const button = document.querySelector("[data-print-button]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
