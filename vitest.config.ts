import { defineConfig } from 'vitest/config';

/** Tests of real time: whatever else ran beside them would make the machine late. */
const ALONE = ['test/emulator/kernel/**/*.test.ts', 'test/cli/emulate.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...ALONE],
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        test: { name: 'real time', include: ALONE, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
    setupFiles: ['./test/setup.ts'],
    testTimeout: 60_000,
    // Worker threads start faster than processes, and nothing here changes process-wide state.
    pool: 'threads',
  },
});
