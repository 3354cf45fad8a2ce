// What Vivaldi's hosts say to each other.
import type { Estimate } from './coordinate.ts';

export type VivaldiMessage =
  /** `rpc` is a uint32 that the answer bears too. */
  { type: 'ping'; rpc: number } | { type: 'pong'; rpc: number; estimate: Estimate };
