/** The part of dynalite (embedded DynamoDB API, no types of its own) that is used. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  const dynalite: (options: { path?: string; createTableMs?: number; deleteTableMs?: number }) => Server;
  export default dynalite;
}
