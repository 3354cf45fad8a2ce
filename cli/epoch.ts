// The time of day at which virtual runs begin.

/** What the hosts' clocks, and captures, show at the start, in milliseconds since 1970: the first of January 2026. */
export const EPOCH = Date.UTC(2026, 0, 1);
