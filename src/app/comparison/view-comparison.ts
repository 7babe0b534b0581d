import { differenceSvg, type DifferenceSeries } from '../../core/comparison/difference-svg';
import { comparisonView, type ComparisonView } from '../../core/comparison/view';
import type { Controller } from '../controller';
import { differenceSeries } from './difference-series';
import { inspectComparison, type ComparisonInspection } from './inspect-comparison';

/** A comparison as it is shown: figures, their course, and the chart of it. */
export interface ViewedComparison {
  view: ComparisonView;
  series: DifferenceSeries;
  svg: string;
  /** The chart without names. */
  plainSvg: string;
}

type State = Pick<Controller, 'store' | 'objects'>;

/** @returns null when the prompt never had a comparison */
export async function comparisonViewOf(state: State, prompt: string, nowMs: number): Promise<ViewedComparison | null> {
  const inspection = await inspectComparison(state, prompt);
  return inspection && viewInspected(state, inspection, nowMs);
}

export async function viewInspected(
  state: State,
  { comparison, look, evidence }: ComparisonInspection,
  nowMs: number,
): Promise<ViewedComparison> {
  const view = comparisonView(look, evidence?.firstExposed ?? null, nowMs);
  const series = await differenceSeries(state, comparison, evidence?.journal ?? comparison.journal);
  const svg = differenceSvg(comparison, series);
  return { view, series, svg, plainSvg: differenceSvg(comparison, series, { title: false }) };
}
