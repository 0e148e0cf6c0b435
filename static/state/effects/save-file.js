/** How long the file stays at hand for the browser to take it, in milliseconds. */
const TAKEN = 10_000;

/**
 * Hands somebody a file.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), TAKEN);
}
