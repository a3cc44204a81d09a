/** The resource name of a model: `models/gemini-…`, unless it has a path of its own. */
export function modelPath(model: string): string {
  return model.includes('/') ? model : `models/${model}`
}

/** The same for a URL. */
export function encodePath(model: string): string {
  return modelPath(model).split('/').map(encodeURIComponent).join('/')
}
