/** A record with a change: what is absent stays, an explicit `undefined` takes the field away. */
export function changeRecord<T extends object>(current: T, change: Partial<T>): T {
  const changed: T = { ...current, ...change }
  const absent = new Set(Object.keys(change).filter((name) => change[name as keyof T] === undefined))
  if (absent.size === 0) return changed
  return Object.fromEntries(Object.entries(changed).filter(([name]) => !absent.has(name))) as T
}
