/** A source file by its path from the top of the repository. */
export interface SourceFile {
  path: string;
  text: string;
}

/** Rooms of the house, most specific path first. */
const ROOMS: readonly (readonly [prefix: string, room: string])[] = [
  ['src/core/assignment/', 'core/assignment'],
  ['src/core/config/', 'core/config'],
  ['src/core/', 'core'],
  ['src/app/', 'app'],
  ['src/prompts/', 'prompts'],
  ['src/adapters/', 'adapters'],
  ['src/runtime/', 'runtime'],
  ['src/cli/', 'cli'],
  ['src/local/', 'local'],
  ['lambdas/', 'lambdas'],
  ['lib/', 'lib'],
  ['bin/', 'bin'],
];

const CORE = ['core', 'core/assignment', 'core/config'];

/** Which rooms a room may import from, beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/assignment': ['core'],
  'core/config': CORE,
  core: CORE,
  app: CORE,
  prompts: CORE,
  adapters: CORE,
  runtime: ['core/assignment'],
  local: [...CORE, 'app', 'prompts', 'adapters', 'lambdas', 'runtime'],
  lambdas: [...CORE, 'app', 'prompts', 'adapters'],
  cli: [...CORE, 'app', 'prompts', 'adapters', 'local', 'lambdas'],
  // The stack reads the one configuration file, so it needs its types, the list of names and what reads it.
  lib: ['core/config', 'core/policy'],
  bin: ['cli', 'lib', 'lambdas', 'adapters', 'core/config'],
};

/** What the pure core must not touch. */
const IMPURE = [
  /\bDate\.now\(/u,
  /\bnew Date\(\)/u,
  /\bMath\.random\(/u,
  /\bprocess\./u,
  /\bconsole\./u,
  /\basync\s/u,
  /\bawait\s/u,
  /\bsetTimeout\(/u,
  /\bfetch\(/u,
];
const CORE_PACKAGES = [/^zod(\/|$)/u, /^@stdlib\//u];

function roomOf(path: string): string | null {
  return ROOMS.find(([prefix]) => path.startsWith(prefix))?.[1] ?? null;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//gu, '').replaceAll(/(^|\s)\/\/.*$/gmu, '$1');
}

function specifiers(text: string): string[] {
  const found = text.matchAll(
    /\bfrom\s+['"]([^'"\n]+)['"]\s*;|\b(?:import|require)\s*\(\s*['"]([^'"\n]+)['"]|^import\s+['"]([^'"\n]+)['"]/gmu,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3]!);
}

/**
 * Every import against the arrows, and every impurity of the core.
 * @param resolvePath the target of a relative specifier, as a path from the top of the repository
 */
export function arrowProblems(
  files: readonly SourceFile[],
  resolvePath: (from: string, specifier: string) => string,
): string[] {
  return files.flatMap(({ path, text }) => {
    const room = roomOf(path);
    if (room === null) return [`${path}: is in no known folder`];
    const code = withoutComments(text);
    const isCore = CORE.includes(room);
    const impure = isCore ? IMPURE.filter((pattern) => pattern.test(code)) : [];
    return [
      ...impure.map((pattern) => `${path}: the core is pure, but matches ${String(pattern)}`),
      ...specifiers(code).flatMap((specifier) => importProblem(path, room, specifier, resolvePath)),
    ];
  });
}

function importProblem(
  path: string,
  room: string,
  specifier: string,
  resolvePath: (from: string, specifier: string) => string,
): string[] {
  if (!specifier.startsWith('.')) {
    const isAllowed = !CORE.includes(room) || CORE_PACKAGES.some((pattern) => pattern.test(specifier));
    return isAllowed ? [] : [`${path}: the core must not import ${specifier}`];
  }
  const target = resolvePath(path, specifier);
  const targetRoom = roomOf(`${target}/`) ?? roomOf(target);
  if (targetRoom === null || targetRoom === room) return [];
  const allowed = MAY_IMPORT[room] ?? [];
  const isAllowed = allowed.some((name) => name === targetRoom || target.startsWith(`src/${name}/`));
  return isAllowed ? [] : [`${path}: ${room} must not import ${target} (${targetRoom})`];
}
