// Selectors and partitions: what people write and what it selects.
import { describe, expect, test } from 'vitest';
import { readPartition, readSelector } from '../../scenarios/selector.ts';
import { Misread } from '../../scenarios/units.ts';

describe('a selector', () => {
  test.each([
    ['all', { kind: 'all' }],
    ['10% of nodes', { kind: 'fraction', fraction: 0.1 }],
    ['2.5 % of nodes', { kind: 'fraction', fraction: 0.025 }],
    ['5 nodes', { kind: 'count', count: 5 }],
    ['1 node', { kind: 'count', count: 1 }],
    ['princeton', { kind: 'name', name: 'princeton' }],
    ['site princeton', { kind: 'name', name: 'princeton' }],
    ['site 5', { kind: 'name', name: '5' }],
    ['node princeton-1', { kind: 'name', name: 'princeton-1' }],
    ['region europe', { kind: 'region', region: 'europe' }],
    ['country us', { kind: 'country', country: 'US' }],
  ])('%s', (text, selector) => {
    expect(readSelector(text)).toEqual(selector);
  });

  test.each([
    ['10% nodes', '10% of nodes'],
    ['5', '5 nodes'],
    ['0 nodes', undefined],
    ['1.5 nodes', undefined],
    ['101% of nodes', undefined],
    ['0% of nodes', undefined],
    ['region eurpe', 'region europe'],
    ['regin europe', 'region europe'],
    ['country USA', undefined],
    ['Princeton', 'princeton'],
    ['site Princeton', 'site princeton'],
    ['site Foo!', undefined],
    ['sit foo!', undefined],
    ['rest', undefined],
    ['', undefined],
  ])('not %s', (text, hint) => {
    const reading = readSelector(text);
    expect(reading).toBeInstanceOf(Misread);
    expect((reading as Misread).hint).toBe(hint);
  });
});

describe('a partition', () => {
  test('is groups of selectors', () => {
    expect(readPartition('region europe, country US | princeton | rest')).toEqual({
      groups: [
        [
          { kind: 'region', region: 'europe' },
          { kind: 'country', country: 'US' },
        ],
        [{ kind: 'name', name: 'princeton' }],
        [{ kind: 'rest' }],
      ],
    });
  });

  test('may be one-way', () => {
    expect(readPartition('country US, mit > rest')).toEqual({
      groups: [
        [
          { kind: 'country', country: 'US' },
          { kind: 'name', name: 'mit' },
        ],
        [{ kind: 'rest' }],
      ],
      oneWay: true,
    });
  });

  test('may draw so many nodes for each group', () => {
    expect(readPartition('5 nodes | 5 nodes')).toMatchObject({ groups: [{}, {}] });
  });

  test.each([
    ['region europe', 'two or more groups'],
    ['princeton |', 'two or more groups'],
    ['all | rest', 'all leaves nothing'],
    ['princeton | mit, princeton', 'in one group only'],
    ['rest | rest', 'in one group only'],
    ['rest, mit | princeton', 'rest alone'],
    ['region mars | rest', 'region and one of africa'],
    ['princeton > mit > diku', 'two groups where one is cut from the other by >'],
    ['princeton > mit | diku', 'two groups where one is cut from the other by >'],
    ['princeton >', 'two separated by >'],
    ['all > rest', 'all leaves nothing'],
    ['princeton > princeton', 'in one group only'],
  ])('is not %s', (text, expected) => {
    const reading = readPartition(text);
    expect(reading).toBeInstanceOf(Misread);
    expect((reading as Misread).expected).toContain(expected);
  });
});
