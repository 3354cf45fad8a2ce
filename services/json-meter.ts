// A meter that writes each observation as a line of JSON, for whoever collects them.
import type { Counter, Distribution, Meter, Unit } from '../protocols/port.ts';

/** One line of output; `time` is added when it is written. */
export type Line = Readonly<Record<string, string | number>>;

/** Writes lines of JSON, each with the Unix time in milliseconds. */
export class JsonLines {
  private readonly write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  line(line: Line): void {
    this.write(`${JSON.stringify({ time: Date.now(), ...line })}\n`);
  }
}

/**
 * A distribution's line is `{"time", "metric", "value", "unit"}`. A counter's is the same with unit `count`, and its
 * value is what was added: the sum over the lines is the count. A distribution of counts says that it is one, by
 * `"kind": "distribution"`.
 */
export class JsonMeter implements Meter {
  private readonly lines: JsonLines;

  constructor(lines: JsonLines) {
    this.lines = lines;
  }

  counter(metric: string): Counter {
    return { add: (by = 1) => this.lines.line({ metric, value: by, unit: 'count' }) };
  }

  distribution(metric: string, unit: Unit): Distribution {
    const kind = unit === 'count' ? { kind: 'distribution' } : {};
    return { record: value => this.lines.line({ metric, value, unit, ...kind }) };
  }
}
