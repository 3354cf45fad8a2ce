// The control socket of a run, asked.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, Capture, CapturedFrame, FrameLine, Questions, Topic } from './protocol.ts';
import { findRuns, type RunPlace } from './run-state.ts';

/** Nobody answers, or the answer is no. The message is for whoever asked. */
export class ControlError extends Error {
  override name = 'ControlError';
}

/**
 * Finds the run that is meant.
 * @param name of the run, or of its scenario; undefined: the only one that is up
 * @param folders where runs may be; undefined: wherever this user's may be
 * @throws {ControlError} where there is none, or several
 */
export async function findRun(name: string | undefined, folders?: readonly string[]): Promise<ControlClient> {
  const places = findRuns(folders);
  const answering = await Promise.all(places.map(isUp));
  const up = places.filter((_, index) => answering[index]);
  const meant = name === undefined ? up : up.filter(run => run.name === name || scenarioOf(run) === name);
  if (meant.length === 1) return new ControlClient(meant[0]);
  const names = up.map(run => run.name).join(', ');
  if (up.length === 0)
    throw new ControlError('no run is up: start one with petri up or petri run --mode emulate');
  if (meant.length === 0) throw new ControlError(`no run "${name}" is up; up: ${names}`);
  throw new ControlError(
    `several runs are up: say which with --run, one of ${meant.map(run => run.name).join(', ')}`,
  );
}

const scenarioOf = ({ name }: RunPlace) => name.replace(/-\d+$/, '');

/** The socket of a run that was killed may have been left. */
async function isUp({ socket }: RunPlace): Promise<boolean> {
  const connection = createConnection(socket);
  try {
    await once(connection, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

export class ControlClient {
  readonly run: string;
  private readonly socket: string;

  constructor({ name, socket }: RunPlace) {
    this.run = name;
    this.socket = socket;
  }

  /** Whether the run has not ended, as far as its socket tells. */
  get isUp(): boolean {
    return existsSync(this.socket);
  }

  /** @throws {ControlError} with the run's reason where it does not do it */
  async ask<T extends Exclude<Topic, 'capture' | 'down'>>(
    topic: T,
    ask: Questions[T]['ask'],
  ): Promise<Questions[T]['answer']> {
    const { connection, lines } = this.open({ topic, ...ask });
    try {
      return (await firstAnswer(lines)) as Questions[T]['answer'];
    } finally {
      connection.destroy();
    }
  }

  /** Ends the run. Ends when it has ended. @throws {ControlError} */
  async down(): Promise<void> {
    const { connection, lines } = this.open({ topic: 'down' });
    const closed = once(connection, 'close');
    await firstAnswer(lines);
    connection.resume();
    await closed;
    // What is left of it goes within moments.
    for (let tries = 0; this.isUp && tries < 100; tries++) await wait(50);
  }

  /**
   * Tells of a host's packets until `stop` is aborted or the run ends.
   * @param begin told once, before the first packet
   * @param frame told of each packet, and of how many were lost before it
   * @throws {ControlError}
   */
  async capture(
    host: string,
    stop: AbortSignal,
    begin: (capture: Capture) => void,
    frame: (frame: CapturedFrame, lost: number) => void,
  ): Promise<void> {
    const { connection, lines } = this.open({ topic: 'capture', host });
    const end = () => connection.destroy();
    stop.addEventListener('abort', end, { once: true });
    try {
      begin((await firstAnswer(lines)) as Capture);
      for await (const line of lines) {
        if (stop.aborted) break;
        const { time, direction, base64, lost } = JSON.parse(line) as FrameLine;
        frame({ time, direction, bytes: Buffer.from(base64, 'base64') }, lost);
      }
    } finally {
      stop.removeEventListener('abort', end);
      connection.destroy();
    }
  }

  private open(question: object): { connection: Socket; lines: AsyncIterableIterator<string> } {
    const connection = createConnection(this.socket);
    // What is wrong shows in that no answer comes.
    connection.on('error', () => undefined);
    connection.write(`${JSON.stringify(question)}\n`);
    const reader = createInterface({ input: connection });
    connection.once('close', () => reader.close());
    return { connection, lines: reader[Symbol.asyncIterator]() };
  }
}

async function firstAnswer(lines: AsyncIterableIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next();
  if (done) throw new ControlError('the run ended before it answered');
  const answer = JSON.parse(value) as Answer;
  if ('error' in answer) throw new ControlError(answer.error);
  return answer.answer;
}
