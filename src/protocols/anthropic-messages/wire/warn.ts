import type { Warning, WarningCode } from '../../../canonical/warning.js'

/** Reports one loss; `semantic` (default false) when the meaning may change. */
export type Warn = (code: WarningCode, path: string, message: string, semantic?: boolean) => void

/** A list of warnings and the function that fills it. */
export function collectWarnings(): { readonly warnings: readonly Warning[]; readonly warn: Warn } {
  const warnings: Warning[] = []
  return {
    warnings,
    warn: (code, path, message, semantic = false) => {
      warnings.push({ code, path, message, semantic })
    },
  }
}
