// Answers that were never confirmed go with the assessment when this device leaves or deletes it.
// "*" stands for every assessment.
for (const form of document.querySelectorAll("[data-forget]")) {
  form.addEventListener("submit", () => {
    const wanted = `answers:${form.dataset.forget}`;
    for (const key of Object.keys(localStorage)) {
      if (key === wanted || (wanted === "answers:*" && key.startsWith("answers:"))) localStorage.removeItem(key);
    }
  });
}
