// The management plane of a checked document in base units.
import type { ManagementSpec, PeopleSpec, RolloutSpec } from '../models/management/spec.ts';
import { fraction, given, rate, size, time, timeLaw } from './checked.ts';
import { WAVES } from './defaults.ts';
import type { ManagementDocument } from './management-schema.ts';

function authorityOf(authority: ManagementDocument['authority']): ManagementSpec['authority'] {
  const { site, servers, service, replicas, failover, link, outages, failures } = authority;
  return {
    ...given('site', site, site => site),
    servers,
    service: timeLaw(service),
    replicas,
    failover: time(failover),
    link: rate(link),
    outages: outages.map(outage => ({ at: time(outage.at), for: timeLaw(outage.for) })),
    ...given('failures', failures, ({ every, for: span }) => ({ every: timeLaw(every), for: timeLaw(span) })),
  };
}

function peopleOf({ power, heed, repair, replace }: ManagementDocument['people']['edge']): PeopleSpec {
  return { power: fraction(power), heed: fraction(heed), repair: timeLaw(repair), replace: timeLaw(replace) };
}

function monitorOf({ minimum, ...spans }: ManagementDocument['monitor']): ManagementSpec['monitor'] {
  const { every, cycle, notice, again, retry, dead, investigator, disable } = spans;
  return {
    every: time(every),
    cycle: time(cycle),
    notice: time(notice),
    again: time(again),
    retry: time(retry),
    dead: time(dead),
    minimum,
    investigator: time(investigator),
    disable: time(disable),
  };
}

function rolloutOf(rollout: NonNullable<ManagementDocument['rollout']>): RolloutSpec {
  const { at, how, waves, groups, soak, bad, shows, threshold, rollback } = rollout;
  return {
    at: time(at),
    how,
    waves: groups === undefined ? (waves ?? WAVES).map(fraction) : { groups },
    soak: time(soak),
    bad: fraction(bad),
    shows: timeLaw(shows),
    threshold: fraction(threshold),
    rollback,
  };
}

export function managementOf(management: ManagementDocument): ManagementSpec {
  const { poll, push, lease, people, install, safeboot, disabled } = management;
  return {
    history: time(management.history),
    mode: management.mode,
    authority: authorityOf(management.authority),
    poll: { every: time(poll.every), spread: time(poll.spread), ...given('retry', poll.retry, timeLaw) },
    push: { heartbeat: time(push.heartbeat), timeout: time(push.timeout), attempts: push.attempts },
    report: time(management.report),
    create: timeLaw(management.create),
    ...given('changes', management.changes, timeLaw),
    concerns: fraction(management.concerns),
    ...given('lease', lease, ({ for: length, renew, before, reap }) => ({
      for: timeLaw(length),
      renew: fraction(renew),
      before: timeLaw(before),
      reap,
    })),
    owners: management.owners,
    ...given('failures', management.failures, ({ every }) => timeLaw(every)),
    monitor: monitorOf(management.monitor),
    people: {
      edge: peopleOf(people.edge),
      'co-location': peopleOf(people['co-location']),
      peering: peopleOf(people.peering),
      contributed: peopleOf(people.contributed),
    },
    install: { image: size(install.image), fails: fraction(install.fails) },
    safeboot: { share: fraction(safeboot.share), for: timeLaw(safeboot.for) },
    disabled: { share: fraction(disabled.share), for: timeLaw(disabled.for) },
    ...given('rollout', management.rollout, rolloutOf),
  };
}
