import { join } from 'node:path';
import { RampartError } from '../../core/errors';
import type { RequestBudget } from '../../core/ports';
import { parseStored } from '../aws/stored-item';
import { type Bucket, type BudgetLimits, checkLimits, FULL_BUCKET, takeTokens } from '../aws/token-bucket';
import { readIfPresent, writeAtomically } from './atomic-file';
import { oneAtATime } from './one-at-a-time';

/* Promises: what the DynamoDB budget promises, for the one process that owns the folder; kept in `budget.json`. */

/** A budget of Langfuse requests in a folder. */
export function folderRequestBudget(options: { folder: string; limits: BudgetLimits }): RequestBudget {
  checkLimits(options.limits);
  const path = join(options.folder, 'budget.json');
  const inTurn = oneAtATime();
  return {
    take: (wanted, purpose, nowMs) =>
      inTurn(path, async () => {
        const taken = takeTokens(await readBucket(path), options.limits, { wanted, purpose, nowMs });
        if (taken.granted > 0 && options.limits !== null) await writeAtomically(path, JSON.stringify(taken.bucket));
        return { granted: taken.granted, retryAtMs: taken.retryAtMs };
      }),
    blockUntil: (untilMs) =>
      inTurn(path, async () => {
        const bucket = await readBucket(path);
        if (bucket.blockedUntilMs >= untilMs) return;
        await writeAtomically(path, JSON.stringify({ ...bucket, blockedUntilMs: untilMs }));
      }),
  };
}

async function readBucket(path: string): Promise<Bucket> {
  const text = await readIfPresent(path);
  if (text === null) return FULL_BUCKET;
  const bucket = parseStored(path, text) as Partial<Bucket> | null;
  for (const key of ['tokens', 'atMs', 'blockedUntilMs'] as const) {
    if (typeof bucket?.[key] === 'number') continue;
    throw new RampartError('bad_input', `${path}.${key}: expected a number, got ${String(bucket?.[key])}`);
  }
  return bucket as Bucket;
}
