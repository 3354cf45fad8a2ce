// The placement of a checked document in base units.
import type { PlacementSpec, Restrictions } from '../models/slice/spec.ts';
import { given, sure, time } from './checked.ts';
import type { PlaceDocument } from './place-schema.ts';
import { readSelector } from './selector.ts';

export function placementOf(place: PlaceDocument): PlacementSpec {
  const { nodes, policy = 'spread', near } = place;
  if (Array.isArray(nodes)) return { policy: 'list', list: nodes };
  const restrictions = restrictionsOf(place);
  if (typeof nodes === 'string') return { policy: 'all', ...restrictions };
  return near === undefined
    ? { policy, nodes, ...restrictions }
    : { policy: 'near', nodes, near, ...restrictions };
}

function restrictionsOf({ where, within, apart, distinct }: PlaceDocument): Restrictions {
  return {
    ...given('where', where, selectors => selectors.map(written => sure(readSelector(written)))),
    ...given('within', within, ({ of, rtt }) => ({ of, rtt: time(rtt) })),
    ...given('apart', apart, time),
    ...(distinct !== undefined && { distinct }),
  };
}
