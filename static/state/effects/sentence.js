import { asSentence } from "../../lib/format.js";

/**
 * What went wrong, in words for a person: errors of this page and of its server are sentences already.
 * @param {unknown} error
 */
export const sentence = (error) => (asSentence(error instanceof Error ? error.message : String(error)));

/**
 * Whether the same request may be answered later: the server is away, busy or was too slow.
 * @param {unknown} error
 */
export const passing = (error) => [0, 503, 504].includes(/** @type {any} */ (error)?.status);
