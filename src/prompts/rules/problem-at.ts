import { pathText, type Path } from '../../core/policy/problem';
import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';

/** A problem at a path inside a prompt (of a variant: inside the variant). */
export function problemAt(
  { places, prefix }: LoadedPrompt,
  path: Path,
  message: string,
  severity: PromptProblem['severity'] = 'error',
): PromptProblem {
  return { place: places.of(path), path: pathText([...prefix, ...path]), message, severity };
}

/** A part of a body: the text of a text prompt, or a message's content. */
export interface BodyText {
  /** Index of the message; null for a text prompt. */
  message: number | null;
  text: string;
}

/** The texts of a body in order. */
export function bodyTexts({ definition: { body } }: LoadedPrompt): BodyText[] {
  if (body.type === 'text') return [{ message: null, text: body.text }];
  return body.messages.flatMap((each, message) => ('content' in each ? [{ message, text: each.content }] : []));
}

/** A problem at a character of a body's text. */
export function problemInBody(
  { places, prefix }: LoadedPrompt,
  message: number | null,
  offset: number,
  said: string,
  severity: PromptProblem['severity'] = 'error',
): PromptProblem {
  const path = message === null ? ['text'] : ['messages', message];
  return { place: places.inBody(message, offset), path: pathText([...prefix, ...path]), message: said, severity };
}
