import { contentHash } from '../../../src/prompts/hash';
import { writeCommitMessage } from '../../../src/prompts/commit-message';
import { remoteVersion, type RemotePrompt } from '../../../src/prompts/remote/remote-prompt';
import { GIT } from '../project';

export interface Held {
  text: string;
  labels?: string[];
  config?: unknown;
  /** True = its commit message says that a deploy made it. */
  isDeployed?: boolean;
}

/** A text prompt in Langfuse with these versions, from 1, all of them read. */
export function held(
  prompt: string,
  versions: readonly Held[],
  more: { tags?: string[]; type?: 'text' | 'chat' } = {},
): RemotePrompt {
  const { tags = [], type = 'text' } = more;
  const whole = versions.map(({ text, labels = [], config = {}, isDeployed = true }, index) => {
    const body =
      type === 'text' ? ({ type, text } as const) : ({ type, messages: [{ role: 'user', content: text }] } as const);
    const hash = contentHash({ body, config });
    const commitMessage = isDeployed ? writeCommitMessage({ semver: '1.0.0', variant: null, hash }, GIT) : null;
    return remoteVersion({ prompt, version: index + 1, labels, config, createdAtMs: 0, body, tags, commitMessage });
  });
  return {
    listed: {
      prompt,
      type,
      versions: whole.map(({ version }) => version),
      labels: [...new Set(whole.flatMap(({ labels }) => labels))],
      tags,
      updatedAtMs: 0,
    },
    versions: whole,
  };
}
