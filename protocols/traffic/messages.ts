// What traffic consists of. Payloads are zeros: only their size is told.

/** One way. Numbered from 0 by its sender, for each receiver anew. */
export interface Datagram {
  readonly type: 'datagram';
  /** uint32, drawn when the sender started: numbers of an earlier life mean nothing. */
  readonly stream: number;
  /** uint32 */
  readonly number: number;
  /** Size of the whole message. */
  readonly bytes: number;
}

/** To be answered by a response of so many bytes. A block of a bulk transfer is one, too: its response acknowledges it. */
export interface Request {
  readonly type: 'request';
  readonly rpc: number;
  readonly wanted: number;
  readonly bytes: number;
}

export interface Response {
  readonly type: 'response';
  readonly rpc: number;
  readonly bytes: number;
}

export type TrafficMessage = Datagram | Request | Response;
