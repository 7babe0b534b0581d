/** A dataset and its items, as far as they are looked at. */
export interface StoredDataset {
  id: string;
  name: string;
  description: string | null;
  items: Map<string, StoredItem>;
}

export interface StoredItem {
  id: string;
  input: unknown;
  expectedOutput: unknown;
  metadata: unknown;
}

/** What {@link createDatasetStore} makes. */
export type DatasetStore = ReturnType<typeof createDatasetStore>;

/** Datasets by name. Saving one again, or an item of the same id, changes it. */
export function createDatasetStore(newId: () => string) {
  const datasets = new Map<string, StoredDataset>();

  function save(name: string, description: string | null): StoredDataset {
    const dataset = datasets.get(name) ?? { id: newId(), name, description, items: new Map() };
    dataset.description = description;
    datasets.set(name, dataset);
    return dataset;
  }

  /** @returns null when another dataset has the item */
  function saveItem(dataset: StoredDataset, item: Omit<StoredItem, 'id'> & { id: string | null }): StoredItem | null {
    const id = item.id ?? newId();
    const owner = [...datasets.values()].find(({ items }) => items.has(id));
    if (owner !== undefined && owner !== dataset) return null;
    const saved = { ...item, id };
    dataset.items.set(id, saved);
    return saved;
  }

  return { save, saveItem, get: (name: string): StoredDataset | null => datasets.get(name) ?? null };
}
