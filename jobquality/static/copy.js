// Copies the private link at a press; without scripts the field can be selected by hand.
const field = document.querySelector("[data-copy]");
const button = document.querySelector("[data-copy-button]");
if (field && button && navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const status = document.querySelector("[data-copy-status]");
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "Copied.";
    } catch {
      field.select();
      status.textContent = "Press Ctrl+C (or Cmd+C) to copy.";
    }
  });
}
