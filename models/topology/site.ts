// A site: one institution's machines, in one place, behind one attachment to the network.

/** A point on the Earth in degrees: latitude -90..90, longitude -180..180. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** How a site stands in the network: a university's edge, a co-location centre, a peering point, a contributor's own. */
export type SiteClass = 'edge' | 'co-location' | 'peering' | 'contributed';

export type Region = 'africa' | 'asia' | 'europe' | 'north-america' | 'oceania' | 'south-america';

export interface Site {
  /** Unique, lower case, safe in a host name: `princeton`. Its nodes are `princeton-1`, `princeton-2`, ... */
  readonly name: string;
  readonly class: SiteClass;
  /** How many nodes stand here, >= 1. */
  readonly nodes: number;
  /** Absent where the source of the topology does not say. */
  readonly coordinates?: Coordinates;
  readonly city?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly region?: Region;
}
