// The projects of vitest.config.ts for `npm run coverage`: Node itself loads their files, as it does those of a server, so that what
// V8 counts are the lines as they are written.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import config from '../vitest.config.ts'

const projects = (config.test?.projects ?? []).map((project) => {
  if (typeof project !== 'object' || !('test' in project))
    throw new Error('a project that is not written out')
  return {
    ...project,
    test: {
      ...project.test,
      setupFiles: ['scripts/coverage-worker.ts'],
      experimental: { viteModuleRunner: false, nodeLoader: false },
    },
  }
})

export default defineConfig({ root: join(import.meta.dirname, '..'), test: { projects } })
