/**
 * What the method's first version did in the same rollouts, by a simulation of its own in another program (hourly looks, 1,000
 * rollouts a row at 20,000 a day and 2,000 below): engine A with a half-normal prior, engine B with its first grids.
 */
export interface DesignFigure {
  rolledBack: number;
  /** Median values of the candidate until the rollback, or until hour 48. */
  exposed: number;
}

type Line = readonly [
  perDay: number,
  metric: string,
  effect: string,
  isClusteredByDay: boolean,
  rolledBack: number,
  exposed: number,
];

/** @returns null where it was not measured */
export function designFigure(row: {
  perDay: number;
  metric: string;
  effect: string;
  isClusteredByDay: boolean;
}): DesignFigure | null {
  const line = LINES.find(
    ([perDay, metric, effect, isClusteredByDay]) =>
      perDay === row.perDay &&
      metric === row.metric &&
      effect === row.effect &&
      isClusteredByDay === row.isClusteredByDay,
  );
  return line === undefined ? null : { rolledBack: line[4], exposed: line[5] };
}

const LINES: readonly Line[] = [
  [200, 'thumbs', '-10 points', false, 0.1805, 118],
  [200, 'thumbs', '-2 points', false, 0.0125, 120],
  [200, 'thumbs', '-5 points', false, 0.0305, 120],
  [200, 'thumbs', 'none', false, 0.004, 120],
  [200, 'thumbs', '-10 points', true, 0.017, 118],
  [200, 'thumbs', '-2 points', true, 0.001, 117],
  [200, 'thumbs', '-5 points', true, 0.0045, 118],
  [200, 'thumbs', 'none', true, 0.0005, 118],
  [200, 'likert', '-0.1', false, 0.0665, 119],
  [200, 'likert', '-0.25', false, 0.3045, 114],
  [200, 'likert', '-0.5', false, 0.8795, 57],
  [200, 'likert', 'none', false, 0.01, 120],
  [200, 'likert', '-0.1', true, 0.017, 117],
  [200, 'likert', '-0.25', true, 0.1215, 114],
  [200, 'likert', '-0.5', true, 0.554, 97],
  [200, 'likert', 'none', true, 0.006, 116],
  [200, 'errors', '+1 point', false, 0.0055, 120],
  [200, 'errors', '+2 points', false, 0.02, 119],
  [200, 'errors', 'none', false, 0.0005, 120],
  [200, 'errors', '+1 point', true, 0.0, 117],
  [200, 'errors', '+2 points', true, 0.0, 117],
  [200, 'errors', 'none', true, 0.0, 118],
  [200, 'latency', '+10 %', false, 0.0555, 119],
  [200, 'latency', '+25 %', false, 0.4405, 111],
  [200, 'latency', 'none', false, 0.005, 120],
  [200, 'latency', '+10 %', true, 0.0095, 116],
  [200, 'latency', '+25 %', true, 0.0925, 114],
  [200, 'latency', 'none', true, 0.0005, 117],
  [2000, 'thumbs', '-10 points', false, 0.999, 156.5],
  [2000, 'thumbs', '-2 points', false, 0.1385, 1192],
  [2000, 'thumbs', '-5 points', false, 0.726, 712],
  [2000, 'thumbs', 'none', false, 0.0115, 1200],
  [2000, 'thumbs', '-10 points', true, 0.9735, 336],
  [2000, 'thumbs', '-2 points', true, 0.073, 1171],
  [2000, 'thumbs', '-5 points', true, 0.429, 1125],
  [2000, 'thumbs', 'none', true, 0.0155, 1176],
  [2000, 'likert', '-0.1', false, 0.4665, 1153],
  [2000, 'likert', '-0.25', false, 1.0, 119],
  [2000, 'likert', '-0.5', false, 1.0, 48],
  [2000, 'likert', 'none', false, 0.022, 1200],
  [2000, 'likert', '-0.1', true, 0.3245, 1142],
  [2000, 'likert', '-0.25', true, 0.986, 259.5],
  [2000, 'likert', '-0.5', true, 1.0, 82],
  [2000, 'likert', 'none', true, 0.016, 1174],
  [2000, 'errors', '+1 point', false, 0.348, 1180],
  [2000, 'errors', '+2 points', false, 0.8845, 568.5],
  [2000, 'errors', 'none', false, 0.0105, 1200],
  [2000, 'errors', '+1 point', true, 0.0595, 1172],
  [2000, 'errors', '+2 points', true, 0.2565, 1154],
  [2000, 'errors', 'none', true, 0.004, 1177],
  [2000, 'latency', '+10 %', false, 0.826, 515.5],
  [2000, 'latency', '+25 %', false, 1.0, 95],
  [2000, 'latency', 'none', false, 0.018, 1199],
  [2000, 'latency', '+10 %', true, 0.6215, 886],
  [2000, 'latency', '+25 %', true, 1.0, 165.5],
  [2000, 'latency', 'none', true, 0.018, 1176],
  [20000, 'thumbs', '-10 points', false, 1.0, 200.5],
  [20000, 'thumbs', '-2 points', false, 0.886, 4477],
  [20000, 'thumbs', '-5 points', false, 1.0, 563.5],
  [20000, 'thumbs', 'none', false, 0.018, 1.2e4],
  [20000, 'thumbs', '-10 points', true, 1.0, 255],
  [20000, 'thumbs', '-2 points', true, 0.668, 7536],
  [20000, 'thumbs', '-5 points', true, 1.0, 937.5],
  [20000, 'thumbs', 'none', true, 0.031, 1.177e4],
  [20000, 'likert', '-0.1', false, 1.0, 908],
  [20000, 'likert', '-0.25', false, 1.0, 168.5],
  [20000, 'likert', '-0.5', false, 1.0, 85],
  [20000, 'likert', 'none', false, 0.013, 1.2e4],
  [20000, 'likert', '-0.1', true, 1.0, 1249],
  [20000, 'likert', '-0.25', true, 1.0, 237],
  [20000, 'likert', '-0.5', true, 1.0, 82],
  [20000, 'likert', 'none', true, 0.018, 1.177e4],
  [20000, 'errors', '+1 point', false, 1.0, 1132],
  [20000, 'errors', '+2 points', false, 1.0, 424.5],
  [20000, 'errors', 'none', false, 0.017, 1.199e4],
  [20000, 'errors', '+1 point', true, 0.996, 2652],
  [20000, 'errors', '+2 points', true, 1.0, 975],
  [20000, 'errors', 'none', true, 0.014, 1.178e4],
  [20000, 'latency', '+10 %', false, 1.0, 434.5],
  [20000, 'latency', '+25 %', false, 1.0, 157],
  [20000, 'latency', 'none', false, 0.015, 1.2e4],
  [20000, 'latency', '+10 %', true, 1.0, 646],
  [20000, 'latency', '+25 %', true, 1.0, 161],
  [20000, 'latency', 'none', true, 0.035, 1.177e4],
];
