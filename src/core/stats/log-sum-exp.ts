/**
 * ln of a sum of exponentials, without overflow.
 * @param logs natural logs; -Infinity stands for a term of zero
 * @returns ln(sum of exp(logs)); -Infinity for no terms
 */
export function logSumExp(logs: readonly number[]): number {
  let max = -Infinity;
  for (const log of logs) if (log > max) max = log;
  if (max === -Infinity) return -Infinity;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - max);
  return max + Math.log(sum);
}

/**
 * ln of a mean of exponentials: the mixture of e-values that are given as logs.
 * @param logs natural logs, at least one
 * @param weights same length, not negative, sum 1; equal weights when left out
 */
export function logMeanExp(logs: readonly number[], weights?: readonly number[]): number {
  if (weights === undefined) return logSumExp(logs) - Math.log(logs.length);
  return logSumExp(logs.map((log, i) => log + Math.log(weights[i] ?? 0)));
}
