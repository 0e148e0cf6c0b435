import { seenTrace, seenWanted } from "../altered.js";

/**
 * Traces are kept for a while only; one that is gone is asked for again under the same id.
 * @template Answer
 * @param {typeof import("../../api.js")} api
 * @param {import("../types.js").State} state
 * @param {(trace: string) => Promise<Answer>} use of the trace that is seen
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function withTrace(api, state, use, signal) {
  const trace = seenTrace(state);
  if (!trace) throw new Error("There is no trace yet.");
  try {
    return await use(trace.id);
  } catch (error) {
    if (!(error instanceof api.ApiError) || error.status !== 404) throw error;
    await api.postTrace(seenWanted(state), signal);
    return use(trace.id);
  }
}
