import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/setup.ts'],
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000,
    // Worker threads start faster than processes, and nothing here changes process-wide state.
    pool: 'threads',
  },
});
