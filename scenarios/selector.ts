// Selectors: which nodes a fault meets, as people write it (`10% of nodes`, `region europe`, `princeton-1`).
import type { Amount, Selector } from '../models/faults/spec.ts';
import type { Region, SiteClass } from '../models/topology/site.ts';
import { nearest } from './nearest.ts';
import { Misread, readFraction } from './units.ts';

/** Names of sites, nodes and slices: what a host name's label may be (RFC 1123, 2.1), in lower case. */
export const NAME_PATTERN = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

const REGIONS: readonly Region[] = ['africa', 'asia', 'europe', 'north-america', 'oceania', 'south-america'];
const CLASSES: readonly SiteClass[] = ['edge', 'co-location', 'peering', 'contributed'];
const EXPECTED =
  'all, "10% of nodes", "5 nodes", "2 sites", "1 power group", the name of a site or node, "region europe", "country US", or "class contributed"';

const isName = (text: string) => new RegExp(NAME_PATTERN).test(text);

function readCountry(text: string): Selector | Misread {
  const country = text.toUpperCase();
  return /^[A-Z]{2}$/.test(country)
    ? { kind: 'country', country }
    : new Misread('country and a two-letter code (ISO 3166-1), such as "country US"');
}

function readRegion(text: string): Selector | Misread {
  const region = REGIONS.find(known => known === text.toLowerCase());
  if (region) return { kind: 'region', region };
  const meant = nearest(text, REGIONS);
  return new Misread(`region and one of ${REGIONS.join(', ')}`, meant && `region ${meant}`);
}

function readClass(text: string): Selector | Misread {
  const found = CLASSES.find(known => known === text.toLowerCase());
  if (found) return { kind: 'class', class: found };
  const meant = nearest(text, CLASSES);
  return new Misread(`class and one of ${CLASSES.join(', ')}`, meant && `class ${meant}`);
}

/** `5`, or with `percent` 5 %, of what. */
function readAmount(figure: string, percent: boolean, what: string): Amount | Misread {
  if (!percent) {
    const count = Number(figure);
    return Number.isSafeInteger(count) && count >= 1
      ? { count }
      : new Misread(`a whole number of ${what}, at least 1`);
  }
  const fraction = readFraction(`${figure}%`);
  return typeof fraction === 'number' && fraction > 0
    ? { fraction }
    : new Misread(`more than 0% and at most 100% of ${what}`);
}

/** `5 nodes`, `10% of sites`, `2 power groups`, `power group 2`; undefined where the text is nothing of that kind. */
function readPart(text: string): Selector | Misread | undefined {
  const [, kind, number] = /^([a-z0-9-]+) group (\d+)$/.exec(text) ?? [];
  if (kind !== undefined && isName(kind)) {
    return Number(number) >= 1
      ? { kind: 'group', of: kind, number: Number(number) }
      : new Misread(`the number of a group, from 1, such as "${kind} group 1"`);
  }
  const [, figure, percent, what] =
    /^(\d+(?:\.\d+)?) ?(?:(%) of )?(nodes?|sites?|[a-z0-9-]+ groups?)$/.exec(text) ?? [];
  if (what === undefined) return undefined;
  const plural = what.endsWith('s') ? what : `${what}s`;
  const amount = readAmount(figure!, percent === '%', plural);
  if (amount instanceof Misread) return amount;
  if (plural === 'sites') return { kind: 'sites', amount };
  if (plural !== 'nodes') return { kind: 'groups', of: what.split(' ')[0]!, amount };
  return 'count' in amount ? { kind: 'count', ...amount } : { kind: 'fraction', ...amount };
}

