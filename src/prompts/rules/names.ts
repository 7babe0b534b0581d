import { show } from '../../core/policy/problem';
import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { problemAt } from './problem-at';

/** What Langfuse takes as a label. */
const LABEL = /^[a-z0-9_\-.]{1,36}$/u;

/** Labels that no variant can be named by: they have a meaning of their own. */
const RESERVED = ['production', 'latest', 'candidate'];

/** Most bytes of a prompt's text and config together: the request that creates a version may have 1 MB. */
const MOST_BYTES = 1_000_000;

/** Names, labels and tags as Langfuse takes them, and the size of what is sent. */
export function checkNames(prompt: LoadedPrompt): PromptProblem[] {
  const { definition } = prompt;
  const isBase = definition.variant === null;
  return [
    ...(isBase ? checkName(prompt) : checkVariantName(prompt)),
    ...definition.labels.flatMap((label) => checkLabel(prompt, label)),
    ...(isBase ? checkTags(prompt) : []),
    ...checkSize(prompt),
  ];
}

function checkName(prompt: LoadedPrompt): PromptProblem[] {
  const { name } = prompt.definition;
  const reason = wrongWithName(name);
  return reason === null ? [] : [problemAt(prompt, ['name'], `expected a name ${reason}, got ${show(name)}`)];
}

function wrongWithName(name: string): string | null {
  if (name.startsWith('/') || name.endsWith('/') || name.includes('//'))
    return "without '/' at its ends or twice in a row";
  if (name.includes('|')) return "without '|'";
  if (/[<>]/u.test(name)) return "without '<' and '>'";
  if (/[\p{Cc}\p{Cs}]/u.test(name) || name.trim() !== name) return 'without control characters and blanks at its ends';
  if (name.split('/').some((part) => part === '.' || part === '..')) return "without the folders '.' and '..'";
  if (name === 'new') return "other than 'new', which Langfuse keeps for itself";
  return null;
}

function checkVariantName(prompt: LoadedPrompt): PromptProblem[] {
  const name = prompt.definition.variant!;
  if (!LABEL.test(name)) {
    const expected = "expected a variant's name that can be a label (1 to 36 of a-z, 0-9, '_', '-' and '.')";
    return [problemAt(prompt, [], `${expected}, got ${show(name)}`)];
  }
  if (!RESERVED.includes(name)) return [];
  return [problemAt(prompt, [], `expected a variant's name other than ${RESERVED.join(', ')}, got ${show(name)}`)];
}

function checkLabel(prompt: LoadedPrompt, label: string): PromptProblem[] {
  const path = ['labels', prompt.definition.labels.indexOf(label)];
  if (!LABEL.test(label)) {
    return [problemAt(prompt, path, `expected a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', got ${show(label)}`)];
  }
  if (label === 'latest') {
    return [problemAt(prompt, path, "expected a label that can be given, got 'latest', which Langfuse gives itself")];
  }
  if (label === 'production') {
    const message = "'production' is read as: ramp it there; deploy gives 'candidate' instead";
    return [problemAt(prompt, path, message, 'warning')];
  }
  return [];
}

function checkTags(prompt: LoadedPrompt): PromptProblem[] {
  return prompt.definition.tags.flatMap((tag) => {
    if (tag.trim() === tag && tag !== '' && tag.length <= 100) return [];
    return [
      problemAt(
        prompt,
        ['tags'],
        `expected tags of 1 to 100 characters without blanks at their ends, got ${show(tag)}`,
      ),
    ];
  });
}

function checkSize(prompt: LoadedPrompt): PromptProblem[] {
  const { body, config } = prompt.definition;
  const bytes = Buffer.byteLength(JSON.stringify({ body, config }), 'utf8');
  if (bytes <= MOST_BYTES) return [];
  const message = `expected at most ${MOST_BYTES} bytes of text and config, which Langfuse takes in one request, got ${bytes}`;
  return [problemAt(prompt, [body.type === 'text' ? 'text' : 'messages'], message)];
}
