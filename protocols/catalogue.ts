// The protocols there are, by the name that a scenario and a command line call them.
import { cdn } from './cdn/definition.ts';
import { chord } from './chord/definition.ts';
import type { ProtocolDefinition } from './definition.ts';
import { gossip } from './gossip/definition.ts';
import { kademlia } from './kademlia/definition.ts';
import { management } from './management/definition.ts';
import { mobility } from './mobility/definition.ts';
import { ping } from './ping/definition.ts';
import { plumtree } from './plumtree/definition.ts';
import { ron } from './ron/definition.ts';
import { store } from './store/definition.ts';
import { swarm } from './swarm/definition.ts';
import { swim } from './swim/definition.ts';
import { traffic } from './traffic/definition.ts';
import { vivaldi } from './vivaldi/definition.ts';

/** A definition whose message and option types only the protocol itself knows. */
// biome-ignore lint/suspicious/noExplicitAny: messages and options go both in and out, so no type but any takes all
export type AnyProtocol = ProtocolDefinition<any, any>;

export const catalogue: Readonly<Record<string, AnyProtocol>> = {
  cdn,
  chord,
  gossip,
  kademlia,
  management,
  mobility,
  ping,
  plumtree,
  ron,
  store,
  swarm,
  swim,
  traffic,
  vivaldi,
};
