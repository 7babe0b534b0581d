import { holdersOf, type RemotePrompt, type RemoteVersion } from '../remote/remote-prompt';
import type { Finding } from './plan';

/**
 * Versions that are live, or newer than what is live, and that git knows nothing of: neither did a deploy make them (their
 * commit message names their content), nor is their content in a definition or was it ever in the lock file.
 * @param knownHashes contents that git holds or held
 */
export function findDrift(remote: RemotePrompt, knownHashes: ReadonlySet<string>): Finding[] {
  const live = holdersOf(remote, 'production')[0]?.version ?? 0;
  const isKnown = ({ stamp, hash }: RemoteVersion): boolean => stamp?.hash === hash || knownHashes.has(hash);
  return remote.versions
    .filter((version) => version.version >= live && !isKnown(version))
    .map(({ version, labels }) => ({
      kind: 'drift',
      version,
      labels: labels.filter((label) => label !== 'latest'),
      isProduction: version === live,
    }));
}
