import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = new URL('../', import.meta.url)

/** The console's page as one script and one style sheet, minified, fit to stand inside `<script>` and `<style>`. */
export async function bundlePage(root = ROOT) {
  const page = (path) => fileURLToPath(new URL(`src/console/page/${path}`, root))
  const { outputFiles } = await build({
    entryPoints: { script: page('main.tsx'), style: page('styles/theme.css') },
    tsconfig: page('tsconfig.json'),
    outdir: 'page',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  })
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text.trim() ?? ''
  const [script, style] = [textOf('.js'), textOf('.css')]
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
    throw new Error('The bundled page would end its own element.')
  }
  if (/[\r\0]/.test(script + style)) {
    throw new Error('The bundled page has characters that HTML changes: the policy would not know it again.')
  }
  return { script, style }
}

async function moduleText(root) {
  const { script, style } = await bundlePage(root)
  return `export const script = ${JSON.stringify(script)}\nexport const style = ${JSON.stringify(style)}\n`
}

/** `#console-page` for esbuild, and so for tsup; `root`: where the project is, when this module was bundled elsewhere. */
export function consolePageForEsbuild(root = ROOT) {
  return {
    name: 'console-page',
    setup(host) {
      host.onResolve({ filter: /^#console-page$/ }, () => ({ path: 'page', namespace: 'console-page' }))
      host.onLoad({ filter: /^page$/, namespace: 'console-page' }, async () => ({
        contents: await moduleText(root),
        loader: 'js',
      }))
    },
  }
}

/** `#console-page` for Vite, and so for vitest. */
export function consolePageForVite() {
  let text
  return {
    name: 'console-page',
    enforce: 'pre',
    resolveId: (id) => (id === '#console-page' ? '\0console-page' : null),
    load: (id) => (id === '\0console-page' ? (text ??= moduleText(ROOT)) : null),
  }
}
