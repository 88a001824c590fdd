// Scenario 17: pages and Korean search among 100,000 items.
import { addCatalogue } from './database.ts'
import { show, toFigure } from './figures.ts'
import type { PlainRequest } from './load-protocol.ts'
import type { Rig } from './rig.ts'
import { faultsOf, median, medianP99, runOnce, type Run } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const catalogueScenario: Scenario = { numbers: [17], name: 'pages and search', run }

const ITEMS = 100_000
const CONNECTIONS = 50
const PAGES = 200
const WORDS = ['머그', '한정판', '가죽 지갑', '포스터', '굿즈', '티켓', '인형', '우산', '스웨터', '키링']

const ITEMS_PATH = '/item-service/api/v1/items'
const get = (query: string): PlainRequest => ({ method: 'GET', path: `${ITEMS_PATH}?${query}` })

async function run(rig: Rig): Promise<Outcome> {
  await addCatalogue(rig.client, ITEMS)
  // Pages in the order in which people look: many at the beginning, some deep.
  const pages = Array.from({ length: PAGES }, (_, n) => get(`page=${n < PAGES / 2 ? n : n * 9}&size=50`))
  const searches = WORDS.flatMap((word) =>
    [0, 1].map((page) => get(`q=${encodeURIComponent(word)}&page=${page}&size=50`)),
  )
  const runs: Record<'pages' | 'search', Run[]> = { pages: [], search: [] }
  const options = { server: rig.service, connections: CONNECTIONS }
  for (let round = 0; round < rig.scale.rounds; round++) {
    runs.pages.push(await runOnce(rig, { ...options, name: 'pages of 50', requests: pages }))
    runs.search.push(await runOnce(rig, { ...options, name: 'Korean search', requests: searches }))
  }
  const samplesOf = (some: readonly Run[]) => some.map(({ sample }) => sample)
  const rateOf = (some: readonly Run[]): string =>
    `${show(median(samplesOf(some).map((one) => one.perSecond)))}/s`
  const all = Object.values(runs).flat()
  return {
    figures: [
      toFigure('pages', medianP99(samplesOf(runs.pages), 'accepted'), rateOf(runs.pages)),
      toFigure('search', medianP99(samplesOf(runs.search), 'accepted'), rateOf(runs.search)),
    ],
    samples: samplesOf(all),
    faults: all.flatMap((one) => faultsOf(one, ['200'])),
  }
}
