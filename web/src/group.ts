// One list of rows for each key, in the order the keys first come.
export function grouped<T, K>(all: T[], keyOf: (one: T) => K) {
  const groups = new Map<K, T[]>();
  all.forEach((one) => {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  });
  return groups;
}
