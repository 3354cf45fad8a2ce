// --check-determinism in mode `virtual`: two runs side by side, event against event and line against line.
import { sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { LogComparison } from '../sim/event-log.ts';
import { formatDuration } from '../sim/time.ts';
import type { Comparison } from './determinism.ts';
import { UsageError } from './exit.ts';
import { unwatched } from './finished.ts';
import type { Explained, FromVirtual, VirtualPlan } from './virtual-messages.ts';
import { hearWorld, startWorld, virtualPlan } from './virtual-mode.ts';

type Ended = Extract<FromVirtual, { kind: 'ended' }>;

export async function compareVirtualRuns(testbed: Testbed, scenario: Scenario): Promise<Comparison> {
  const plan: VirtualPlan = { ...(await virtualPlan(testbed, scenario, unwatched)), events: 'told' };
  const names = sliversOf(testbed).names;
  const events = new LogComparison();
  const lines = new LineComparison();
  const sides = [0, 1] as const;
  const [first] = await Promise.all(
    sides.map(side =>
      hearWorld<Ended>(startWorld(plan), message => {
        if (message.kind === 'events') events.add(side, message.chunk);
        else if (message.kind === 'output')
          lines.add(side, `${names[message.host]}: ${message.text.trimEnd()}`);
        else if (message.kind === 'ended') {
          events.end(side);
          return message;
        }
        return undefined;
      }),
    ),
  );
  if (first.failure !== undefined) throw new UsageError(first.failure);
  const difference =
    events.difference === undefined ? lines.difference : await explain(plan, events.difference, names);
  return { events: first.events, digest: first.digest, difference };
}

/** Runs twice more up to the event that differed, this time with the stacks of who asked for it. */
async function explain(plan: VirtualPlan, event: number, names: readonly string[]): Promise<string> {
  const again = () =>
    hearWorld<Explained>(startWorld({ ...plan, events: event }), message =>
      message.kind === 'explained' ? message.explained : undefined,
    );
  const [first, second] = [await again(), await again()];
  const describe = ({ event, stack }: Explained) => {
    if (event === undefined) return 'no further event';
    const where = event.host < 0 ? 'the testbed' : names[event.host];
    const from = stack.split('\n').slice(1).join('\n');
    return `${event.kind} at ${where}, ${event.time} ns (${formatDuration(event.time)})\n${from}`;
  };
  return [
    `two runs are the same for ${event} events, then differ; run again up to there:`,
    `  first run:  ${describe(first)}`,
    `  second run: ${describe(second)}`,
  ].join('\n');
}

/** The lines that two runs print, compared as they come. */
class LineComparison {
  difference: string | undefined;
  private readonly waiting: [string[], string[]] = [[], []];

  add(side: 0 | 1, line: string): void {
    this.waiting[side].push(line);
    const [first, second] = this.waiting;
    while (first.length > 0 && second.length > 0) {
      const [a, b] = [first.shift()!, second.shift()!];
      if (a !== b) {
        this.difference ??= `the events of two runs are the same, but not what is printed:\n  first run:  ${a}\n  second run: ${b}`;
      }
    }
  }
}
