import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { assign } from '../../src/core/assignment/assignment';
import type { LangfuseData } from '../../src/local/langfuse/data';

export const PROMPT = 'greeting';

/** A policy that a whole rollout goes through in seconds. */
export const QUICK_POLICY = {
  steps: [
    { percent: 30, bake: '1s' },
    { percent: 60, bake: '1s' },
  ],
  guardrails: [
    {
      metric: 'score:quality',
      direction: 'higher_is_better',
      range: [0, 1],
      margin: 0.3,
      reference: { variance: 0.0025 },
    },
  ],
  minUnits: 10,
  settle: '300ms',
  watch: '1s',
};

/** A project with version 1 in production and version 2 labelled as the candidate. */
export function seedPrompt(data: LangfuseData, policy: object, nowMs: number): void {
  data.createPrompt({ name: PROMPT, prompt: 'Hello', labels: ['production'] }, nowMs);
  data.createPrompt({ name: PROMPT, prompt: 'Hi', labels: ['candidate'], config: { rollout: policy } }, nowMs);
}

/** An app that serves new users by the assignment in the folder, and a judge that scores each answer. */
export function servedApp(data: LangfuseData, folder: string, quality: Readonly<Record<number, number>>) {
  const store = folderPromptStore({ folder });
  let users = 0;
  return {
    /** Users of each version so far. */
    served: {} as Record<number, number>,
    async serve(count: number, nowMs: number): Promise<void> {
      const assignment = await store.readAssignment(PROMPT);
      for (let i = 0; i < count; i++) {
        const id = (++users).toString(16).padStart(16, '0');
        const userId = `user-${users}`;
        const version = (assignment === null ? null : assign(assignment, userId).version) ?? 1;
        const startMs = nowMs - (count - i);
        this.served[version] = (this.served[version] ?? 0) + 1;
        data.addObservation({
          id,
          traceId: `trace-${id}`,
          type: 'GENERATION',
          startMs,
          endMs: startMs + 1,
          userId,
          promptName: PROMPT,
          promptVersion: version,
        });
        data.addScore({
          id: `score-${id}`,
          name: 'quality',
          dataType: 'NUMERIC',
          value: (quality[version] ?? 0) + (users % 2 === 0 ? 0.05 : -0.05),
          subject: { kind: 'observation', observationId: id, traceId: `trace-${id}` },
          timestampMs: startMs,
        });
      }
    },
  };
}
