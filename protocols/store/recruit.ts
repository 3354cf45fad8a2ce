// Recruiting: the members of a configuration to be are hosts that answer, each in the life that it answers in.
import type { Address } from '../port.ts';
import type { Link } from './link.ts';
import type { Member } from './messages.ts';

/**
 * The first `count` of the candidates that answer, in their order; fewer where fewer do.
 * @param candidates without repeats
 */
export function recruit(
  link: Link,
  candidates: readonly Address[],
  count: number,
  done: (members: Member[]) => void,
): void {
  const lives = new Map<Address, number>();
  let next = 0;
  let pending = 0;
  const ask = (): void => {
    while (next < candidates.length && lives.size + pending < count) {
      const address = candidates[next++];
      pending++;
      link.call(address, { type: 'greet' }, reply => {
        pending--;
        if (reply?.type === 'life') lives.set(address, reply.life);
        ask();
      });
    }
    if (pending > 0) return;
    const answered = candidates.filter(address => lives.has(address));
    done(answered.map(address => ({ address, life: lives.get(address)! })));
  };
  ask();
}
