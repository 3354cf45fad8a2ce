// What ping says: a probe and its answer.

export type PingMessage = {
  type: 'ping' | 'pong';
  /** uint32; an answer bears its probe's. */
  id: number;
  /** Payload size to which the datagram is padded; an answer is as large as its probe. */
  bytes: number;
};