/** Reads one selector: any kind but `rest`, which stands only in a partition. */
export function readSelector(value: unknown): Selector | Misread {
  if (typeof value !== 'string') return new Misread(EXPECTED, suggestion(String(value)));
  const text = value.trim().replace(/\s+/g, ' ');
  if (text === 'all') return { kind: 'all' };
  const part = readPart(text);
  if (part) return part;
  const [, word, rest] = /^(\S+) (\S+)$/.exec(text) ?? [];
  if (word === 'region') return readRegion(rest!);
  if (word === 'country') return readCountry(rest!);
  if (word === 'class') return readClass(rest!);
  const named = word === 'site' || word === 'node';
  const name = named ? rest! : text;
  // A bare figure is rather a number of nodes without its unit than a name.
  const ambiguous = !named && (/^\d+$/.test(text) || text === 'rest');
  if (isName(name) && !ambiguous) return { kind: 'name', name };
  return new Misread(EXPECTED, suggestion(text));
}

/** A selector much like the text, if there is one. */
function suggestion(text: string): string | undefined {
  const meant = similar(text);
  if (meant === undefined || meant === text) return undefined;
  return readSelector(meant) instanceof Misread ? undefined : meant;
}

function similar(text: string): string | undefined {
  const amount = /^(\d+(?:\.\d+)?) ?(%?)/.exec(text);
  if (amount) return amount[2] ? `${amount[1]}% of nodes` : `${amount[1]} nodes`;
  const [, word, rest] = /^(\S+) (\S+)$/.exec(text) ?? [];
  const meant = word && nearest(word, ['region', 'country', 'class', 'site', 'node']);
  return meant ? `${meant} ${rest!.toLowerCase()}` : text.toLowerCase();
}

/** Two selectors are the same nodes for certain. */
const same = (a: Selector, b: Selector) => JSON.stringify(a) === JSON.stringify(b);

const GROUPS =
  'two or more groups separated by |, such as "region europe | rest", or two separated by >, such as "region europe > rest"';

/** The groups of a partition. */
export interface Partition {
  readonly groups: readonly (readonly Selector[])[];
  /** There are two, and the second reaches the first. */
  readonly oneWay?: true;
}

/**
 * Reads the groups of a partition: separated by `|`, or, where the first does not reach the second but the second the
 * first, by `>`; the selectors within a group by commas. `rest`, alone in its group, is all that the other groups do not
 * name.
 */
export function readPartition(value: unknown): Partition | Misread {
  if (typeof value !== 'string') return new Misread(GROUPS);
  const oneWay = value.includes('>');
  const groups: Selector[][] = [];
  for (const part of value.split(/[|>]/)) {
    const group: Selector[] = [];
    for (const term of part.split(',')) {
      const alone = part.trim() === 'rest';
      const selector: Selector | Misread = alone ? { kind: 'rest' } : readSelector(term);
      if (selector instanceof Misread) return misreadGroups(value, term.trim(), selector);
      group.push(selector);
    }
    groups.push(group);
  }
  if (oneWay && groups.length > 2) return new Misread('two groups where one is cut from the other by >');
  return contradiction(groups) ?? { groups, ...(oneWay ? { oneWay } : {}) };
}

function misreadGroups(value: string, term: string, { expected, hint }: Misread): Misread {
  if (term === '') return new Misread(GROUPS);
  if (term === 'rest') return new Misread('rest alone in its group');
  return new Misread(`in every group ${expected}`, hint && value.replace(term, hint));
}

function contradiction(groups: readonly (readonly Selector[])[]): Misread | undefined {
  const terms = groups.flat();
  if (groups.length < 2) return new Misread(GROUPS);
  if (terms.some(({ kind }) => kind === 'all'))
    return new Misread('groups that leave something to each other: all leaves nothing');
  const twice = terms.some((term, index) =>
    terms.slice(index + 1).some(other => isFixed(term) && same(term, other)),
  );
  return twice ? new Misread('every name, region, country and rest in one group only') : undefined;
}

/** Draws may stand in two groups; what names nodes may not. */
const isFixed = ({ kind }: Selector) => !['count', 'fraction', 'sites', 'groups'].includes(kind);
