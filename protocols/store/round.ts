// A round: one request to every member of a configuration, and what they answered.
import type { Link } from './link.ts';
import type { Configuration, KeyRequest, Member, StoreReply, Unnumbered } from './messages.ts';

type Typed<T extends StoreReply['type']> = Extract<StoreReply, { type: T }>;

/** What has been answered so far. */
export interface Answers<T extends StoreReply['type'] = StoreReply['type']> {
  readonly wanted: readonly { readonly member: Member; readonly reply: Typed<T> }[];
  /** Replies of other types. */
  readonly others: readonly StoreReply[];
  /** The latest configuration that a member said is in force. */
  readonly newer: Configuration | undefined;
  /** Members that have lost what they held. */
  readonly gone: number;
}

export interface RoundSpec<T extends StoreReply['type']> {
  readonly config: Configuration;
  readonly request: (member: Member) => Unnumbered<KeyRequest>;
  readonly wanted: T;
  /** Replies of that type that suffice. */
  readonly need: number;
  /** Runs once: with enough, with word of a newer configuration, or when everyone has answered or timed out. */
  readonly done: (answers: Answers<T>) => void;
  /** Runs after that, when everyone has. */
  readonly complete?: (answers: Answers<T>) => void;
}

export function askAll<T extends StoreReply['type']>(link: Link, spec: RoundSpec<T>): void {
  const { config, request, wanted, need, done, complete } = spec;
  const answers = {
    wanted: [] as { member: Member; reply: Typed<T> }[],
    others: [] as StoreReply[],
    newer: undefined as Configuration | undefined,
    gone: 0,
  };
  let left = config.members.length;
  let ended = false;
  const take = (member: Member, reply: StoreReply): void => {
    if (reply.type === wanted) {
      answers.wanted.push({ member, reply: reply as Typed<T> });
      return;
    }
    answers.others.push(reply);
    if (reply.type === 'refused' && reply.why === 'gone') answers.gone++;
    const { epoch } = answers.newer ?? config;
    if (reply.type === 'moved' && reply.config.epoch > epoch) answers.newer = reply.config;
  };
  for (const member of config.members) {
    link.call(member.address, request(member), reply => {
      left--;
      if (reply) take(member, reply);
      if (!ended && (answers.wanted.length >= need || answers.newer || left === 0)) {
        ended = true;
        done(answers);
      }
      if (left === 0) complete?.(answers);
    });
  }
}
