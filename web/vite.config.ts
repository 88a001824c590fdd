// The build of the web application: hashed assets, each beside its compressed forms, so that the server only sends files.
import react from '@vitejs/plugin-react'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import { precompress } from './precompress.ts'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), precompress()],
  build: {
    outDir: 'dist',
    // The server may be sending the files of the build before: the launcher swaps whole folders (scripts/build-web.ts).
    emptyOutDir: true,
    // What browsers of spring 2024 know: the youngest of what is used is AbortSignal.any.
    target: ['chrome116', 'edge116', 'firefox124', 'safari17.4'],
    manifest: 'manifest.json',
    // The Content-Security-Policy lets no data: URL but of pictures in, and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: proxied() },
})

/** `npm run web` serves the pages as they are edited, and asks the server of `npm start` for everything else. */
function proxied(): Record<string, string> {
  const target = process.env['SHOP_URL'] ?? 'http://127.0.0.1:7070'
  const paths = ['/user-service', '/item-service', '/order-service', '/payment-service', '/time']
  return Object.fromEntries(paths.map((path) => [path, target]))
}
