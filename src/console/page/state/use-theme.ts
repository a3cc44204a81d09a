import { useEffect, useState } from 'preact/hooks'

/** Light or dark, or what the system says. */
export type Theme = 'system' | 'light' | 'dark'

const STORED_AS = 'console-theme'

/** The theme that was chosen last; storage may be forbidden. */
function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(STORED_AS)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}

function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(STORED_AS, theme)
  } catch {
    // It then holds for this visit only.
  }
}

/** Puts a theme on the document. */
function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
}

/** Puts the theme that was chosen last on the document, before anything is drawn. */
export function restoreTheme(): void {
  applyTheme(storedTheme())
}

/** The theme, put on the document and remembered. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(storedTheme)
  useEffect(() => {
    applyTheme(theme)
    storeTheme(theme)
  }, [theme])
  return [theme, setTheme]
}

/** Counts the changes between light and dark, so that what is drawn on a canvas is drawn again. */
export function useThemeChanges(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const count = (): void => setChanges((before) => before + 1)
    const query = matchMedia('(prefers-color-scheme: dark)')
    const observer = new MutationObserver(count)
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    query.addEventListener('change', count)
    return () => {
      observer.disconnect()
      query.removeEventListener('change', count)
    }
  }, [])
  return changes
}
