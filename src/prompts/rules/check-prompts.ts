import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';

/** What is wrong with prompts whose shapes are right. */
export function checkPrompts(_prompts: readonly LoadedPrompt[]): PromptProblem[] {
  return [];
}
