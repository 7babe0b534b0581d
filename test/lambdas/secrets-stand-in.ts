import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Secrets Manager on loopback, as far as GetSecretValue goes. */
export async function startSecrets(texts: Readonly<Record<string, string>>) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { SecretId: id } = JSON.parse(body) as { SecretId: string };
      const text = texts[id];
      response.writeHead(text === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify(text === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString: text }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
