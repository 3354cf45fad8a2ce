// What a scenario says of the management plane: the authority, how nodes hear from it, and how they are kept running.
import type { Law } from '../../sim/law.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { SiteClass } from '../topology/site.ts';

export interface AuthoritySpec {
  /** The site where it stands; the first one where left out. */
  readonly site?: string;
  /** Requests that are served at a time, >= 1. */
  readonly servers: number;
  /** How long a request takes one of them. */
  readonly service: Law;
  /** How many there are, >= 1: one serves, another takes over. */
  readonly replicas: number;
  /** How long it takes another one to do so. */
  readonly failover: Nanoseconds;
  /** The boot server's link, by which images are downloaded, in bit/s. */
  readonly link: number;
  /** The one that serves fails at these times. */
  readonly outages: readonly { readonly at: Nanoseconds; readonly for: Law }[];
  /** Each one fails by itself: after so long, for so long. */
  readonly failures?: { readonly every: Law; readonly for: Law };
}

export interface LeaseSpec {
  readonly for: Law;
  /** Share of the leases that their owners renew, each time. */
  readonly renew: number;
  /** How long before the end they do. */
  readonly before: Law;
  /** Whether a node keeps what is over until it has heard from the authority, or goes by its clock. */
  readonly reap: 'reached' | 'always';
}

/** What is done about a node that is down, and when, from when it went down. */
export interface MonitorSpec {
  /** Between two looks at a node. */
  readonly every: Nanoseconds;
  readonly cycle: Nanoseconds;
  readonly notice: Nanoseconds;
  /** From one notice to the next. */
  readonly again: Nanoseconds;
  readonly retry: Nanoseconds;
  readonly dead: Nanoseconds;
  /** A site with fewer nodes up than this, or than it has, is in arrears. */
  readonly minimum: number;
  /** In arrears for so long: mail to the investigator, and no new slices. */
  readonly investigator: Nanoseconds;
  /** In arrears for so long: the slices of the site are disabled. */
  readonly disable: Nanoseconds;
}

/** The people of a site, and what they gave their nodes. */
export interface PeopleSpec {
  /** Share of the power-cycles from afar that bring a node back. */
  readonly power: number;
  /** Share of the messages that somebody heeds. */
  readonly heed: number;
  /** From such a message until the node is mended. */
  readonly repair: Law;
  /** Until a node that is given up is replaced. */
  readonly replace: Law;
}

/** A share of the nodes in question to which something is done, and for how long. */
export interface Measure {
  readonly share: number;
  readonly for: Law;
}

export interface InstallSpec {
  /** Bytes of the image. */
  readonly image: number;
  /** Share of the installations that fail. */
  readonly fails: number;
}

export interface RolloutSpec {
  readonly at: Nanoseconds;
  /** `update`: the node downloads it while it runs, and reboots; `reinstall`: it is installed anew. */
  readonly how: 'update' | 'reinstall';
  /** Shares of the nodes that have been told at the end of each wave, ascending, or the kind of groups of which each is one. */
  readonly waves: readonly number[] | { readonly groups: string };
  /** From when a wave has the image until the next one begins. */
  readonly soak: Nanoseconds;
  /** Share of the nodes that fail with the image. */
  readonly bad: number;
  /** How long after they run it. */
  readonly shows: Law;
  /** A larger share of those told that have failed halts it; 1: nothing does. */
  readonly threshold: number;
  /** Whether those told then go back to the image before. */
  readonly rollback: boolean;
}

export interface ManagementSpec {
  /** How long the testbed has been run before: nodes begin in the states that this left them in. 0: all are up. */
  readonly history: Nanoseconds;
  readonly mode: 'poll' | 'push';
  readonly authority: AuthoritySpec;
  /** `spread`: up to so much is added to each, uniformly. `retry`: after a poll that failed; undefined: as after any. */
  readonly poll: { readonly every: Nanoseconds; readonly spread: Nanoseconds; readonly retry?: Law };
  readonly push: {
    readonly heartbeat: Nanoseconds;
    readonly timeout: Nanoseconds;
    readonly attempts: number;
  };
  readonly report: Nanoseconds;
  /** Time to create or change a sliver, one after the other on each node. */
  readonly create: Law;
  /** Time between two changes; undefined: none. */
  readonly changes?: Law;
  /** Share of the nodes that each change concerns. */
  readonly concerns: number;
  readonly lease?: LeaseSpec;
  /** By slice, the site that answers for it. */
  readonly owners: Readonly<Record<string, string>>;
  /** How long a node is up until it fails by itself; undefined: never. */
  readonly failures?: Law;
  readonly monitor: MonitorSpec;
  readonly people: Readonly<Record<SiteClass, PeopleSpec>>;
  readonly install: InstallSpec;
  /** Of the nodes in failboot, those that an operator looks into. */
  readonly safeboot: Measure;
  /** Of the nodes of which notice is given, those that the site takes out. */
  readonly disabled: Measure;
  readonly rollout?: RolloutSpec;
}
