/** @type {Promise<void> | null} */
let plotly = null;

/**
 * plotly.js leaves out the style sheet of its maps, which no figure here has and the page would forbid, where an element has this id: its own script.
 * Another plotly.js may know it by another id: the browser then says that it has forbidden a style, and nothing else is different.
 */
const STYLE_OF_MAPS = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

/** plotly.js is large: it is loaded when the first figure is opened. Its rules come as a file because the page allows no inline style. */
export function loadPlotly() {
  plotly ??= Promise.all([
    loaded("link", { rel: "stylesheet", href: "/static/vendor/plotly.css", id: "plotly.js-style-global", class: "no-inline-styles" }),
    loaded("script", { src: "/static/vendor/plotly.min.js", id: STYLE_OF_MAPS }),
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
