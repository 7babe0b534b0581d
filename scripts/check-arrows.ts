import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { arrowProblems, type SourceFile } from './arrows';

/*
 * Fails when an import goes against the arrows between the folders, or when the core touches time, chance or the outside.
 * The rules are in arrows.ts.
 */

const root = resolve(__dirname, '..');

function sources(folder: string): SourceFile[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    if (!/\.tsx?$/u.test(name) || name.endsWith('.d.ts')) return [];
    return [{ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }];
  });
}

const files = ['bin', 'lib', 'lambdas', 'src'].flatMap((folder) => sources(join(root, folder)));
const problems = arrowProblems(files, (from, specifier) =>
  relative(root, resolve(root, dirname(from), specifier))
    .split(sep)
    .join('/'),
);
for (const problem of problems) console.error(problem);
console.log(`arrows: ${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
