// Sites made up: places, classes and numbers of nodes like those of the testbed, at any number of sites.
import { type RandomStream, stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { hubs } from './backbone.ts';
import { evenSteps, sharedOut, turns } from './even-spread.ts';
import { alongCurve, destination, regionOf } from './geography.ts';
import type { Place, SiteDraws } from './hub-paths.ts';
import { planetlabSites } from './planetlab-sites.ts';
import type { Coordinates, Region, Site, SiteClass } from './site.ts';
import type { GenerateSpec } from './topology.ts';

/** What a made-up site is like, and stands near. */
interface Model {
  readonly class: SiteClass;
  readonly coordinates: Coordinates;
  readonly country: string;
  readonly region: Region;
}

/** Mean distance, in km, of a made-up site from its model. */
const SCATTER = 30;

/** Of 234 sites, how many had 1, 2, 3, 4, or 5 and more nodes; the last are taken to have had 5. */
const NODES_OF_SITES = [71, 121, 17, 13, 12];

/**
 * Shares of the regions among made-up sites. Zhu et al. (IEEE/ACM Trans. Networking 25(2), 2017) do not tell where their
 * 490 nodes stood, but the round trips fall into clusters of about two fifths each for North America and Europe, and these
 * shares give the measured quantiles. PlanetLab's table has 49 % in North America and 31 % in Europe.
 */
const REGION_SHARES: Readonly<Record<Region, number>> = {
  'north-america': 0.441,
  'south-america': 0.0425,
  europe: 0.344,
  africa: 0.003,
  asia: 0.1315,
  oceania: 0.038,
};

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Sites `site-1`, `site-2`, ..., each some tens of km from a model. Without `classes` the models are all of PlanetLab's
 * sites; with them, the sites of a class, or for co-location centres and peering points the hub cities.
 *
 * No site is drawn independently of those before it: a hundred draws stray too far from what they stand for. The regions
 * take turns by their shares, and all else is taken at even steps from a random start. So any number of sites is close to
 * the distribution, and the first sites do not change with the number.
 * @throws {TestbedError} where no class has a share
 */
export function madeUpSites({ sites, nodesPerSite, classes }: GenerateSpec, seed: string): (Site & Place)[] {
  const random = stream(seed, 'topology', 'places');
  const [kindAt, countAt, bearingAt, distanceAt] = [2, 3, 7, 11].map(root =>
    evenSteps(Math.sqrt(root), random.uniform()),
  );
  const kind = classes && sharedOut(entriesOf(classes));
  const count = sharedOut(NODES_OF_SITES.map((share, index) => [index + 1, share]));
  const next = new Map(Object.entries(MODELS).map(([name, groups]) => [name, inTurn(groups, random)]));
  return Array.from({ length: sites }, (_, index) => {
    const model = next.get(kind?.(kindAt(index)) ?? 'any')!();
    const nodes = nodesPerSite === 'planetlab' ? count(countAt(index)) : nodesPerSite;
    const distance = -SCATTER * Math.log(1 - distanceAt(index));
    const coordinates = destination(model.coordinates, bearingAt(index) * 360, distance);
    return { name: `site-${index + 1}`, ...model, nodes, coordinates };
  });
}

/** What is drawn for the uplinks of made-up sites, by a site's index. */
export function drawsOfSites(seed: string): (site: number) => SiteDraws {
  const random = stream(seed, 'topology', 'uplinks');
  const [second, stretch, lastMile] = [13, 17, 19].map(root => evenSteps(Math.sqrt(root), random.uniform()));
  return site => ({ second: second(site), stretch: stretch(site), lastMile: lastMile(site) });
}

/** Models that have a share of the sites together, in an order in which those near each other follow each other. */
interface Group {
  readonly share: number;
  readonly models: readonly Model[];
}

const anySite: readonly Model[] = planetlabSites.map(({ class: kind, coordinates, country, region }) => {
  return { class: kind, coordinates, country, region };
});

const atEdge = anySite.filter(model => model.class === 'edge');

const atHub = hubs.map(({ country, coordinates }) => ({ coordinates, country, region: regionOf(country)! }));

const as = (kind: SiteClass, models: readonly Omit<Model, 'class'>[]): Model[] =>
  models.map(model => ({ ...model, class: kind }));

const MODELS: Readonly<Record<SiteClass | 'any', readonly Group[]>> = {
  any: byRegion(anySite),
  edge: byRegion(atEdge),
  contributed: byRegion(as('contributed', atEdge)),
  'co-location': [groupOf(1, as('co-location', atHub))],
  peering: [groupOf(1, as('peering', atHub))],
};

function byRegion(models: readonly Model[]): Group[] {
  const inRegion = (region: string): Model[] => models.filter(model => model.region === region);
  return Object.entries(REGION_SHARES)
    .map(([region, share]) => groupOf(share, inRegion(region)))
    .filter(group => group.models.length > 0);
}

function groupOf(share: number, models: readonly Model[]): Group {
  const along = [...models].sort((a, b) => alongCurve(a.coordinates) - alongCurve(b.coordinates));
  return { share, models: along };
}

/** One model after another: the groups take turns by their shares, and each goes through its models in golden steps. */
function inTurn(groups: readonly Group[], random: RandomStream): () => Model {
  const turn = turns(groups.map(({ share }) => share));
  const placeAt = groups.map(() => evenSteps(GOLDEN, random.uniform()));
  return () => {
    const { index, before } = turn();
    const { models } = groups[index];
    return models[Math.floor(placeAt[index](before) * models.length)];
  };
}

function entriesOf(classes: NonNullable<GenerateSpec['classes']>): (readonly [SiteClass, number])[] {
  const entries = Object.entries(classes) as [SiteClass, number][];
  if (entries.some(([, share]) => share > 0)) return entries;
  throw new TestbedError(['topology', 'generate', 'classes'], 'no share', 'at least one above 0');
}
