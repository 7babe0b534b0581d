import type { Transform } from './guardrail';

/*
 * Numbers of the z scale as a product owner knows them: shares in percent, scores on their own scale, latency, cost and
 * tokens as values and relative changes.
 */

/** A mean of z. */
export function wordMean(transform: Transform, z: number): string {
  switch (transform.kind) {
    case 'linear': {
      const x = transform.higherIsBetter ? z : 1 - z;
      return short(transform.low + x * (transform.high - transform.low));
    }
    case 'log':
      return short(Math.exp(transform.lnLow + (1 - z) * (transform.lnHigh - transform.lnLow)));
    case 'threshold':
    case 'indicator':
      return `${(100 * z).toFixed(1)} % good`;
  }
}

/** A difference of z, candidate - stable, as the metric's own change. */
export function wordDifference(transform: Transform, difference: number): string {
  switch (transform.kind) {
    case 'linear': {
      const span = transform.high - transform.low;
      return signed(short((transform.higherIsBetter ? span : -span) * difference));
    }
    case 'log': {
      const relative = Math.expm1(-difference * (transform.lnHigh - transform.lnLow));
      return `${signed((100 * relative).toFixed(1))} %`;
    }
    case 'threshold':
    case 'indicator':
      return `${signed((100 * difference).toFixed(1))} points`;
  }
}

/** A margin of z as the loss that is accepted. */
export function wordMargin(transform: Transform, delta: number): string {
  return wordDifference(transform, -delta);
}

/** An e-value as odds. */
export function wordEvidence(logE: number): string {
  if (logE >= Math.log(1e6)) return 'over 1,000,000 to 1';
  return `${short(Math.exp(logE))} to 1`;
}

/** Three significant digits, never in exponent form above 1e-6. */
function short(x: number): string {
  if (x === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))));
  return String(Number(x.toFixed(Math.min(12, digits))));
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}
