/** Views that fill the page beside Explore, by the name that their address, their link in the head and their module in `places/` bear. */
export const PLACE_NAMES = ["compare", "health", "gradients", "train", "learn", "models"];
