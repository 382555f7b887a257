/* Loaded before the first paint, so that a chosen theme does not flash; not a module for that. */
(() => {
  try {
    const chosen = localStorage.getItem('answer-grader:theme');
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  } catch {
    /* Without storage the system's theme holds. */
  }
})();
