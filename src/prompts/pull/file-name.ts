/** Folders of the prompts folder that have a meaning of their own. */
const RESERVED = /^(?:variants|configs|node_modules|readme)$/iu;

/**
 * The file that a prompt is written to: folders of its name are folders, everything but letters, digits, `.`, `_` and `-`
 * becomes `-`. Names that would be one file get a number.
 * @param taken files that are there already, relative to the prompts folder, lower case (some disks do not tell cases apart)
 */
export function fileNameOf(prompt: string, taken: ReadonlySet<string>): string {
  const path = prompt.split('/').map(safeSegment).join('/');
  for (let number = 1; ; number++) {
    const file = `${path}${number === 1 ? '' : `-${number}`}.md`;
    if (!taken.has(file.toLowerCase())) return file;
  }
}

function safeSegment(segment: string): string {
  const safe = segment
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/u, '')
    .slice(0, 100);
  if (safe === '') return 'prompt';
  return RESERVED.test(safe) ? `${safe}-prompt` : safe;
}
