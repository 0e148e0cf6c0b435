/** How Plotly's figures look on this page, and what their buttons may do. */

/** Nothing that is drawn here leaves this machine. */
export const PLOTLY = { showSendToCloud: false, plotlyServerURL: "", displaylogo: false, responsive: true };

/**
 * A layout on the page's own paper, as large as its place.
 * @param {any} layout
 * @param {"light" | "dark"} theme
 */
export const onPaper = (layout, theme) => ({ ...layout, title: undefined, autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { ...layout?.font, color: theme === "dark" ? "#e6e4df" : "#26241f" }, width: undefined, height: undefined });
