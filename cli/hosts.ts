// `petri hosts`: the hosts of a run that is up.
import type { CommandModule } from 'yargs';
import { plainTable } from '../results/table.ts';
import { type LiveRunOptions, onLiveRun, withRun } from './live-run.ts';
import { print } from './output.ts';

interface HostsOptions extends LiveRunOptions {
  json: boolean;
}

const HEAD = ['host', 'name', 'address', 'state', 'restarts', 'process'];
const COUNTS = [4, 5];

export const hostsCommand: CommandModule<object, HostsOptions> = {
  command: 'hosts',
  describe: 'List the hosts of a run that is up',
  builder: yargs =>
    withRun(yargs).option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler: options =>
    onLiveRun(options, async client => {
      const hosts = await client.ask('hosts', {});
      if (options.json) return print(JSON.stringify(hosts, null, 2));
      const rows = hosts.map(({ name, hostname, aliases, ipv4, state, restarts, pid }) => [
        name,
        [hostname, ...aliases].join(' '),
        ipv4,
        state,
        restarts,
        pid ?? '',
      ]);
      print(plainTable([HEAD, ...rows], column => COUNTS.includes(column), HEAD.length));
    }),
};
