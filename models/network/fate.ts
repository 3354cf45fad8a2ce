// A message's fate: a time (>= 0) at which it stands somewhere, or a negative code that names why it never does.

/** Random loss on the path. */
export const LOST = -1;
/** The queue of the sender's access link was full. */
export const UPLINK_FULL = -2;
/** The queue of the receiver's access link was full. */
export const DOWNLINK_FULL = -3;
/** Sender and receiver are on different sides of a partition. */
export const PARTITIONED = -4;
/** The sliver sends faster than its cap, for longer than the cap's queue holds. */
export const OVER_CAP = -5;
/** The receiving, or, before it was sent, the sending host is down. */
export const HOST_DOWN = -6;
/** Damaged on the path: the receiver's checksum finds it, and the receiver discards it. */
export const CORRUPT = -7;
/** The queue of a site's link was full. */
export const SITE_FULL = -8;
/** A firewall, address translator or proxy did not let it pass. */
export const FILTERED = -9;

/** The codes' names in results: `DROP_REASONS[-code - 1]`. */
export const DROP_REASONS = [
  'loss',
  'uplink',
  'downlink',
  'partition',
  'cap',
  'down',
  'corrupt',
  'site',
  'filtered',
] as const;
