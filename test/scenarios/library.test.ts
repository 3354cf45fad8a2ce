// The scenarios that ship: each asks a question, and its runs meet what it expects of them, with one digest every time.
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Done } from '../../cli/fleet.ts';
import { judgeVariants } from '../../cli/judge-variants.ts';
import { libraryFiles } from '../../scenarios/library.ts';
import { loadDesigns } from '../../scenarios/load.ts';
import type { LoadedDesigns, LoadedScenario } from '../../scenarios/scenario.ts';

/** A scenario whose runs come to fewer events is run twice as a whole; of another only the shortest run is made again. */
const FEW = 200_000;

/** The threads of a fleet load compiled code. */
const fleet = new URL('../../dist/cli/fleet.js', import.meta.url);

/** Real programs run in other modes, where tests of their own hold them. */
const isModelled = ({ designs }: LoadedDesigns) =>
  designs.every(({ scenario }) =>
    scenario.slices.every(({ run }) => run.kind === 'protocol' || run.kind === 'transfers'),
  );

const library = [...libraryFiles()].map(([name, file]) => ({ name, file, loaded: loadDesigns(file) }));
const modelled = library.filter(({ loaded }) => isModelled(loaded));

async function runAll(designs: readonly LoadedScenario[]): Promise<Map<LoadedScenario, Done>> {
  if (!existsSync(fleet)) throw new Error('build first: npm run build');
  const { runFleet } = (await import(fleet.href)) as typeof import('../../cli/fleet.ts');
  const jobs = designs.map(({ scenario, variant }) => ({ scenario, variant }));
  const { done } = await runFleet(jobs, 'model');
  return new Map(designs.map((design, index) => [design, done[index]!]));
}

describe.each(library)('$name', ({ file, loaded }) => {
  test('states its question, and ends in what it expects', () => {
    for (const { scenario } of loaded.designs) expect(scenario.about).toMatch(/\?$/);
    expect(loaded.expect.length).toBeGreaterThan(0);
    const keys = [...readFileSync(file, 'utf8').matchAll(/^(\w+):/gm)].map(([, key]) => key);
    expect(keys.at(-1)).toBe('expect');
  });
});

describe('in mode model', () => {
  let ran: Map<LoadedScenario, Done>;
  let again: Map<LoadedScenario, Done>;

  const eventsOf = (design: LoadedScenario) => ran.get(design)!.summary.events;

  /** Which designs of a scenario are run again. */
  function repeated({ designs }: LoadedDesigns): LoadedScenario[] {
    const shortest = designs.toSorted((a, b) => eventsOf(a) - eventsOf(b));
    const all = designs.reduce((sum, design) => sum + eventsOf(design), 0);
    return all < FEW ? shortest : shortest.slice(0, 1);
  }

  beforeAll(async () => {
    ran = await runAll(modelled.flatMap(({ loaded }) => loaded.designs));
    again = await runAll(modelled.flatMap(({ loaded }) => repeated(loaded)));
  }, 600_000);

  test.each(modelled)('$name: what is expected holds', ({ loaded }) => {
    const summaries = loaded.designs.map(design => ran.get(design)!.summary);
    for (const { partial } of summaries) expect(partial).toBe(false);
    const results = loaded.compared
      ? judgeVariants(loaded.expect, summaries)
      : summaries.flatMap(({ expectations }) => expectations);
    expect(results.length).toBeGreaterThanOrEqual(loaded.expect.length);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  test.each(modelled)('$name: a second run is the same', ({ loaded }) => {
    for (const design of repeated(loaded)) {
      const [first, second] = [ran, again].map(runs => runs.get(design)!.summary);
      expect(second!.digest).toBe(first!.digest);
      expect(second!.metrics).toEqual(first!.metrics);
    }
  });
});
