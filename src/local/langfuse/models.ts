/** A model whose prices the server knows; USD per token. */
export interface Model {
  id: string;
  inputPrice: number;
  outputPrice: number;
}

const MODELS: ReadonlyMap<string, Model> = new Map([
  ['gpt-4o-mini', { id: 'clyrjp56f0000t0mzapoocd7u', inputPrice: 1.5e-7, outputPrice: 6e-7 }],
]);

/** The prices of a model; null when the server does not know it. */
export function modelOf(name: string | null): Model | null {
  return name === null ? null : (MODELS.get(name) ?? null);
}

/** The cost of a generation that stated none. @returns USD by kind; empty when the model or the usage is not known */
export function costOf(name: string | null, usage: Readonly<Record<string, number>>): Record<string, number> {
  const model = modelOf(name);
  if (model === null || Object.keys(usage).length === 0) return {};
  const input = (usage.input ?? 0) * model.inputPrice;
  const output = (usage.output ?? 0) * model.outputPrice;
  return roundedCost({ input, output, total: input + output });
}

/** Costs as the server stores them: 12 decimals. */
export function roundedCost(cost: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(cost).map(([kind, usd]) => [kind, Math.round(usd * 1e12) / 1e12]));
}
