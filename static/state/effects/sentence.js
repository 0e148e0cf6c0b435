/**
 * What went wrong, in words for a person: errors of this page and of its server are sentences already.
 * @param {unknown} error
 */
export const sentence = (error) => (error instanceof Error ? error.message : String(error));
