import { ENVIRONMENT, namedVariables, readVariables, type Variables } from './environment';

/** The environment variables of the function that serves assignments; it reaches nothing else of the deployment. */
export const SERVE_ENVIRONMENT = {
  configFile: ENVIRONMENT.configFile,
  table: ENVIRONMENT.table,
  /** Secrets Manager id of the endpoint's keys, `{"NAME": "KEY", …}`. */
  keysSecretId: 'RAMPART_SERVE_KEYS_SECRET_ID',
} as const;

/** Every variable of {@link SERVE_ENVIRONMENT} with its value. */
export type ServeEnvironment = Record<keyof typeof SERVE_ENVIRONMENT, string>;

/** Names them, as the function's configuration wants them. */
export function serveVariables(environment: ServeEnvironment): Record<string, string> {
  return namedVariables(SERVE_ENVIRONMENT, environment);
}

/**
 * Reads them back.
 * @throws RampartError `bad_input` naming every variable that is missing or empty
 */
export function parseServeEnvironment(variables: Variables): ServeEnvironment {
  return readVariables(SERVE_ENVIRONMENT, variables);
}
