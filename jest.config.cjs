const IMPORTING = '(langfuse|langfuse-core|@opentelemetry/otlp-exporter-base)';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.[cm]?ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
    '^.+\\.tsx$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
    // These import parts of themselves while they run; Jest can only require them.
    [`/node_modules/${IMPORTING}/`]: ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!${IMPORTING}/)`],
  setupFiles: ['<rootDir>/test/setup.cjs'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
