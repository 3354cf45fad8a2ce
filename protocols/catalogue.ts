// The protocols there are, by the name that a scenario and a command line call them.
import { chord } from './chord/definition.ts';
import type { ProtocolDefinition } from './definition.ts';
import { gossip } from './gossip/definition.ts';
import { kademlia } from './kademlia/definition.ts';
import { ping } from './ping/definition.ts';
import { plumtree } from './plumtree/definition.ts';
import { ron } from './ron/definition.ts';
import { swim } from './swim/definition.ts';
import { vivaldi } from './vivaldi/definition.ts';

/** A definition whose message and option types only the protocol itself knows. */
// biome-ignore lint/suspicious/noExplicitAny: messages and options go both in and out, so no type but any takes all
export type AnyProtocol = ProtocolDefinition<any, any>;

export const catalogue: Readonly<Record<string, AnyProtocol>> = {
  chord,
  gossip,
  kademlia,
  ping,
  plumtree,
  ron,
  swim,
  vivaldi,
};
