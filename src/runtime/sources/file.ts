import { parseAssignmentList, parseJson, readAssignmentList } from './assignment-list';
import { SourceError, type AssignmentSource, type InvalidDocument, type SourceAnswer } from './source';

/**
 * Assignments from a file such as the `assignments.json` of `rampart run`, or from a folder of such files; in a folder a
 * file may also hold one assignment alone. Writers must replace files as a whole (write another, then rename).
 * @param path a JSON file, or a folder whose `*.json` are read
 */
export function fileSource(path: string): AssignmentSource {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`fileSource: path: expected a path, got ${JSON.stringify(path) ?? 'nothing'}`);
  }
  return {
    async read(signal) {
      const { readdir, readFile, stat } = await import('node:fs/promises');
      const readText = (file: string): Promise<string> =>
        reach(file, () => readFile(file, { encoding: 'utf8', signal }));
      const isFolder = (await reach(path, () => stat(path))).isDirectory();
      if (!isFolder) return parseAssignmentList(path, await readText(path));
      const names = (await reach(path, () => readdir(path))).filter((name) => /^[^.].*\.json$/u.test(name)).sort();
      const answers: SourceAnswer[] = [];
      for (const name of names) {
        const file = `${path}/${name}`;
        answers.push(readOne(file, await readText(file)));
      }
      return merged(answers);
    },
  };
}

/** One file of a folder; a broken one says so and spares the others. */
function readOne(file: string, text: string): SourceAnswer {
  try {
    const value = parseJson(file, text) as Record<string, unknown> | null;
    const isAlone = typeof value === 'object' && value !== null && 'prompt' in value;
    return isAlone ? { documents: [value], maxAgeMs: null, ageMs: 0 } : readAssignmentList(file, value);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const invalid: InvalidDocument = { message: error.message, prompt: null };
    return { documents: [], invalid: [invalid], maxAgeMs: null, ageMs: 0 };
  }
}

function merged(answers: readonly SourceAnswer[]): SourceAnswer {
  const ages = answers.flatMap(({ maxAgeMs }) => (maxAgeMs === null ? [] : [maxAgeMs]));
  return {
    documents: answers.flatMap(({ documents }) => documents),
    invalid: answers.flatMap(({ invalid = [] }) => invalid),
    maxAgeMs: ages.length === 0 ? null : Math.min(...ages),
    ageMs: 0,
  };
}

async function reach<Result>(path: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError('SOURCE_UNAVAILABLE', `${path}: ${why}`, { cause });
  }
}
