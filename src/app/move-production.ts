import { RampartError } from '../core/errors';
import type { Langfuse } from '../core/ports';
import type { CommandReport } from './run-command';
import { shellWord } from '../core/shell-word';

/** What a person asks where no controller is deployed. */
export interface ProductionMove {
  kind: 'promote' | 'rollback';
  prompt: string;
  /** null = the version that holds the candidate label; a rollback always names one. */
  toVersion: number | null;
  because: string;
}

/**
 * Moves `production` without a controller: looks that the version is there, moves the label, reads it back. Nothing judges it
 * afterwards, and nothing remembers what was rolled back; the report says so.
 * @throws RampartError `refused` when it makes no sense now, or when the label is not where it was moved to
 */
export async function moveProduction(
  langfuse: Pick<Langfuse, 'version' | 'versionByLabel' | 'versionsWithLabel' | 'moveLabel'>,
  move: ProductionMove,
  candidateLabel: string,
): Promise<CommandReport> {
  const { kind, prompt } = move;
  if (kind === 'promote' && move.because.trim() === '') {
    throw new RampartError('refused', 'promote needs a reason', { hint: 'say why: --because "TEXT"' });
  }
  const version = await targetOf(langfuse, move, candidateLabel);
  const before = await langfuse.versionsWithLabel(prompt, 'production');
  if (before.length === 1 && before[0] === version) {
    throw new RampartError('refused', `version ${version} of ${prompt} is in production already`);
  }
  await langfuse.moveLabel(prompt, version, 'production');
  const after = await langfuse.versionsWithLabel(prompt, 'production');
  if (after.length !== 1 || after[0] !== version) {
    const on = after.length === 0 ? 'no version' : `version ${after.join(' and ')}`;
    throw new RampartError('refused', `production of ${prompt}: expected on version ${version}, is on ${on}`, {
      hint: 'Somebody else moved it at the same time. Look at it in Langfuse.',
    });
  }
  const from = before.length === 0 ? '' : ` (it was on version ${before.join(' and ')})`;
  return { prompt, said: `production is on version ${version}${from}; no controller guards it` };
}

async function targetOf(
  langfuse: Pick<Langfuse, 'version' | 'versionByLabel'>,
  { kind, prompt, toVersion }: ProductionMove,
  candidateLabel: string,
): Promise<number> {
  if (toVersion !== null) {
    if ((await langfuse.version(prompt, toVersion)) !== null) return toVersion;
    throw new RampartError('refused', `version ${toVersion} of ${prompt} does not exist in Langfuse`, {
      hint: `see: rampart versions ${shellWord(prompt)}`,
    });
  }
  const hint = `name the version: rampart ${kind} ${prompt} --to VERSION`;
  if (kind === 'rollback') {
    throw new RampartError('refused', 'no controller is deployed that knows what was there before', { hint });
  }
  const candidate = await langfuse.versionByLabel(prompt, candidateLabel);
  if (candidate !== null) return candidate.version;
  throw new RampartError('refused', `no version of ${prompt} holds ${candidateLabel}`, { hint });
}
