import type { Langfuse, Page, ScoreRow } from '../../core/ports';
import type { Call } from './call';
import { isoTime } from './filter';
import { readRawPage, parsePage } from './page';
import { parseScore } from './parse-score';

/** Most rows that scores v3 gives at once; more is refused. */
const SCORE_PAGE_LIMIT = 100;

/** Scores with timestamp in [fromMs, toMs); rows that are not wanted after all are left out. */
export async function listScores(call: Call, query: Parameters<Langfuse['listScores']>[0]): Promise<Page<ScoreRow>> {
  const { cursor } = query;
  const body = await call('read', 'scores v3', (client, options) =>
    client.scoresV3.getManyV3(
      {
        fields: 'subject',
        limit: Math.min(query.limit, SCORE_PAGE_LIMIT),
        fromTimestamp: isoTime(query.fromMs),
        toTimestamp: isoTime(query.toMs),
        ...namesParameter(query.names),
        ...(cursor === null ? {} : { cursor }),
      },
      options,
    ),
  );
  const wanted = new Set(query.names);
  return parsePage(readRawPage(body, 'scores v3', cursor), (raw) => {
    const score = parseScore(raw, query.judged);
    if (typeof score === 'string' || score === null) return score;
    return wanted.size === 0 || wanted.has(score.name) ? score : null;
  });
}

/** Names are sent as one list with commas; a name that has one itself cannot be asked for, so all are. */
function namesParameter(names: readonly string[]): { name?: string } {
  return names.length === 0 || names.some((name) => name.includes(',')) ? {} : { name: names.join(',') };
}
