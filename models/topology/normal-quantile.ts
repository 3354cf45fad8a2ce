// The standard normal distribution by its quantiles, for draws that are spread evenly and not drawn at random.

/**
 * The figure below which a share of a standard normal distribution lies, to seven digits, for a share in [0, 1); -38.5 for 0.
 * M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution" (PPND7), Appl. Statistics 37(3), 1988.
 */
export function normalQuantile(share: number): number {
  const off = share - 0.5;
  if (Math.abs(off) <= 0.425) {
    const r = 0.180625 - off * off;
    return (
      (off * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  const tail = Math.sqrt(-Math.log(Math.max(Number.MIN_VALUE, off < 0 ? share : 1 - share)));
  return Math.sign(off) * (tail <= 5 ? near(tail - 1.6) : far(tail - 5));
}

function near(r: number): number {
  return (
    (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) /
    ((0.12021132975 * r + 0.7370016425) * r + 1)
  );
}

function far(r: number): number {
  return (
    (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) /
    ((0.012258202635 * r + 0.24197894225) * r + 1)
  );
}
