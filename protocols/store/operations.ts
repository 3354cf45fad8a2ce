// Creating, writing and reading an object: each a quorum of its replicas.
import { randomId } from '../identifier.ts';
import type { Distribution } from '../port.ts';
import { storeCodec } from './codec.ts';
import { type Configuration, isNewer, sameVersion, type Version } from './messages.ts';
import type { Parts } from './parts.ts';
import { type End, type Ended, Pursuit } from './pursuit.ts';
import { recruit } from './recruit.ts';
import { type Answers, askAll } from './round.ts';

export interface Read {
  readonly end: End;
  /** Undefined where the read did not succeed. */
  readonly found: { readonly version: Version; readonly value: Uint8Array } | undefined;
}

export interface Written {
  readonly end: End;
  /** Undefined where the write did not get as far as to have one. */
  readonly version: Version | undefined;
}

export class Operations {
  private readonly parts: Parts;
  private readonly replicas: Distribution;
  /** The highest counter that this host has given a write of a key, acknowledged or not: its own writes are in order. */
  private readonly counters = new Map<number, number>();

  /** @param replicas of each read: members that held the object */
  constructor(parts: Parts, replicas: Distribution) {
    this.parts = parts;
    this.replicas = replicas;
  }

  /**
   * Creates an object under a new random key. Nobody else creates that key, so there is one first configuration: the N
   * hosts that answer first of those that follow the key. What failed is given up, key and all.
   * @param done with undefined where it failed
   */
  create(value: Uint8Array, done: (object: { key: number; version: Version } | undefined) => void): void {
    const { link, locator, options } = this.parts;
    const key = randomId(() => link.random());
    const version = this.versionAfter(key, 0);
    locator.candidates(key, candidates =>
      recruit(link, candidates, options.n, members => {
        if (members.length < options.n) {
          done(undefined);
          return;
        }
        const config = { epoch: 1, members };
        askAll(link, {
          config,
          request: () => ({ type: 'install', key, config, version, value }),
          wanted: 'ok',
          need: options.w,
          done: ({ wanted }) => {
            if (wanted.length < options.w) done(undefined);
            else {
              locator.learn(key, config);
              done({ key, version });
            }
          },
        });
      }),
    );
  }

  /** Writes: asks R replicas for the newest version, and gives the next one to W. */
  put(key: number, value: Uint8Array, done: (written: Written) => void): void {
    const { link, locator, options } = this.parts;
    let version: Version | undefined;
    new Pursuit(link, locator, {
      key,
      timeout: options.timeout,
      need: Math.max(options.r, options.w),
      done: end => done({ end, version }),
      attempt: (config, ended) => {
        if (version) {
          this.write(config, key, version, value, ended);
          return;
        }
        this.query(config, key, ended, counter => {
          version ??= this.versionAfter(key, counter);
          this.write(config, key, version, value, ended);
        });
      },
    }).run();
  }

  /** Reads the newest version that R replicas hold, and gives it to those that turn out to hold an older one. */
  get(key: number, done: (read: Read) => void): void {
    const { link, locator, options } = this.parts;
    let found: Read['found'];
    new Pursuit(link, locator, {
      key,
      timeout: options.timeout,
      need: options.r,
      done: end => done({ end, found: end === 'succeeded' ? found : undefined }),
      attempt: (config, ended) =>
        askAll(link, {
          config,
          request: ({ life }) => ({ type: 'read', key, epoch: config.epoch, life }),
          wanted: 'value',
          need: options.r,
          done: answers => {
            if (answers.wanted.length >= options.r) found = newestOf(answers);
            ended(found ? undefined : answers);
          },
          complete: answers => {
            if (answers.wanted.length < options.r) return;
            this.replicas.record(answers.wanted.length);
            this.repair(key, config.epoch, answers);
          },
        }),
    }).run();
  }

  /** @param found with the highest counter that R replicas hold; `ended` where fewer answer */
  private query(config: Configuration, key: number, ended: Ended, found: (counter: number) => void): void {
    const { link, options } = this.parts;
    askAll(link, {
      config,
      request: ({ life }) => ({ type: 'query', key, epoch: config.epoch, life }),
      wanted: 'version',
      need: options.r,
      done: answers => {
        if (answers.wanted.length < options.r) ended(answers);
        else found(Math.max(...answers.wanted.map(({ reply }) => reply.version.counter)));
      },
    });
  }

  private write(config: Configuration, key: number, version: Version, value: Uint8Array, ended: Ended): void {
    const { link, options } = this.parts;
    askAll(link, {
      config,
      request: ({ life }) => ({ type: 'write', key, epoch: config.epoch, life, version, value }),
      wanted: 'ok',
      need: options.w,
      done: answers => ended(answers.wanted.length < options.w ? answers : undefined),
    });
  }

  private repair(key: number, epoch: number, answers: Answers<'value'>): void {
    const { version, value } = newestOf(answers);
    for (const { member, reply } of answers.wanted) {
      if (sameVersion(reply.version, version)) continue;
      const { address, life } = member;
      const request = { type: 'write', key, epoch, life, version, value } as const;
      this.parts.repairBytes.add(storeCodec.sizeOf({ ...request, rpc: 0 }));
      this.parts.link.call(address, request, () => undefined);
    }
  }

  private versionAfter(key: number, counter: number): Version {
    const next = Math.max(counter, this.counters.get(key) ?? 0) + 1;
    this.counters.set(key, next);
    return { counter: next, tag: randomId(() => this.parts.link.random()) };
  }
}

function newestOf({ wanted }: Answers<'value'>): { version: Version; value: Uint8Array } {
  return wanted.map(({ reply }) => reply).reduce((a, b) => (isNewer(b.version, a.version) ? b : a));
}
