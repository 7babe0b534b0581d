import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startComparisonByHand } from '../../app/comparison/start-comparison';
import { inspectComparison } from '../../app/comparison/inspect-comparison';
import { comparisonViewOf } from '../../app/comparison/view-comparison';
import type { Controller } from '../../app/controller';
import { comparisonView, type ComparisonView } from '../../core/comparison/view';
import { CANDIDATE, STABLE, type DemoPrompt } from './demo-scenario';

/** What came of the demo's comparison. */
export interface DemoComparisonResult {
  prompt: string;
  state: string;
  winner: string | null;
  sentence: string;
}

/** Starts the comparison as `rampart compare start` does: both versions at half of the traffic, by the judge's preference. */
export async function startDemoComparison(
  controller: Controller,
  { prompt, stable, candidate }: DemoPrompt,
  nowMs: number,
): Promise<void> {
  const variants = [
    { name: 'control', version: STABLE },
    { name: 'variant', version: CANDIDATE },
  ];
  const open = { shares: null, control: null, policyOf: null, direction: null, range: null, margin: null };
  const times = { forMs: null, atLeastMs: null };
  const because = `${stable} against ${candidate}`;
  const wish = { prompt, by: 'demo', because, variants, metric: 'judge_preference', onWinner: 'nothing' as const };
  await startComparisonByHand(controller, { ...wish, ...open, ...times }, nowMs);
}

/** Its figures now. */
export async function viewDemoComparison(
  controller: Controller,
  prompt: string,
  nowMs: number,
): Promise<ComparisonView | null> {
  const inspection = await inspectComparison(controller, prompt);
  return inspection && comparisonView(inspection.look, inspection.evidence?.firstExposed ?? null, nowMs);
}

/**
 * Writes the chart of its differences into the folder.
 * @returns what came of it, and the chart's name
 */
export async function concludeDemoComparison(
  controller: Controller,
  prompt: string,
  outDir: string,
  nowMs: number,
): Promise<{ result: DemoComparisonResult; file: string }> {
  const viewed = await comparisonViewOf(controller, prompt, nowMs);
  if (viewed === null) throw new Error(`no comparison of ${prompt} was started`);
  const { state, sentence, arms } = viewed.view;
  const file = `comparison-${prompt}.svg`;
  await writeFile(join(outDir, file), viewed.svg);
  const winner = arms.find(({ isWinner }) => isWinner)?.name ?? null;
  return { result: { prompt, state, winner, sentence }, file };
}
