// The language that hosts speak where a program names none: English everywhere, and not that of the machine below.
import { replace } from './internals.ts';
import { running } from './running.ts';

const LANGUAGE = 'en-US';

type Localised = (this: unknown, ...args: unknown[]) => unknown;

/** Methods by what they belong to, with the place of the language among their arguments. */
const METHODS: readonly (readonly [owner: object, names: readonly string[], at: number])[] = [
  [Date.prototype, ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'], 0],
  [Number.prototype, ['toLocaleString'], 0],
  [BigInt.prototype, ['toLocaleString'], 0],
  [Array.prototype, ['toLocaleString'], 0],
  [String.prototype, ['toLocaleUpperCase', 'toLocaleLowerCase'], 0],
  [String.prototype, ['localeCompare'], 1],
];

const CONSTRUCTORS = [
  'Collator',
  'DateTimeFormat',
  'DisplayNames',
  'DurationFormat',
  'ListFormat',
  'NumberFormat',
  'PluralRules',
  'RelativeTimeFormat',
  'Segmenter',
];

/** The arguments, with the hosts' language where a program that runs has left it out. */
function spoken(args: unknown[], at: number): unknown[] {
  if (running.machine === undefined || args[at] !== undefined) return args;
  const complete = [...args];
  while (complete.length < at) complete.push(undefined);
  complete[at] = LANGUAGE;
  return complete;
}

export function installLocale(): void {
  for (const [owner, names, at] of METHODS)
    for (const name of names) {
      const original = (owner as Record<string, Localised>)[name];
      replace(owner, name, function (this: unknown, ...args: unknown[]) {
        return original.apply(this, spoken(args, at));
      });
      Object.defineProperty(owner, name, { enumerable: false });
    }
  const intl = Intl as unknown as Record<string, (new (...args: unknown[]) => object) | undefined>;
  for (const name of CONSTRUCTORS) {
    const original = intl[name];
    if (original === undefined) continue;
    const localised = new Proxy(original, {
      construct: (target, args, newTarget) => Reflect.construct(target, spoken(args, 0), newTarget),
      apply: (target, self, args) => Reflect.apply(target as unknown as Localised, self, spoken(args, 0)),
    });
    replace(intl, name, localised);
  }
}
