import type { Plugin as EsbuildPlugin } from 'esbuild'
import type { ViteUserConfig } from 'vitest/config'

/** The console's page as one script and one style sheet, minified, fit to stand inside `<script>` and `<style>`. */
export function bundlePage(root?: URL): Promise<{ readonly script: string; readonly style: string }>

/** `#console-page` for esbuild, and so for tsup; `root`: where the project is, when this module was bundled elsewhere. */
export function consolePageForEsbuild(root?: URL): EsbuildPlugin

/** `#console-page` for Vite, and so for vitest. */
export function consolePageForVite(): NonNullable<ViteUserConfig['plugins']>[number]
