/** Views whose modules are fetched when they are first told something, so that the first picture does not wait for what stands beside it. */

/**
 * @template Props
 * @param {() => Promise<import("../types.js").View<Props>>} make fetches the module and creates the view
 * @param {(error: unknown) => void} failed called where that does not succeed
 * @returns {import("../types.js").View<Props>} whose first update is carried out once the view is there, with what it was told last
 */
export function deferred(make, failed) {
  /** @type {import("../types.js").View<Props> | null} */
  let view = null;
  /** @type {Props} */
  let latest;
  let coming = false;
  const fetchView = async () => {
    coming = true;
    try {
      view = await make();
      view.update(latest);
    } catch (error) {
      failed(error);
    }
  };
  return {
    update(props) {
      latest = props;
      if (view) view.update(props);
      else if (!coming) void fetchView();
    },
    destroy: () => view?.destroy(),
  };
}
