/** @type {Promise<void> | null} */
let plotly = null;

/** plotly.js is large: it is loaded when the first figure is opened. Its rules come as a file because the page allows no inline style. */
export function loadPlotly() {
  plotly ??= Promise.all([
    loaded("link", { rel: "stylesheet", href: "/static/vendor/plotly.css", id: "plotly.js-style-global", class: "no-inline-styles" }),
    loaded("script", { src: "/static/vendor/plotly.min.js" }),
  ]).then(
    () => undefined,
    (error) => {
      plotly = null;
      throw error;
    },
  );
  return plotly;
}

/**
 * @param {"link" | "script"} tag
 * @param {Record<string, string>} attributes
 * @returns {Promise<void>}
 */
function loaded(tag, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return new Promise((resolve, reject) => {
    element.onload = () => resolve();
    element.onerror = () => {
      element.remove();
      reject(new Error("The chart library could not be loaded from this server."));
    };
    document.head.append(element);
  });
}
