/** Sends a form with files and tells how much of it has gone: the one thing that fetch cannot. */

/**
 * @param {string} address
 * @param {FormData} form
 * @param {{signal: AbortSignal, onProgress?: (sent: number, total: number) => void, onSent?: () => void}} watch
 * @returns {Promise<{status: number, statusText: string, body: any}>} `body` is null where the answer is no JSON
 * @throws {TypeError} the server did not answer
 * @throws {DOMException} named AbortError
 */
export function sendForm(address, form, { signal, onProgress, onSent }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const settled = () => signal.removeEventListener("abort", abort);
    request.open("POST", address);
    request.responseType = "text";
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    request.upload.onload = () => onSent?.();
    request.onload = () => {
      settled();
      resolve({ status: request.status, statusText: request.statusText, body: parsed(request.responseText) });
    };
    request.onerror = () => {
      settled();
      reject(new TypeError("no answer"));
    };
    request.onabort = () => {
      settled();
      reject(new DOMException("cancelled", "AbortError"));
    };
    signal.addEventListener("abort", abort);
    if (signal.aborted) reject(new DOMException("cancelled", "AbortError"));
    else request.send(form);
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
