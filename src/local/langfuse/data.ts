import { createDatasetStore } from './datasets';
import { createFaults } from './faults';
import { createObservationStore } from './observations';
import { createPromptStore, type NewPrompt, type StoredPrompt } from './prompts';
import type { NewObservation, NewScore } from './rows';
import { createScoreStore } from './scores';
import { RampartError } from '../../core/errors';

/** One Langfuse project in memory: what the HTTP stand-in serves and the simulator fills. */
export type LangfuseData = ReturnType<typeof createLangfuseData>;

/**
 * An empty project. Times are arguments; ids that nobody states are counted up, so that two runs are the same.
 * Rows may be added in any order; in order of time is fastest.
 */
export function createLangfuseData() {
  let ids = 0;
  const newId = (): string => `00000000-0000-4000-8000-${(ids++).toString(16).padStart(12, '0')}`;
  const prompts = createPromptStore(newId);
  const observations = createObservationStore();
  const scores = createScoreStore();
  const datasets = createDatasetStore(newId);

  return {
    prompts,
    observations,
    scores,
    datasets,
    /** What is to go wrong over HTTP. The port without HTTP knows no faults. */
    faults: createFaults(),
    newId,
    /** Makes a version of a prompt, see {@link createPromptStore}. */
    createPrompt: (prompt: NewPrompt, nowMs: number): StoredPrompt => prompts.create(prompt, nowMs),
    /**
     * Moves a label to a version.
     * @throws RampartError `not_found` when there is no such version
     */
    setLabel(name: string, version: number, label: string, nowMs: number): StoredPrompt {
      const moved = prompts.giveLabels(name, version, [label], nowMs);
      if (moved === null) throw new RampartError('not_found', `prompt ${name} has no version ${version}`);
      return moved;
    },
    addObservation: (row: NewObservation): void => void observations.add(row),
    addScore: (row: NewScore): void => void scores.add(row),
  };
}
