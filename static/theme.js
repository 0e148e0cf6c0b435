// Runs before the first paint, so that the page never flashes in the other theme. Everything else about themes lives in state/effects/theme.js.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("gatescope-theme");
  } catch {
    // Storage is switched off: the system decides.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
