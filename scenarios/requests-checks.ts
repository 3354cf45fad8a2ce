// How the keys of requests must agree with each other.
import { at, has, read, wrong } from './document.ts';
import type { Finding } from './finding.ts';
import { writeDuration } from './units.ts';

export function* checkRequests(document: unknown): Generator<Finding> {
  const path = (...keys: string[]) => ['requests', ...keys];
  if (has(document, path('nodes')) && has(document, path('share'))) {
    const expected = 'either nodes or share';
    yield { path: path('share'), of: 'key', found: 'share', expected, with: path('nodes') };
  }
  const before = read('duration', document, path('renewal', 'before'));
  const ahead = read('duration', document, path('renewal', 'ahead'));
  if (before !== undefined && ahead !== undefined && ahead <= before) {
    const expected = `more than before, ${writeDuration(before)}: or renewing would not lengthen a lease`;
    yield wrong(document, path('renewal', 'ahead'), expected, { with: path('renewal', 'before') });
  }
  const reservations = at(document, path('control')) === 'reservations';
  if (has(document, path('reservable')) && !reservations) {
    const expected = 'beside control: reservations alone';
    yield { path: path('reservable'), of: 'key', found: 'reservable', expected, with: path('control') };
  }
}
