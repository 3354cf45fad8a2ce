// Laws of chance as text: `exponential 5h`, `lognormal 4.8h 1.54`; a plain quantity stands for itself.
import type { Law } from '../sim/law.ts';
import { nearest } from './nearest.ts';
import { Misread } from './units.ts';

/** What a word of a law says: a quantity of what is drawn, or a plain figure above 0. */
type Word = { readonly name: string; readonly plain?: true };

const WORDS: Readonly<Record<Exclude<Law['kind'], 'constant'>, readonly Word[]>> = {
  exponential: [{ name: 'mean' }],
  uniform: [{ name: 'low' }, { name: 'high' }],
  lognormal: [{ name: 'median' }, { name: 'sigma', plain: true }],
  weibull: [{ name: 'scale' }, { name: 'shape', plain: true }],
  pareto: [{ name: 'minimum' }, { name: 'alpha', plain: true }],
};
const KINDS = Object.keys(WORDS) as (keyof typeof WORDS)[];

const form = (kind: keyof typeof WORDS): string =>
  `${kind} ${WORDS[kind].map(({ name, plain }) => (plain ? `${name} (a figure)` : name)).join(' ')}`;

/**
 * Reads a law.
 * @param read reads what is drawn, such as a duration; parameters of laws must be above 0
 * @param noun what that is called: `a duration`
 */
export function readLaw(
  value: unknown,
  read: (value: unknown) => number | Misread,
  noun: string,
): Law | Misread {
  const [kind = '', ...figures] = typeof value === 'string' ? value.trim().split(/\s+/) : [];
  if (!/^[a-z]{3,}$/i.test(kind)) {
    const plain = read(value);
    return plain instanceof Misread ? plain : { kind: 'constant', value: plain };
  }
  if (!Object.hasOwn(WORDS, kind)) {
    const meant = nearest(kind, KINDS);
    const hint = meant === undefined ? undefined : [meant, ...figures].join(' ');
    return new Misread(`${noun}, or one of the distributions ${KINDS.map(form).join(', ')}`, hint);
  }
  return readParameters(kind as keyof typeof WORDS, figures, read, noun);
}

function readParameters(
  kind: keyof typeof WORDS,
  figures: readonly string[],
  read: (value: unknown) => number | Misread,
  noun: string,
): Law | Misread {
  const words = WORDS[kind];
  if (figures.length !== words.length) return new Misread(`"${form(kind)}"`);
  const values: Record<string, number> = {};
  for (const [index, { name, plain }] of words.entries()) {
    const figure = plain ? readFigure(figures[index]!) : read(figures[index]);
    if (figure instanceof Misread || !(figure > 0 || (name === 'low' && figure === 0))) {
      const what = plain ? 'a figure above 0' : `${noun} above 0`;
      return new Misread(`"${form(kind)}", with ${what} for ${name}`);
    }
    values[name] = figure;
  }
  const law = { kind, ...values } as Law;
  if (law.kind === 'uniform' && law.low > law.high) {
    return new Misread(`"${form(kind)}", the low end first`, `uniform ${figures[1]} ${figures[0]}`);
  }
  return law;
}

const readFigure = (text: string): number | Misread =>
  /^\d+(\.\d+)?$/.test(text) ? Number(text) : new Misread('a figure');
