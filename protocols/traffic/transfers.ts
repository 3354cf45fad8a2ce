// Transfers in blocks: a file fetched from a server, or a bulk transfer pushed to a receiver, by one congestion control.
import { BlockFetcher } from '../block-fetcher.ts';
import { initialWindow } from '../congestion-window.ts';
import type { Address, Host } from '../port.ts';
import { LEAST } from './codec.ts';
import type { Response, TrafficMessage } from './messages.ts';
import type { TrafficOptions } from './options.ts';

/** Told how a transfer went. */
export interface Transferring {
  /** A block that had not yet been was transferred. @param bytes of payload */
  moved(bytes: number): void;
  /** The last that is heard of it. */
  ended(complete: boolean): void;
}

export class Transfers {
  private readonly host: Host<TrafficMessage>;
  private readonly block: number;
  private readonly fetcher: BlockFetcher<Response>;

  constructor(host: Host<TrafficMessage>, { transfer }: TrafficOptions) {
    this.host = host;
    this.block = transfer.block;
    this.fetcher = new BlockFetcher<Response>(host, transfer);
  }

  /** Each block is asked for by a small request, and comes as the response. */
  fetch(server: Address, bytes: number, transferring: Transferring): void {
    this.begin(server, bytes, { request: () => LEAST.request, response: block => block }, transferring);
  }

  /** Each block is a request, and a small response acknowledges it. */
  push(receiver: Address, bytes: number, transferring: Transferring): void {
    this.begin(receiver, bytes, { request: block => block, response: () => LEAST.response }, transferring);
  }

  settle(from: Address, response: Response): boolean {
    return this.fetcher.settle(from, response);
  }

  clear(): void {
    this.fetcher.clear();
  }

  private begin(peer: Address, bytes: number, sizes: Sizes, { moved, ended }: Transferring): void {
    const count = Math.ceil(bytes / this.block);
    /** The last block may be a short one, but no message is smaller than its fields. */
    const payload = (block: number) => (block < count - 1 ? this.block : bytes - (count - 1) * this.block);
    const padded = (block: number) => Math.max(payload(block), LEAST.request);
    const blocks = Array.from({ length: count }, (_, block) => block);
    this.fetcher.fetch(peer, blocks, initialWindow(this.block), {
      ask: (to, block, rpc) => {
        const [size, wanted] = [sizes.request(padded(block)), sizes.response(padded(block))];
        this.host.send(to, { type: 'request', rpc, wanted, bytes: size });
      },
      arrived: block => {
        moved(payload(block));
        return true;
      },
      ended: end => ended(end === 'complete'),
    });
  }
}

/** Sizes of the messages that move a block of so many bytes. */
interface Sizes {
  request(block: number): number;
  response(block: number): number;
}
