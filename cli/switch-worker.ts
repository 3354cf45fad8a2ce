// The switch of an emulated run, in a worker thread: the scenario's network, fabric and faults between real interfaces.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Moment } from '../emulator/kernel/clock.ts';
import { Switch } from '../emulator/kernel/switch.ts';
import { buildTestbed } from '../models/build-testbed.ts';
import { type Injection, injectFaults, type Victims } from '../models/faults/inject.ts';
import { Fabric } from '../models/network/fabric.ts';
import { Hosts } from '../models/network/hosts.ts';
import { capsOf } from '../models/network/token-buckets.ts';
import { capSpecsOf, hostsByNode, sliversOf } from '../models/slivers.ts';
import { Sender } from '../results/courier.ts';
import { Simulation } from '../sim/simulation.ts';
import type { FromSwitch, SwitchPlan, ToSwitch } from './switch-messages.ts';

const port = parentPort!;
const tell = (message: FromSwitch) => port.postMessage(message);

const { scenario, tunDescriptors, offload, bell } = workerData as SwitchPlan;
const testbed = buildTestbed(scenario);
const { network, nodes } = testbed;
const slivers = sliversOf(testbed);
const hostsOn = hostsByNode(slivers, testbed);
const caps = capsOf(capSpecsOf(slivers));
const hosts = new Hosts<number>(slivers.nodeOf);
const sim = new Simulation();
const sender = new Sender();

port.once('message', (message: ToSwitch) => {
  // What else could come is the end of a run that has not begun.
  if (message.kind === 'start') work(message.start);
  port.close();
});
tell({ kind: 'built' });

/** Blocks this thread until the run ends. */
function work(start: Moment): void {
  const theSwitch: Switch = new Switch({
    sim,
    start,
    hosts,
    tunDescriptors,
    offload,
    routes: network,
    makeFabric: cargo =>
      new Fabric(sim, { network, caps, hosts, cargo }, sender.meter('network'), sender.meter('site')),
    bell,
    serve: () => serve(theSwitch, injection),
    // A copy: the bytes are a part of the switch's memory, all of which would be sent along.
    onPacket: (host, direction, time, bytes) =>
      tell({ kind: 'packet', host, direction, time, bytes: new Uint8Array(bytes) }),
  });
  for (const host of slivers.nodeOf.keys()) hosts.boot(host, theSwitch.endpoint(host));
  const injection = injectFaults(testbed.faults, sim, network, victims(theSwitch));
  tell({ kind: 'running' });
  theSwitch.run();
}

function serve(theSwitch: Switch, injection: Injection): void {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    const message = next.message as ToSwitch;
    if (message.kind === 'take') tell(taken(theSwitch));
    else if (message.kind === 'capture') theSwitch.capture(message.host, message.on);
    else if (message.kind === 'stop') theSwitch.stop();
    else if (message.kind === 'faults') {
      injection.add(message.events.map(event => ({ ...event, at: sim.now + event.at })));
    }
  }
}

function taken(theSwitch: Switch): FromSwitch {
  return { kind: 'taken', parcel: sender.pack(), report: theSwitch.report(), events: sim.events };
}

/** A node that is down takes no packets; its programs are the main thread's to kill and to start. */
function victims(theSwitch: Switch): Victims {
  return {
    crash(node) {
      if (!nodes.up[node]) return;
      nodes.up[node] = 0;
      for (const host of hostsOn[node]) hosts.crash(host);
      tell({ kind: 'node', what: 'crash', node });
    },
    recover(node) {
      if (nodes.up[node]) return;
      nodes.up[node] = 1;
      for (const host of hostsOn[node]) hosts.boot(host, theSwitch.endpoint(host));
      tell({ kind: 'node', what: 'restart', node });
    },
    pause: node => tell({ kind: 'node', what: 'pause', node }),
    resume: node => tell({ kind: 'node', what: 'resume', node }),
    // Refused before the run: real hosts share this machine's clock.
    jumpClock: () => undefined,
  };
}
