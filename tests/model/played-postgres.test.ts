// The model is worth as much as what it plays: PostgreSQL and the model's tables, asked the same, must answer alike.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateDatabase } from '../../server/compose.ts'
import { placeLimitedOrders as placeForReal, type Placed } from '../../server/modules/order/sql.ts'
import type { Claim } from '../../server/modules/stock/contract.ts'
import { EPOCH_SIZE } from '../../server/modules/stock/gate-store.ts'
import { loadGateRow, readGateRows, type GateRow } from '../../server/modules/stock/sql-gate.ts'
import { moveUnits } from '../../server/modules/stock/sql-ledger.ts'
import { insertStock, updateRules } from '../../server/modules/stock/sql.ts'
import { openDatabase, pgTypes, type Database } from '../../server/platform/db.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { runSeed } from '../support/buyers.ts'
import { createDatabase } from './database.ts'
import { placeLimitedOrders } from './place.ts'
import { createPool } from './pool.ts'
import { createParty, createWorld, EPOCH_MS } from './world.ts'

const SEQUENCES = 60
const HOUR_MS = 3_600_000
/** All steps together take less time than a replaced gate's claims may be on their way. */
const STEP_MS_MAX = 150
const STEPS_MAX = 25
const PRICE_KRW = 1_000
const SELLER = 1
const ITEMS = [1, 2]
const log = pino({ level: 'silent' })

