// How fast something runs: the median over several samples, by the harness of `benchmark`.
import Benchmark from 'benchmark';

/** Calls `work` again and again for about `seconds` and answers the median number of calls a second. */
export function callsPerSecond(work: () => void, seconds: number): number {
  const benchmark = new Benchmark(work, { maxTime: seconds, minSamples: 5 });
  benchmark.run();
  if (benchmark.error) throw benchmark.error;
  const samples = [...benchmark.stats.sample].sort((a, b) => a - b);
  return 1 / samples[samples.length >> 1];
}

/** The medians of several rounds, in which the contestants take turns: a machine that slows down slows all of them. */
export function sideBySide(work: readonly (() => void)[], rounds: number, seconds: number): number[] {
  const results = work.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, one] of work.entries()) results[index].push(callsPerSecond(one, seconds));
  }
  return results.map(rates => rates.sort((a, b) => a - b)[rates.length >> 1]);
}
