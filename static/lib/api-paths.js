/** Where the REST API has what the page also links to. Pure. */

export const BASE = "/api/v1";

/** @param {string} id */
export const modelPath = (id) => `/models/${encodeURIComponent(id)}`;

/** @param {string} id */
export const tracePath = (id) => `/traces/${encodeURIComponent(id)}`;
