// Requests of a checked document in base units.
import type { RequestsSpec } from '../models/slice/requests-spec.ts';
import { fraction, fractionLaw, given, sure, time, timeLaw } from './checked.ts';
import { REQUESTED_SHARE } from './defaults.ts';
import type { RequestsDocument } from './requests-schema.ts';
import { readSelector } from './selector.ts';

export function requestsOf(requests: RequestsDocument): RequestsSpec {
  const { every, nodes, load, among, particular, policy, stale, lease, renewal, move } = requests;
  const { control, reservable, background, review } = requests;
  return {
    every: timeLaw(every),
    size: nodes === undefined ? { share: fractionLaw(requests.share ?? REQUESTED_SHARE) } : { nodes },
    load: fractionLaw(load),
    among: sure(readSelector(among)),
    particular: fraction(particular),
    policy,
    stale: time(stale),
    lease: timeLaw(lease),
    renewal: {
      chance: fraction(renewal.chance),
      before: time(renewal.before),
      ahead: time(renewal.ahead),
    },
    ...given('move', move, timeLaw),
    control,
    reservable: reservable === undefined ? 1 : fraction(reservable),
    ...given('background', background, ({ level, every }) => ({
      level: fractionLaw(level),
      every: timeLaw(every),
    })),
    review: time(review),
  };
}
