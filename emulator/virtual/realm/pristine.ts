// The originals of what the realm replaces: for the simulation's own use of the real clock, and outside of programs.

export const pristine = {
  Date,
  dateNow: Date.now,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
  random: Math.random,
  now: performance.now.bind(performance),
  hrtime: process.hrtime,
  console,
  process,
} as const;
