import { RampartError } from '../../core/errors';
import type { AuditEvent } from '../../core/item/prompt-item';

/*
 * The stored form of an audit event. Its key sorts as the transitions happened, whatever the clocks said: the revision
 * and the index at the end of its id, padded.
 */

/**
 * The sortable key of an event within its prompt's history.
 * @throws RampartError `bad_input` when the id does not end in `#REVISION#INDEX`
 */
export function eventKey(event: AuditEvent): string {
  const match = /#(\d{1,12})#(\d{1,4})$/u.exec(event.id);
  if (match === null) {
    throw new RampartError('bad_input', `audit event id: expected PROMPT#REVISION#INDEX, got "${event.id}"`);
  }
  return `${match[1]!.padStart(12, '0')}#${match[2]!.padStart(4, '0')}`;
}

/** Checks an event that came from storage. */
export function readStoredEvent(where: string, value: unknown): AuditEvent {
  const event = value as Partial<AuditEvent> | null;
  if (typeof event?.id !== 'string' || typeof event.atMs !== 'number' || typeof event.kind !== 'string') {
    throw new RampartError(
      'bad_input',
      `${where}: expected an audit event, got ${JSON.stringify(value)?.slice(0, 100)}`,
    );
  }
  return event as AuditEvent;
}
