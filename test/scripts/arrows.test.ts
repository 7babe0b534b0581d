import { posix } from 'node:path';
import { arrowProblems } from '../../scripts/arrows';

const resolvePath = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier);
const check = (path: string, text: string): string[] => arrowProblems([{ path, text }], resolvePath);

describe('arrows between the folders', () => {
  test.each([
    ['src/core/x/a.ts', `import { b } from '../../app/b';`],
    ['src/core/x/a.ts', `import fs from 'node:fs';`],
    ['src/app/a.ts', `import { b } from '../adapters/aws/b';`],
    ['src/app/a.ts', `const b = await import('../adapters/aws/b');`],
    ['src/adapters/aws/a.ts', `import type { B } from '../../app/b';`],
    ['src/runtime/a.ts', `import { b } from '../core/rollout/b';`],
    ['lib/a.ts', `import { b } from '../src/app/b';`],
    ['src/core/x/a.ts', `export const now = Date.now();`],
    ['src/core/x/a.ts', `export async function f() {}`],
    ['src/core/x/a.ts', `export const dice = Math.random();`],
    ['elsewhere/a.ts', ``],
  ])('%s with %s is refused', (path, text) => {
    expect(check(path, text)).toHaveLength(1);
  });

  test.each([
    ['src/app/a.ts', `import { b } from '../core/rollout/b';`],
    ['src/adapters/aws/a.ts', `import type { B } from '../../core/ports';`],
    ['src/runtime/a.ts', `import { b } from '../core/assignment/bucket';`],
    ['lambdas/tick.ts', `import { b } from '../src/adapters/aws/b';`],
    ['src/core/x/a.ts', `// Date.now() is not for the core\nexport const x = 1;`],
    ['src/core/x/a.ts', `import * as z from 'zod';`],
  ])('%s with %s is fine', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });
});
