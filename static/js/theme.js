// The only blocking script: the reader's theme is on <html> before anything is painted, and the page knows that scripts run.
const root = document.documentElement;
root.dataset.js = '';
try {
  const chosen = localStorage.getItem('theme');
  if (chosen) root.dataset.theme = chosen;
} catch { /* storage is refused: the server's theme stands */ }
