/**
 * Runs a file of reference cases: `node --import tsx scripts/check-reference.ts FILE`.
 * Prints which passed, failed and are not supported; exit code 1 when any failed.
 */
import { readFileSync } from 'node:fs';
import { type ReferenceFile, runCase } from '../test/core/stats/reference-cases';

const path = process.argv[2];
if (path === undefined) {
  console.error('usage: node --import tsx scripts/check-reference.ts FILE');
  process.exit(2);
}
const file = JSON.parse(readFileSync(path, 'utf8')) as ReferenceFile;
const ids: Record<'passed' | 'failed' | 'unsupported', string[]> = { passed: [], failed: [], unsupported: [] };
for (const testCase of file.cases) {
  const result = runCase(testCase, file.cases);
  ids[result.status].push(testCase.id);
  if (result.status === 'failed') console.error(`${testCase.id}\n  ${result.differences.join('\n  ')}`);
}
for (const [status, list] of Object.entries(ids)) console.log(`${status} ${list.length}: ${list.join(' ')}`);
process.exitCode = ids.failed.length > 0 ? 1 : 0;
