// Content distribution as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { Cdn } from './cdn.ts';
import type { RequestObserver } from './client.ts';
import { cdnCodec } from './codec.ts';
import type { CdnMessage } from './messages.ts';
import { type CdnOptions, cdnOptions } from './options.ts';

/** @param onRequest told of every request of the instances that are clients */
export const observedCdn = (onRequest?: RequestObserver): ProtocolDefinition<CdnMessage, CdnOptions> => ({
  name: 'cdn',
  about: 'content distribution: an origin, replicas with caches, and clients that are redirected to them',
  options: cdnOptions,
  codec: cdnCodec,
  create: (host, options, directory, meter) => new Cdn(host, options, directory, meter, onRequest),
});

export const cdn = observedCdn();
