/** The bundled page: made by scripts/console-page.mjs at our build. */
declare module '#console-page' {
  /** JavaScript for one `<script>`; mounts itself on `<div id="app">`. */
  export const script: string
  /** CSS for one `<style>`. */
  export const style: string
}
