// A row of the table of PlanetLab's sites.
import type { SiteClass } from '../site.ts';

/** Coordinates in degrees, of the campus or city; the country by ISO 3166-1 alpha-2. */
export type Row = readonly [
  name: string,
  institution: string,
  city: string,
  country: string,
  latitude: number,
  longitude: number,
  class_: SiteClass,
  joined: number,
  nodes: number,
];
