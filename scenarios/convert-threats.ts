// Threats of a checked document in base units.
import type { FloodSpec, WormSpec } from '../models/threats/spec.ts';
import { fraction, given, sure, time, timeLaw } from './checked.ts';
import { readSelector } from './selector.ts';
import type { FloodDocument, WormDocument } from './threats-schema.ts';

const selector = (written: string) => sure(readSelector(written));

export function wormOf(worm: WormDocument): WormSpec {
  const { at, patients, vulnerable, probe, local, outside, quarantine, patch } = worm;
  return {
    at: time(at),
    patients: selector(patients),
    vulnerable: selector(vulnerable),
    probe: timeLaw(probe),
    local: fraction(local),
    outside,
    ...given('escape', worm.escape, timeLaw),
    ...given('detect', worm.detect, timeLaw),
    ...given('quarantine', quarantine, ({ after, reinstall }) => ({
      after: timeLaw(after),
      reinstall: timeLaw(reinstall),
    })),
    ...given('patch', patch, ({ after, reach }) => ({ after: timeLaw(after), reach: timeLaw(reach) })),
  };
}

export function floodOf(flood: FloodDocument): FloodSpec {
  const { at, slice, rate, forged, background, complaint, audit, cap, reach } = flood;
  return {
    at: time(at),
    slice,
    rate,
    forged,
    background,
    complaint: timeLaw(complaint),
    audit: { sample: fraction(audit.sample), window: time(audit.window), search: timeLaw(audit.search) },
    cap,
    reach: timeLaw(reach),
  };
}
