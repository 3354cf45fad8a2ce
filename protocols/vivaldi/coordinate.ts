// Vivaldi's coordinates, 2-D and a height, and the step by which one sample of a round trip moves them.

/** A place: `x` and `y` in the plane of the network's core, `height` the way down to the host; milliseconds. */
export interface Coordinate {
  readonly x: number;
  readonly y: number;
  /** >= 0 */
  readonly height: number;
}

/** A coordinate and what its host thinks of it. */
export interface Estimate {
  readonly coordinate: Coordinate;
  /** e_i: the relative error that is expected of it; 1 at first. */
  readonly error: number;
}

/** Heights do not fall below this: a packet always takes some time to leave its host. Milliseconds. */
export const LEAST_HEIGHT = 0.01;

export const unknown: Estimate = { coordinate: { x: 0, y: 0, height: LEAST_HEIGHT }, error: 1 };

/** The round trip, in milliseconds, that two coordinates foretell: the distance in the plane and both heights. */
export function distance(a: Coordinate, b: Coordinate): number {
  return Math.hypot(a.x - b.x, a.y - b.y) + a.height + b.height;
}

/** The constants of the adaptive timestep: c_c and c_e, each in (0, 1]. */
export interface Gains {
  readonly cc: number;
  readonly ce: number;
}

/**
 * One sample: the algorithm of the paper's figure 3, with the height vectors of section 5.4.
 * @param rtt measured, milliseconds (> 0)
 * @param random uniform in [0, 1): gives two hosts at one place a direction in which to part
 */
export function moved(
  self: Estimate,
  other: Estimate,
  rtt: number,
  { cc, ce }: Gains,
  random: () => number,
): Estimate {
  const { coordinate: a, error } = self;
  const { coordinate: b } = other;
  // Both errors 0: they are equally trusted.
  const w = error + other.error > 0 ? error / (error + other.error) : 1 / 2;
  const foretold = distance(a, b);
  const sampleError = Math.abs(foretold - rtt) / rtt;
  const force = cc * w * (rtt - foretold);
  let [dx, dy] = [a.x - b.x, a.y - b.y];
  if (dx === 0 && dy === 0) {
    const angle = 2 * Math.PI * random();
    [dx, dy] = [Math.cos(angle) * LEAST_HEIGHT, Math.sin(angle) * LEAST_HEIGHT];
  }
  const norm = Math.hypot(dx, dy) + a.height + b.height;
  return {
    coordinate: {
      x: a.x + (force * dx) / norm,
      y: a.y + (force * dy) / norm,
      height: Math.max(LEAST_HEIGHT, a.height + (force * (a.height + b.height)) / norm),
    },
    error: sampleError * ce * w + error * (1 - ce * w),
  };
}
