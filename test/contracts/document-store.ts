import type { DocumentStore } from '../../src/core/ports';

const HTML = { contentType: 'text/html; charset=utf-8', ifAbsent: false };

/**
 * What every store of named documents must do.
 * @param make a new, empty store
 */
export function documentStoreContract(name: string, make: () => Promise<DocumentStore>): void {
  describe(`${name}: document store`, () => {
    let store: DocumentStore;
    beforeEach(async () => {
      store = await make();
    });

    test('gives back what was put, and null for what was not', async () => {
      expect(await store.putDocument('reports/2026-W12.html', '<p>größer 🎉</p>', HTML)).toBe(true);
      expect(await store.getDocument('reports/2026-W12.html')).toBe('<p>größer 🎉</p>');
      expect(await store.getDocument('reports/2026-W13.html')).toBeNull();
    });

    test('replaces a document as a whole', async () => {
      await store.putDocument('a', 'a long text', HTML);
      expect(await store.putDocument('a', 'b', HTML)).toBe(true);
      expect(await store.getDocument('a')).toBe('b');
    });

    test('with ifAbsent leaves a document as it is and says so', async () => {
      expect(await store.putDocument('a', 'first', { ...HTML, ifAbsent: true })).toBe(true);
      expect(await store.putDocument('a', 'second', { ...HTML, ifAbsent: true })).toBe(false);
      expect(await store.getDocument('a')).toBe('first');
    });

    test('of 20 parallel writers with ifAbsent exactly one is told that it stored', async () => {
      const writers = Array.from({ length: 20 }, (_, index) => `writer ${index}`);
      const told = await Promise.all(writers.map((body) => store.putDocument('a', body, { ...HTML, ifAbsent: true })));
      expect(told.filter((stored) => stored)).toHaveLength(1);
      expect(await store.getDocument('a')).toBe(writers[told.indexOf(true)]);
    });

    test('keeps names apart that differ in slashes, dots and signs only', async () => {
      const names = ['a/b', 'a%2fb', 'a b', '../a', 'a/../b', '.a', 'a.', '🎉', 'x'.repeat(300)];
      for (const name of names) await store.putDocument(name, `body of ${name}`, HTML);
      for (const name of names) expect(await store.getDocument(name)).toBe(`body of ${name}`);
    });

    test('keeps an empty document', async () => {
      await store.putDocument('empty', '', HTML);
      expect(await store.getDocument('empty')).toBe('');
    });
  });
}
