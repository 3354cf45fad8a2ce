// How the keys of the network must agree with each other, and with what runs on it.
import { at, has, keysAt, read, wrong } from './document.ts';
import type { Finding } from './finding.ts';
import type { Path } from './source.ts';
import { writeRate } from './units.ts';

const ACCESS: Path = ['network', 'access'];
const SHARING: Path = [...ACCESS, 'sharing'];
const GRAIN: Path = ['network', 'grain'];

const needless = (path: Path, expected: string, other: Path): Finding => ({
  path,
  of: 'key',
  found: path.at(-1)!,
  expected,
  with: other,
});

function* checkSharing(document: unknown): Generator<Finding> {
  const shared = at(document, SHARING) === 'shares';
  if (shared && read('rate', document, [...ACCESS, 'up']) === Infinity) {
    yield needless(
      SHARING,
      'a rate of access.up beside it: nothing need be shared of what is unlimited',
      ACCESS,
    );
  }
  if (!shared && has(document, [...ACCESS, 'root'])) {
    yield needless([...ACCESS, 'root'], 'sharing: shares beside it', ACCESS);
  }
  for (const name of keysAt(document, ['slices'])) {
    const caps = ['slices', name, 'caps'];
    for (const key of shared ? [] : ['share', 'reserve']) {
      if (has(document, [...caps, key])) {
        yield needless([...caps, key], 'network.access.sharing: shares beside it', SHARING);
      }
    }
    const reserve = read('rate', document, [...caps, 'reserve']);
    const cap = read('rate', document, [...caps, 'uplink']) ?? Infinity;
    if (reserve !== undefined && reserve > cap) {
      const expected = 'at most the uplink that the sliver may use';
      yield wrong(document, [...caps, 'reserve'], expected, { with: [...caps, 'uplink'] });
    }
  }
}

/** Packets a second of a site's own that are worth a model: each costs some of a microsecond. */
const MOST_PACKETS = 10_000_000;

/** Packets that come by the nanosecond would never let the time go on. */
function* checkOwnTraffic(document: unknown): Generator<Finding> {
  const own = ['network', 'site', 'own'];
  const packet = read('size', document, [...own, 'packet']) ?? 0;
  for (const way of ['up', 'down']) {
    const rate = read('rate', document, [...own, way]) ?? 0;
    if (packet < 1 || rate <= packet * 8 * MOST_PACKETS) continue;
    const expected = `at most ${writeRate(packet * 8 * MOST_PACKETS)}: ${MOST_PACKETS} packets of ${packet} B a second`;
    yield wrong(document, [...own, way], expected, { with: [...own, 'packet'] });
  }
}

/** Faults that flows see, or that do not concern them. */
const SEEN = ['crash', 'restart', 'churn', 'clock'];

function* checkFlows(document: unknown): Generator<Finding> {
  const flows = at(document, GRAIN) === 'flow';
  const slices = keysAt(document, ['slices']).map(name => ['slices', name]);
  const transfers = slices.filter(slice => has(document, [...slice, 'run', 'transfers']));
  if (!flows) {
    for (const slice of transfers) {
      yield needless([...slice, 'run', 'transfers'], 'network.grain: flow beside it', GRAIN);
    }
    return;
  }
  if (slices.length > 0 && transfers.length === 0) {
    yield wrong(
      document,
      GRAIN,
      'message, or a slice with run: { transfers: ... }, for nothing else makes flows',
    );
  }
  if (at(document, SHARING) === 'shares')
    yield wrong(document, SHARING, 'fifo: flows share as equals', { with: GRAIN });
  for (const slice of transfers) {
    const daily = [...slice, 'caps', 'daily'];
    if (has(document, daily)) yield needless(daily, 'none where the slice makes flows', [...slice, 'run']);
  }
  for (const way of ['up', 'down']) {
    const link = read('rate', document, ['network', 'site', way]);
    const own = ['network', 'site', 'own', way];
    if (link !== undefined && (read('rate', document, own) ?? 0) >= link) {
      yield wrong(document, own, "less than the site's link, or it leaves nothing for flows", {
        with: GRAIN,
      });
    }
  }
  for (const index of keysAt(document, ['faults'])) {
    const fault = ['faults', index];
    const keys = keysAt(document, fault);
    if (keys.length > 0 && SEEN.every(kind => !keys.includes(kind))) {
      const found = keys.join(', ');
      yield {
        path: fault,
        of: 'value',
        found,
        expected: `${SEEN.join(', ')}: flows see no others`,
        with: GRAIN,
      };
    }
  }
}

export function* checkNetwork(document: unknown): Generator<Finding> {
  yield* checkSharing(document);
  yield* checkOwnTraffic(document);
  yield* checkFlows(document);
}
