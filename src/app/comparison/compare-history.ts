import { RampartError } from '../../core/errors';
import { compareObserved, type ObservedComparison } from '../../core/report/observed-comparison';
import type { Controller } from '../controller';
import { readNumbers } from '../report/read-numbers';

/**
 * Sets two or more versions side by side over the time since `fromMs`, each against the first, from the stored hourly numbers.
 * An observation: who got which version was not controlled.
 * @throws not_found when nothing is stored about the prompt, or fewer than two of the versions were seen
 */
export async function compareHistory(
  state: Pick<Controller, 'store' | 'objects' | 'log'>,
  prompt: string,
  { versions, fromMs }: { versions: readonly number[]; fromMs: number },
  nowMs: number,
): Promise<ObservedComparison> {
  const item = await state.store.read(prompt);
  if (item === null) throw notFound(`prompt ${prompt}: expected one that Rampart has looked at, got one it has not`);
  const period = { fromMs, toMs: nowMs };
  const { periods, problem } = await readNumbers(state, item, [period]);
  if (problem !== null) throw notFound(`${prompt}: its stored numbers could not be read: ${problem}`);
  const all = periods[0] ?? new Map();
  const numbers = new Map([...all].filter(([version]) => versions.includes(version)));
  const missing = versions.filter((version) => !numbers.has(version));
  const compared = compareObserved(item, numbers, period, nowMs, versions[0]);
  if (compared !== null && missing.length === 0) return compared;
  const seen = [...all.keys()].sort((a, b) => a - b).join(', ');
  throw notFound(
    `${prompt}: expected generations of version ${versions.join(' and ')} since ${new Date(fromMs).toISOString()}, got those of ${seen === '' ? 'none' : seen}`,
  );
}

function notFound(message: string): RampartError {
  return new RampartError('not_found', message, { hint: 'rampart status lists the prompts that are known.' });
}
