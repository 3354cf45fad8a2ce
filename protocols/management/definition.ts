// The management protocol as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { Authority } from './authority.ts';
import { managementCodec } from './codec.ts';
import type { ManagementMessage } from './messages.ts';
import { NodeDaemon } from './node-daemon.ts';
import { type ManagementOptions, managementOptions } from './options.ts';

export const management: ProtocolDefinition<ManagementMessage, ManagementOptions> = {
  name: 'management',
  about:
    'what nodes and authorities say: registration, slivers and their leases, reports; by polling or by push',
  options: managementOptions,
  codec: managementCodec,
  create: (host, options, directory, meter) =>
    options.role === 'authority'
      ? new Authority(host, options, directory, meter)
      : new NodeDaemon(host, options, directory, meter),
};
