/**
 * Information per unit, in nats, between "the arms differ as stated" and the nearest law that is the same in both arms:
 * min over q of share KL(candidate, q) + (1 - share) KL(stable, q). The mixture of the two laws attains it (the
 * Jensen-Shannon divergence).
 * @param candidate, stable probabilities of the same outcomes, each sum 1
 * @param share of the units that get the candidate, in (0, 1)
 */
export function informationPerUnit(candidate: readonly number[], stable: readonly number[], share: number): number {
  return candidate.reduce((total, p1, i) => {
    const p0 = stable[i]!;
    const q = share * p1 + (1 - share) * p0;
    return total + share * divergence(p1, q) + (1 - share) * divergence(p0, q);
  }, 0);
}

/**
 * Mean number of units of both arms that any test needs which is wrong in at most alpha of the harmless cases and finds
 * the difference in the end (Wald, Ann. Math. Stat. 1945: E[information] >= ln(1 / alpha)).
 */
export function waldUnits(information: number, alpha: number): number {
  return Math.log(1 / alpha) / information;
}

function divergence(p: number, q: number): number {
  return p > 0 ? p * Math.log(p / q) : 0;
}
