// The hold model: the next event is taken out, and one put in at a random time after it, so that as many stay pending
// (Jones, Communications of the ACM 29(4), 1986). Here with exponential increments, which are drawn beforehand.
import { Heap } from 'heap-js';
import { EventQueue } from '../sim/event-queue.ts';
import { stream } from '../sim/random.ts';
import { NO_HOST, Simulation } from '../sim/simulation.ts';
import { SECOND } from '../sim/time.ts';

/** Makes a queue that holds `pending` events; what it returns does so many holds more at each call. */
export type Hold = (pending: number) => (holds: number) => void;

const MASK = 2 ** 16 - 1;
const increments = drawIncrements();

function drawIncrements(): Float64Array {
  const random = stream('hold model');
  return Float64Array.from({ length: MASK + 1 }, () => Math.round(random.exponential(SECOND)));
}

/** The event queue by itself. */
export const holdQueue: Hold = pending => {
  const queue = new EventQueue();
  let draws = 0;
  const subject = {};
  for (; draws < pending; draws++) queue.post(increments[draws & MASK], 1, NO_HOST, subject, 0, 0);
  return holds => {
    for (let left = holds; left > 0; left--) {
      queue.pop();
      queue.post(queue.time + increments[draws++ & MASK], queue.kind, queue.host, queue.subject, 0, 0);
    }
  };
};

/** The whole simulation: events by kind, each handled, counted and entered in the digest. */
export const holdSimulation: Hold = pending => {
  const sim = new Simulation();
  let draws = 0;
  const again = sim.kind<undefined>('again', host => {
    sim.post(sim.now + increments[draws++ & MASK], again, host, undefined);
  });
  for (; draws < pending; draws++) sim.post(increments[draws & MASK], again, NO_HOST, undefined);
  return holds => void sim.run(Infinity, holds);
};

interface HeapEvent {
  time: number;
  sequence: number;
  run: () => void;
}

/** A heap of event objects with callbacks, as one writes it with heap-js. */
export const holdHeap: Hold = pending => {
  const heap = new Heap<HeapEvent>((a, b) => a.time - b.time || a.sequence - b.sequence);
  let draws = 0;
  let now = 0;
  const run = () => {
    const time = now + increments[draws & MASK];
    heap.push({ time, sequence: draws++, run });
  };
  for (let left = pending; left > 0; left--) run();
  return holds => {
    for (let left = holds; left > 0; left--) {
      const event = heap.pop() as HeapEvent;
      now = event.time;
      event.run();
    }
  };
};
