import type { DeploymentConfig } from '../../src/core/config/deployment-config';
import { parseConfig } from '../../src/core/config/parse-config';

/** A valid configuration with some keys written otherwise. */
export function configWith(written: Record<string, unknown> = {}): DeploymentConfig {
  const parsed = parseConfig({
    deployment: 'test',
    langfuse: { baseUrl: 'https://langfuse.example.com', secretName: 'rampart/langfuse' },
    ...written,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}
