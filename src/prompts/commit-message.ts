/** Where the definitions come from. */
export interface GitState {
  /** 40 hex digits. */
  commit: string;
  /** First line of the commit's message. */
  subject: string;
  /** True when the definitions are not as committed. */
  hasChanges: boolean;
}

/** What a deployed version's commit message says of it. */
export interface Stamp {
  semver: string;
  /** null = made from files that git does not hold. */
  commit: string | null;
  /** Content hash of the definition it was made from. */
  hash: string;
}

/** Langfuse's limit, in UTF-16 units. */
const LONGEST = 500;

const STAMP = /^v(\d+\.\d+\.\d+) .*\[git ([0-9a-f]{40})?[^\]]*\] \[sha256 ([0-9a-f]{64})\]$/su;

/**
 * The commit message of a version: semantic version, variant, why (the commit's subject, shortened so that all of it fits into
 * 500 characters), git commit and content hash. The same definition at the same commit gives the same message.
 */
export function writeCommitMessage(
  { semver, variant, hash }: { semver: string; variant: string | null; hash: string },
  git: GitState | null,
): string {
  const head = variant === null ? `v${semver} ` : `v${semver} ${variant}: `;
  const tail = ` [git ${gitText(git)}] [sha256 ${hash}]`;
  const subject = git === null ? 'without git' : git.subject.replaceAll(/\s+/gu, ' ').trim();
  return `${head}${clipped(subject, LONGEST - head.length - tail.length)}${tail}`;
}

/** Reads what {@link writeCommitMessage} wrote; null when it is something else. */
export function readCommitMessage(message: string | null): Stamp | null {
  const [, semver, commit, hash] = STAMP.exec(message ?? '') ?? [];
  return semver === undefined || hash === undefined ? null : { semver, commit: commit ?? null, hash };
}

function gitText(git: GitState | null): string {
  if (git === null) return 'none';
  return git.hasChanges ? `${git.commit} with changes` : git.commit;
}

/** Never ends in half a character. */
function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}
