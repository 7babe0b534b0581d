// The SDK prints a notice about future Node versions on every start; it is noise in a test run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

// The same cases at every run, so that a change is judged by what it changes. RAMPART_TEST_SEED=random draws new ones
// (a failure prints its seed), RAMPART_TEST_SEED=N draws those of N.
const seed = process.env.RAMPART_TEST_SEED ?? '20261122';
if (seed !== 'random') require('fast-check').configureGlobal({ seed: Number(seed) });
