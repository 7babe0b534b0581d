import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../src/core/ports';

/**
 * What every store of immutable objects must do.
 * @param make a new, empty store
 */
export function objectStoreContract(name: string, make: () => Promise<ObjectStore>): void {
  describe(`${name}: object store`, () => {
    let store: ObjectStore;
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    beforeEach(async () => {
      store = await make();
    });

    test('names an object by its content and gives it back', async () => {
      const name = await store.put('evidence/greeting', bytes);
      expect(name).toBe(`evidence/greeting/${createHash('sha256').update(bytes).digest('hex')}`);
      expect(Buffer.from(await store.get(name))).toEqual(Buffer.from(bytes));
    });

    test('takes the same bytes again, also in parallel', async () => {
      const names = await Promise.all(Array.from({ length: 10 }, () => store.put('evidence', bytes)));
      expect(new Set(names).size).toBe(1);
      expect(Buffer.from(await store.get(names[0]!))).toEqual(Buffer.from(bytes));
    });

    test('keeps an empty object', async () => {
      const name = await store.put('evidence', new Uint8Array());
      expect(await store.get(name)).toHaveLength(0);
    });

    test.each(['evidence/team/🎉 chat', 'evidence/../up', 'evidence/Greeting', 'evidence/100%'])(
      'takes prefix %j',
      async (prefix) => {
        const name = await store.put(prefix, bytes);
        expect(name.startsWith(`${prefix}/`)).toBe(true);
        expect(await store.get(name)).toHaveLength(1000);
      },
    );

    test.each([
      [0, 1],
      [10, 20],
      [999, 1],
      [0, 1000],
    ])('reads a range: offset %i, length %i', async (offset, length) => {
      const name = await store.put('evidence', bytes);
      const part = await store.get(name, { offset, length });
      expect(Buffer.from(part)).toEqual(Buffer.from(bytes.slice(offset, offset + length)));
    });

    test.each([
      [990, 11],
      [1000, 1],
      [5000, 10],
      [-1, 5],
      [0, 0],
      [0.5, 1],
    ])('refuses a range that is not inside: offset %d, length %d', async (offset, length) => {
      const name = await store.put('evidence', bytes);
      await expect(store.get(name, { offset, length })).rejects.toMatchObject({ code: 'bad_input' });
    });

    test('says so when there is no such object', async () => {
      const missing = `evidence/${'0'.repeat(64)}`;
      await expect(store.get(missing)).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.get(missing, { offset: 0, length: 1 })).rejects.toMatchObject({ code: 'not_found' });
    });

    test('is not changed by what callers do to their copies', async () => {
      const mine = Uint8Array.from(bytes);
      const name = await store.put('evidence', mine);
      mine.fill(0);
      (await store.get(name)).fill(0);
      (await store.get(name, { offset: 0, length: 10 })).fill(0);
      expect(Buffer.from(await store.get(name))).toEqual(Buffer.from(bytes));
    });
  });
}
