// What every test file begins with: property-based tests draw the same cases each time, or those of PETRI_TEST_SEED.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PETRI_TEST_SEED ?? 1) });
