// Traffic as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { trafficCodec } from './codec.ts';
import type { TrafficMessage } from './messages.ts';
import { type TrafficOptions, trafficOptions } from './options.ts';
import { type SendObserver, Traffic } from './traffic.ts';

/** @param onSend told of every datagram or request that the instances send of their own accord */
export const observedTraffic = (
  onSend?: SendObserver,
): ProtocolDefinition<TrafficMessage, TrafficOptions> => ({
  name: 'traffic',
  about: 'workloads: streams of datagrams or requests, pages of the Web, bulk transfers',
  options: trafficOptions,
  codec: trafficCodec,
  create: (host, options, directory, meter) => new Traffic(host, options, directory, meter, onSend),
});

export const traffic = observedTraffic();
