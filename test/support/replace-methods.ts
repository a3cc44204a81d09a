/** Replaces methods of a store, which the new ones may call; gives what puts the real ones back. */
export function replaceMethods<Store extends object>(
  store: Store,
  methods: Partial<Store> | ((real: Store) => Partial<Store>),
): () => void {
  const real = { ...store }
  Object.assign(store, typeof methods === 'function' ? methods(real) : methods)
  return () => void Object.assign(store, real)
}

/** What a database says that cannot be reached. */
export function refuseConnection(): never {
  throw new Error('connect ECONNREFUSED 10.1.2.3:5432')
}

/** What a database says that does not answer; stands for a method of any type. */
export function hang(): never {
  return new Promise(() => undefined) as never
}
