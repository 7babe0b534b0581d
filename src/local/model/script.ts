import * as z from 'zod';
import { RampartError } from '../../core/errors';
import { parseDuration } from '../../core/policy/duration';

/** What the stand-in answers to what. */
export interface ModelScript {
  /** The first that fits answers. */
  answers: readonly ScriptedAnswer[];
}

export interface ScriptedAnswer {
  /** Tried on the whole conversation; absent: fits everything. */
  when?: RegExp;
  /** Several are given in turn. */
  answer: readonly string[];
  latencyMs?: number;
}

const shape = z.strictObject({
  answers: z.array(
    z.strictObject({
      when: z.string().optional(),
      answer: z.union([z.string(), z.array(z.string()).min(1)]),
      latency: z.string().optional(),
    }),
  ),
});

/**
 * Reads a script as people write it: `answers: [{ when: PATTERN, answer: TEXT or [TEXT, …], latency: 200ms }]`.
 * @throws RampartError `bad_input` naming what is wrong
 */
export function parseScript(value: unknown): ModelScript {
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw bad(z.prettifyError(parsed.error));
  return { answers: parsed.data.answers.map(scripted) };
}

function scripted({ when, answer, latency }: z.infer<typeof shape>['answers'][number]): ScriptedAnswer {
  const latencyMs = latency === undefined ? 0 : parseDuration(latency);
  if (latencyMs === null) throw bad(`expected a latency such as '200ms', got '${latency}'`);
  return {
    ...(when === undefined ? {} : { when: pattern(when) }),
    answer: typeof answer === 'string' ? [answer] : answer,
    latencyMs,
  };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'su');
  } catch (error) {
    throw bad((error as Error).message);
  }
}

function bad(message: string): RampartError {
  return new RampartError('bad_input', `script of the stand-in model: ${message}`);
}
