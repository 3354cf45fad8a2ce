// What the hosts of a content distribution network say to each other.

/** `rpc` is a uint32 that a request and its reply share. */
export type CdnMessage =
  /** A block of an object, please. `first` is set in the first request of a fetch, unless it is sent again. */
  | { type: 'get'; rpc: number; object: number; block: number; first: boolean }
  /** The block: so many bytes. */
  | { type: 'block'; rpc: number; bytes: number }
  /** The block is being fetched, and will be sent when it is here. */
  | { type: 'wait'; rpc: number }
  /** There is no such block, or it cannot be had here. */
  | { type: 'refused'; rpc: number }
  /** How far away are you? Answered by `probed`. */
  | { type: 'probe'; rpc: number }
  | { type: 'probed'; rpc: number };

/** A kind of message. */
export type Message<Type extends CdnMessage['type']> = Extract<CdnMessage, { type: Type }>;
