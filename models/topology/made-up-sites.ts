// Sites made up: places, classes and numbers of nodes like those of the testbed, at any number of sites.
import { stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { hubs } from './backbone.ts';
import { destination, regionOf } from './geography.ts';
import type { Place } from './hub-paths.ts';
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
  'north-america': 0.407,
  'south-america': 0.0435,
  europe: 0.363,
  africa: 0.003,
  asia: 0.145,
  oceania: 0.0385,
};

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Steps of further sequences beside the golden one, for classes and for numbers of nodes. */
const CLASS_STEP = Math.SQRT2 - 1;
const NODES_STEP = Math.sqrt(3) - 1;

/**
 * Sites `site-1`, `site-2`, ..., each some tens of km from a model. Without `classes` the models are all of PlanetLab's
 * sites; with them, the sites of a class, or for co-location centres and peering points the hub cities.
 *
 * The models are not drawn independently but taken in turn at golden steps from a random start, along all of them in order
 * of region and longitude. So any number of sites has close to the regions' shares (H. Weyl's equidistribution), which a
 * hundred independent draws would miss by several sites, and the first sites do not change with the number of sites.
 * @throws {TestbedError} where no class has a share
 */
export function madeUpSites({ sites, nodesPerSite, classes }: GenerateSpec, seed: string): (Site & Place)[] {
  const start = stream(seed, 'topology', 'places');
  const [place, kind, count] = [start.uniform(), start.uniform(), start.uniform()];
  const classAt = classes === undefined ? undefined : sharedOut(entriesOf(classes));
  const nodesAt = sharedOut(NODES_OF_SITES.map((share, index) => [index + 1, share]));
  return Array.from({ length: sites }, (_, index) => {
    const among = classAt ? MODELS[classAt((kind + index * CLASS_STEP) % 1)] : anyModel;
    const model = among((place + index * GOLDEN) % 1);
    const nodes = nodesPerSite === 'planetlab' ? nodesAt((count + index * NODES_STEP) % 1) : nodesPerSite;
    return standing(`site-${index + 1}`, model, nodes, seed);
  });
}

function standing(name: string, model: Model, nodes: number, seed: string): Site & Place {
  const random = stream(seed, 'topology', name, 'place');
  const coordinates = destination(model.coordinates, random.uniform() * 360, random.exponential(SCATTER));
  return { name, ...model, nodes, coordinates };
}

const REGIONS = Object.keys(REGION_SHARES);

const planetlabModels: readonly Model[] = planetlabSites
  .map(({ class: class_, coordinates, country, region }) => ({ class: class_, coordinates, country, region }))
  .sort(
    (a, b) =>
      REGIONS.indexOf(a.region) - REGIONS.indexOf(b.region) ||
      a.coordinates.longitude - b.coordinates.longitude,
  );

const atEdge = planetlabModels.filter(model => model.class === 'edge');

const hubModels: readonly Omit<Model, 'class'>[] = hubs
  .map(({ country, coordinates }) => ({ coordinates, country, region: regionOf(country)! }))
  .sort((a, b) => a.coordinates.longitude - b.coordinates.longitude);

/** A model at a point of [0, 1). */
type Models = (point: number) => Model;

const MODELS: Readonly<Record<SiteClass, Models>> = {
  edge: byRegion(atEdge),
  contributed: byRegion(atEdge.map(model => ({ ...model, class: 'contributed' }))),
  'co-location': equally(hubModels.map(model => ({ ...model, class: 'co-location' }))),
  peering: equally(hubModels.map(model => ({ ...model, class: 'peering' }))),
};

const anyModel: Models = byRegion(planetlabModels);

function byRegion(models: readonly Model[]): Models {
  const inRegion = (region: Region): number => models.filter(model => model.region === region).length;
  return sharedOut(models.map(model => [model, REGION_SHARES[model.region] / inRegion(model.region)]));
}

function equally(models: readonly Model[]): Models {
  return sharedOut(models.map(model => [model, 1]));
}

function entriesOf(classes: NonNullable<GenerateSpec['classes']>): (readonly [SiteClass, number])[] {
  const entries = Object.entries(classes) as [SiteClass, number][];
  if (entries.some(([, share]) => share > 0)) return entries;
  throw new TestbedError(['topology', 'generate', 'classes'], 'no share', 'at least one above 0');
}

/** What of several stands at a point of [0, 1), each taking up its share of it; some share is above 0. */
function sharedOut<T>(shares: readonly (readonly [item: T, share: number])[]): (point: number) => T {
  const taking = shares.filter(([, share]) => share > 0);
  let sum = 0;
  const ends = taking.map(([, share]) => {
    sum += share;
    return sum;
  });
  return point => {
    let low = 0;
    for (let high = taking.length - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (point * sum < ends[middle]) high = middle;
      else low = middle + 1;
    }
    return taking[low][0];
  };
}
