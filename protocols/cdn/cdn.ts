// A host of a content distribution network in the role that it was given.
import type { Address, Directory, Host, Meter, Protocol } from '../port.ts';
import { Client, type RequestObserver } from './client.ts';
import type { CdnMessage } from './messages.ts';
import { Objects } from './objects.ts';
import type { CdnOptions } from './options.ts';
import { Replica } from './replica.ts';
import { Origin, type Role } from './serving.ts';

/**
 * Content distribution: clients are redirected to replicas, which keep what they have fetched from the origin. The
 * directory lists those to fetch from: replicas (or origins) to a client, origins (or replicas nearer to them) to a replica.
 */
export class Cdn implements Protocol<CdnMessage> {
  private readonly role: Role;

  /** @param onRequest told of a client's requests */
  constructor(
    host: Host<CdnMessage>,
    options: CdnOptions,
    directory: Directory,
    meter: Meter,
    onRequest?: RequestObserver,
  ) {
    const objects = new Objects(options.objects);
    if (options.role === 'origin') this.role = new Origin(host, objects, meter);
    else if (options.role === 'replica') this.role = new Replica(host, objects, options, directory, meter);
    else this.role = new Client(host, objects, options, directory, meter, onRequest);
  }

  start(): void {
    this.role.start();
  }

  stop(): void {
    this.role.stop();
  }

  receive(from: Address, message: CdnMessage): void {
    this.role.receive(from, message);
  }
}
