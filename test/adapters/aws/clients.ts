/** What an SDK client needs to reach a stand-in; one attempt, so that a failure is seen at once. */
export function clientConfig(endpoint: string) {
  return {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' },
    maxAttempts: 1,
  };
}
