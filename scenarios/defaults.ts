// Defaults that hold only where another key is left out too, so that no schema can fill them in.

/**
 * What share of the nodes a requested slice asks for. With a median of some 60 of 600 nodes: more than half of
 * PlanetLab's slices span 50 or more, a fifth 250 or more.
 */
export const REQUESTED_SHARE = 'lognormal 10% 1.66';

/** Shares of the nodes that have been told of an image by the end of each wave of its roll-out. */
export const WAVES: readonly string[] = ['1%', '10%', '50%', '100%'];
