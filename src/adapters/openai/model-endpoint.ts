import * as z from 'zod';
import { RampartError } from '../../core/errors';
import type { ModelAnswer, ModelEndpoint, ModelRequest } from '../../core/model-endpoint';
import { post, type EndpointOptions } from './post';

const completion = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }) }))
    .min(1),
  usage: z.object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
});

const embeddings = z.object({ data: z.array(z.object({ index: z.number(), embedding: z.array(z.number()).min(1) })) });

/** An endpoint that speaks OpenAI's protocol (`/chat/completions`, `/embeddings`): OpenAI's own, or any compatible one. */
export function openAiEndpoint(options: EndpointOptions): ModelEndpoint {
  return {
    complete: (request) => complete(options, request),
    async embed(model, texts) {
      const { body } = await post(options, '/embeddings', { model, input: texts });
      const { data } = valid(embeddings, body, 'embeddings');
      if (data.length !== texts.length) throw badAnswer('embeddings', `${texts.length} vectors`, `${data.length}`);
      return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
    },
  };
}

async function complete(options: EndpointOptions, request: ModelRequest): Promise<ModelAnswer> {
  const { model, messages, parameters } = request;
  const { body, latencyMs } = await post(options, '/chat/completions', { ...parameters, model, messages });
  const { choices, usage } = valid(completion, body, 'completion');
  const { content, refusal } = choices[0]!.message;
  return {
    text: content ?? refusal ?? '',
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    latencyMs,
  };
}

function valid<Shape extends z.ZodType>(shape: Shape, body: unknown, what: string): z.infer<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badAnswer(what, `one of OpenAI's form`, `at ${issue!.path.join('.') || 'its top'}: ${issue!.message}`);
}

function badAnswer(what: string, expected: string, got: string): RampartError {
  return new RampartError('provider_bad_response', `model endpoint, ${what}: expected ${expected}, got ${got}`);
}
