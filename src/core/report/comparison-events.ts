import type { AuditEvent } from '../item/prompt-item';

/**
 * One sentence, without its full stop, for an event of a comparison.
 * @returns null when the event is not of a comparison
 */
export function describeComparisonEvent({ kind, by, detail }: AuditEvent): string | null {
  if (typeof detail['variants'] !== 'string') return null;
  const fact = (key: string): string => String(detail[key] ?? '?');
  const comparison = `the comparison of ${fact('variants')}`;
  const given = detail['because'] ?? detail['reason'] ?? '';
  const because = given === '' ? '' : `: ${String(given)}`;
  switch (kind) {
    case 'comparison_started':
      return `${comparison} on ${fact('metric')} started at ${fact('shares')}, by ${by}${because}`;
    case 'held':
      return `${comparison} was held${because}`;
    case 'paused':
      return `${comparison} was paused by ${by}${because}`;
    case 'resumed':
      return `${comparison} was resumed by ${by}${because}`;
    case 'variant_dropped':
      return `variant ${fact('variant')} (version ${fact('candidate')}) was taken out of ${comparison}${because}`;
    case 'comparison_ended':
      return `${comparison} ended, ${endOf(fact('code'), detail['winner'])}${because}`;
    case 'handover_refused':
      return `the winner of ${comparison}, version ${fact('candidate')}, was not handed over${because}`;
    case 'handover_cancelled':
      return `${by} decided that the winner of ${comparison} is not handed over${because}`;
    default:
      return null;
  }
}

function endOf(code: string, winner: unknown): string {
  if (typeof winner === 'string') return `${winner} won`;
  return code === 'no_difference' ? 'no difference that matters' : code.replaceAll('_', ' ');
}
