// Copies a private link or a citation at a press; without scripts it can be selected by hand.
const field = document.querySelector("[data-copy]");
const button = document.querySelector("[data-copy-button]");
if (field && button && navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const status = document.querySelector("[data-copy-status]");
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent.trim());
      status.textContent = "Copied.";
    } catch {
      if (field.select) field.select();
      else getSelection().selectAllChildren(field);
      status.textContent = "Press Ctrl+C (or Cmd+C) to copy.";
    }
  });
}