let dir: string
let postgres: EmbeddedPostgres
let real: Database
let client: pg.Client
/** Items of the sequence at hand are 1 and 2 in the model, and come after this in PostgreSQL. */
let base = 0

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hurryup-model-'))
  postgres = await startEmbeddedPostgres({ dir, log })
  await migrateDatabase(postgres.url)
  real = openDatabase({ url: postgres.url, poolMax: 2, log })
  client = new pg.Client({ connectionString: postgres.url, types: pgTypes })
  await client.connect()
}, 60_000)
afterAll(async () => {
  await client?.end()
  await real?.close()
  await postgres?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const arbitraries = {
  terms: fc.record({
    units: fc.integer({ min: 1, max: 6 }),
    limit: fc.integer({ min: 1, max: 5 }),
    opensInMs: fc.constantFrom(-HOUR_MS, -HOUR_MS, -HOUR_MS, HOUR_MS),
  }),
  claim: fc.record<Claim>({
    itemId: fc.constantFrom(1, 1, 1, 2, 9),
    buyerId: fc.integer({ min: 1, max: 3 }),
    key: fc.constantFrom('a', 'b', 'B', '"\\'),
    quantity: fc.integer({ min: 1, max: 3 }),
    priceKrw: fc.constantFrom(undefined, undefined, PRICE_KRW, PRICE_KRW - 1),
  }),
  /** Who numbered a claim: the gate that counts, one before it, none. */
  epoch: fc.constantFrom('now', 'now', 'before', 'none'),
}
type Terms = typeof arbitraries.terms extends fc.Arbitrary<infer T> ? T : never

const numbered = fc.record({ claim: arbitraries.claim, epoch: arbitraries.epoch })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ batch: fc.array(numbered, { minLength: 1, maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ load: fc.constantFrom(1, 2) }) },
  { weight: 1, arbitrary: fc.record({ loadedLongAgo: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ cancelOf: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ restock: fc.constantFrom(1, 2, -1) }) },
  { weight: 1, arbitrary: fc.record({ saleState: fc.constantFrom('PAUSED' as const, 'RUNNING' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

it('decides, numbers and gives back as PostgreSQL does', async () => {
  const property = fc.asyncProperty(
    fc.tuple(arbitraries.terms, arbitraries.terms),
    fc.array(step, { minLength: 1, maxLength: STEPS_MAX }),
    async (sales, steps) => {
      base += 10
      const both = createBoth()
      for (const [i, terms] of sales.entries()) await both.open(ITEMS[i]!, terms)
      for (const one of steps) {
        await both.take(one)
        for (const itemId of ITEMS) {
          const rows = await readGateRows(real.db, [base + itemId])
          expect(pick(rows[0]!)).toEqual(both.row(itemId))
        }
      }
    },
  )
  await fc.assert(property, { numRuns: SEQUENCES, seed: runSeed() })
}, 120_000)

interface Both {
  open(itemId: number, terms: Terms): Promise<void>
  /** Takes the step in PostgreSQL and in the model; what is answered must be the same. */
  take(step: Step): Promise<void>
  row(itemId: number): State
}

function createBoth(): Both {
  const world = createWorld({ seed: 1, isTraced: false })
  const played = createDatabase(world, { aheadMs: 0, diskMs: () => 1, decidesBeforeWaiting: false })
  const pool = createPool(world, played, createParty('process'))
  const stock = (itemId: number) => played.tables.stock.get(itemId)!
  let given = 0

  const happen = async (work: Promise<unknown>): Promise<void> => {
    await world.runUntil(world.nowMs() + STEP_MS_MAX)
    await work
  }
  const place = async (batch: readonly { claim: Claim; epoch: string }[]): Promise<void> => {
    const numberedBatch = batch.map(({ claim, epoch }) => {
      const now = played.tables.stock.get(claim.itemId)?.epoch ?? 1
      const sequence = epoch === 'none' ? 0 : (epoch === 'now' ? now : now - 1) * EPOCH_SIZE + ++given
      return { claim, sequence }
    })
    const { draft, placed } = placeLimitedOrders(played.tables, {
      batch: numberedBatch,
      nowMs: played.nowMs(),
      unitsGranted: () => 0,
    })
    expect(played.tables.write(draft, { atMs: 0, databaseMs: 0 })).toBeUndefined()
    const asked = numberedBatch.map(({ claim, sequence }) => ({
      claim: { ...claim, itemId: base + claim.itemId },
      sequence,
    }))
    expect(plain(await placeForReal(client, asked), base)).toEqual(plain(placed, 0))
  }
  return {
    async open(itemId, { units, limit, opensInMs }) {
      const row = { total: units, available: units, limitPerBuyer: limit, holdSeconds: 300, isLimited: true }
      const openTime = new Date(Date.now() + opensInMs)
      const closeTime = new Date(Date.now() + 2 * HOUR_MS)
      const rules = { sellerId: SELLER, unitPrice: PRICE_KRW, openTime, closeTime }
      await real.transaction((tx) => insertStock(tx, { ...row, ...rules, itemId: base + itemId }))
      const gate = { epoch: 1, isGateActive: false, gateLoadedMs: -Infinity }
      const fresh = { ...gate, version: 1, commitNo: 0, saleState: 'RUNNING' as const }
      const window = { openMs: EPOCH_MS + opensInMs, closeMs: EPOCH_MS + 2 * HOUR_MS }
      const all = { ...row, ...fresh, ...window, itemId, unitPriceKrw: PRICE_KRW }
      played.tables.write({ reason: 'OPENED', stock: [all] }, { atMs: 0, databaseMs: 0 })
    },
    async take(one) {
      if ('batch' in one) await place(one.batch)
      else if ('load' in one) {
        await loadGateRow(real.db, base + one.load)
        // The model's clock stands still; PostgreSQL's must not run past the five seconds on a machine that is busy.
        await client.query(`UPDATE stock.stock SET gate_loaded_at = 'infinity' WHERE item_id = $1`, [
          base + one.load,
        ])
        await happen(pool.loadGate(one.load))
      } else if ('loadedLongAgo' in one) {
        await client.query(`UPDATE stock.stock SET gate_loaded_at = '-infinity' WHERE item_id = $1`, [
          base + 1,
        ])
        const draft = { reason: 'LOADED' as const, stock: [{ ...stock(1), gateLoadedMs: -Infinity }] }
        played.tables.write(draft, { atMs: 0, databaseMs: 0 })
      } else if ('cancelOf' in one) {
        await cancelAll(base + 1, one.cancelOf)
        await happen(pool.cancel(1, one.cancelOf))
      } else if ('restock' in one) {
        if (stock(1).available + one.restock < 0) return
        await real.transaction((tx) =>
          moveUnits(tx, [{ itemId: base + 1, delta: one.restock }], {
            reason: 'RESTOCKED',
            actorId: SELLER,
            note: undefined,
          }),
        )
        await happen(pool.changeSale(1, one.restock))
      } else {
        await real.transaction((tx) => updateRules(tx, base + 1, { saleState: one.saleState }))
        await happen(pool.changeSale(1, one.saleState))
      }
    },
    row: (itemId) => pick(stock(itemId)),
  }
}

/** The buyer's live orders of the item give their units back in one transaction, as expired ones do. */
async function cancelAll(itemId: number, buyerId: number): Promise<void> {
  await client.query(
    `WITH gone AS (
       UPDATE orders.orders SET status = 'CANCELED'
        WHERE sale_item_id = $1 AND buyer_id = $2 AND status = 'CREATED' RETURNING id)
     SELECT back.* FROM (SELECT array_agg(id) AS ids FROM gone) g, orders.give_back_units(g.ids, 'CANCELED', 1) back
      WHERE g.ids IS NOT NULL`,
    [itemId, buyerId],
  )
}

type State = Pick<GateRow, 'version' | 'available' | 'epoch' | 'isGateActive' | 'saleState'>

function pick({ version, available, epoch, isGateActive, saleState }: State): State {
  return { version, available, epoch, isGateActive, saleState }
}

/** Order ids and times are each database's own. */
function plain({ outcomes, changes }: Placed, base: number): object {
  return {
    outcomes: outcomes.map((one) =>
      'order' in one ? { ...one, order: { ...one.order, orderId: 0, createdMs: 0 } } : one,
    ),
    changes: changes
      .map((change) => ({ ...change, itemId: change.itemId - base }))
      .sort((a, b) => a.itemId - b.itemId),
  }
}
