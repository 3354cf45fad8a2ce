// The sites of PlanetLab, oldest first: Petri's own table of public knowledge.
import { regionOf } from './geography.ts';
import { joinedTo2003 } from './planetlab/to-2003.ts';
import { joinedTo2005 } from './planetlab/to-2005.ts';
import { joinedTo2010 } from './planetlab/to-2010.ts';
import type { Site } from './site.ts';

export interface PlanetlabSite extends Required<Site> {
  readonly institution: string;
  /** The year in which the site joined. */
  readonly joined: number;
}

/**
 * The sites in the order in which they joined. Institutions and places are real, and the numbers of sites and
 * nodes are PlanetLab's: 42 with 100 nodes in October 2002, 276 with 583 in December 2005, 336 with 700 in the middle of
 * 2006. Of a single site, the year, the order within it, the class and the number of nodes are reckoned. From 2007 on the
 * table lacks sites: PlanetLab had 507 in 2010.
 */
export const planetlabSites: readonly PlanetlabSite[] = [
  ...joinedTo2003,
  ...joinedTo2005,
  ...joinedTo2010,
].map(([name, institution, city, country, latitude, longitude, class_, joined, nodes]) => ({
  name,
  institution,
  city,
  country,
  region: regionOf(country)!,
  coordinates: { latitude, longitude },
  class: class_,
  joined,
  nodes,
}));
