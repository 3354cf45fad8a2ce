// What may be set of traffic.
import { blockFetchOptions } from '../block-fetch-options.ts';
import { MAX_PAYLOAD } from '../bytes.ts';
import type { OptionValues } from '../options.ts';
import { LEAST } from './codec.ts';

const mean = (of: string) => ({ kind: 'duration', minimum: 1, about: `mean ${of}` }) as const;

export const trafficOptions = {
  pattern: {
    kind: 'choice',
    default: 'poisson',
    choices: ['none', 'poisson', 'on-off', 'diurnal', 'flash-crowd', 'series', 'web', 'bulk'],
    about: 'when and what a host sends: nothing of its own accord, by one of the processes, pages, transfers',
  },
  every: {
    kind: 'duration',
    default: 1e9,
    minimum: 1000,
    about: 'mean time between messages of a host, at the rate that the pattern modulates',
  },
  exchange: {
    kind: 'choice',
    default: 'datagram',
    choices: ['datagram', 'request'],
    about: 'messages that nobody answers, or requests; not for web and bulk',
  },
  bytes: {
    kind: 'bytes',
    default: 500,
    minimum: LEAST.request,
    maximum: MAX_PAYLOAD,
    about: 'payload of a datagram or a request',
  },
  receivers: {
    kind: 'count',
    default: 0,
    minimum: 0,
    maximum: 10_000,
    about: 'members that a host sends to, drawn once; 0: drawn anew each time',
  },
  response: {
    bytes: {
      kind: 'bytes',
      default: 1000,
      minimum: LEAST.response,
      maximum: MAX_PAYLOAD,
      about: 'payload of the response to a request',
    },
    timeout: {
      kind: 'duration',
      default: 3e9,
      minimum: 1,
      about: 'a request without response by then has failed',
    },
  },
  onOff: {
    periods: {
      kind: 'choice',
      default: 'pareto',
      choices: ['exponential', 'pareto'],
      about: 'how long a host sends and is silent by turns',
    },
    on: { ...mean('time that a host sends'), default: 1e9 },
    off: { ...mean('time that it is silent'), default: 9e9 },
    hurst: {
      kind: 'fraction',
      default: 0.75,
      minimum: 0.5,
      maximum: 0.95,
      about: 'Hurst parameter H of many such hosts together: Pareto periods have the shape 3 - 2H',
    },
  },
  diurnal: {
    day: { kind: 'duration', default: 86_400e9, minimum: 1e9, about: 'length of a day' },
    peak: {
      kind: 'duration',
      default: 50_400e9,
      minimum: 0,
      about: "when the rate is highest, after the host's start",
    },
    swing: { kind: 'fraction', default: 0.8, about: 'by what share of the mean the rate rises and falls' },
  },
  crowd: {
    at: {
      kind: 'duration',
      default: 60e9,
      minimum: 0,
      about: "when the crowd comes, after the host's start",
    },
    rise: { kind: 'duration', default: 30e9, minimum: 0, about: 'how long the rate rises' },
    hold: { kind: 'duration', default: 120e9, minimum: 0, about: 'how long it is highest' },
    decay: { kind: 'duration', default: 300e9, minimum: 1, about: 'in what time it falls by a factor of e' },
    times: { kind: 'count', default: 20, minimum: 1, maximum: 10_000, about: 'by what the rate multiplies' },
  },
  series: {
    step: { kind: 'duration', default: 60e9, minimum: 1e6, about: 'time that one number is for' },
    counts: {
      kind: 'series',
      default: [60],
      maximum: 1e9,
      about: "mean numbers of a host's messages, step by step, and then from the first one on again",
    },
  },
  web: {
    think: {
      kind: 'duration',
      default: 1e9,
      minimum: 1,
      about: 'least time between two pages of a user, Pareto with the shape 1.5',
    },
    pause: {
      kind: 'duration',
      default: 1.46e9,
      minimum: 1,
      about: 'scale of the time between two objects of a page, Weibull with the shape 0.382',
    },
    largest: {
      kind: 'bytes',
      default: 10_000_000,
      minimum: 200_000,
      maximum: 1e9,
      about: 'no object is larger',
    },
  },
  bulk: {
    bytes: { kind: 'bytes', default: 10_000_000, minimum: 1, maximum: 1e9, about: 'size of a transfer' },
    pause: { kind: 'duration', default: 1e9, minimum: 0, about: 'mean time between transfers, exponential' },
  },
  transfer: {
    block: {
      kind: 'bytes',
      default: 1200,
      minimum: 64,
      maximum: MAX_PAYLOAD,
      about: 'objects and bulk transfers travel in datagrams of this payload',
    },
    ...blockFetchOptions,
  },
} as const;

export type TrafficOptions = OptionValues<typeof trafficOptions>;
